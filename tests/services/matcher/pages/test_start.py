"""The first page: from any name of a place to the next question."""

from tests.services.matcher.pages.browser import PHONE, Browser

FIRST_PAGE_BYTES = 120_000


def test_the_first_page_is_light_and_asks_nobody_else(browser: Browser) -> None:
    browser.open("/")
    browser.wait(".autocomplete__input")
    loaded = browser.requests()
    assert {url.split("/")[2] for url, _ in loaded if url.startswith("http")} == {
        browser.base.removeprefix("http://")
    }
    assert sum(size for _, size in loaded) < FIRST_PAGE_BYTES
    assert browser.complaints() == []


def test_a_place_is_found_by_a_name_in_another_script_with_the_keyboard(browser: Browser) -> None:
    browser.open("/")
    browser.wait(".autocomplete__input")
    browser.tab_to("#place-search")
    browser.press("Бильбао")
    assert "Bilbao (" in browser.wait(".autocomplete__option[aria-selected]").text
    browser.press("\ue015", "\ue007")  # arrow down, Enter
    assert browser.one("[name=place]").get_attribute("value") == "gn:3128026"


def test_the_page_is_accessible_and_fits_a_phone(browser: Browser) -> None:
    browser.open("/?lang=pt")
    assert browser.violations() == []
    with browser.size(*PHONE):
        assert browser.overflow() == 0
