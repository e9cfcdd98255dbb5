"""An officer's ways through the pages, with the keyboard alone, in two languages."""

import pytest
from selenium.webdriver.common.keys import Keys

from services.matcher.pages.words import page_wording
from tests.services.matcher.pages.browser import Browser

two_languages = pytest.mark.parametrize("language", ["en", "es"])
CONTINUE = "form .govuk-button"


def begin(browser: Browser, language: str, name: str, door: str) -> None:
    """From the first page, by a name and a door, to the first question."""
    browser.open(f"/?lang={language}")
    browser.wait(".autocomplete__input")
    browser.tab_to("#place-search")
    browser.press(name)
    browser.wait(".autocomplete__option[aria-selected]")
    browser.press(Keys.ARROW_DOWN, Keys.ENTER)
    browser.enter(f"button[value={door}]")


def choose(browser: Browser, selector: str) -> None:
    """Mark a box or a button of a group."""
    browser.tab_to(selector)
    browser.press(Keys.SPACE)


@two_languages
def test_from_a_place_to_the_paper_for_the_mayor(browser: Browser, language: str) -> None:
    words = page_wording(language)
    begin(browser, language, "Bilbao", "peers")
    browser.enter(CONTINUE)
    choose(browser, "[value=regeneration]")
    browser.enter(CONTINUE)
    browser.enter(CONTINUE)
    assert words.text("ask.error_stage", {}) in browser.text()
    choose(browser, "[name=stage]")
    browser.enter(CONTINUE)
    choose(browser, "[name=mode]")
    browser.enter(CONTINUE)
    browser.enter(CONTINUE)
    assert words.text("ask.title_check", {}) in browser.text()
    browser.enter(CONTINUE)
    assert words.text("results.title_peers", {"name": "Bilbao"}) in browser.text()
    browser.enter(".cp-actions button")
    assert words.text("results.shortlist_count", {"count": 1}) in browser.text()
    browser.enter(".cp-bar a[href*=compare]")
    assert words.text("compare.reasons", {}) in browser.text()
    browser.enter("a[href$=brief]")
    assert words.text("brief.of_shortlist", {"count": 1}) in browser.text()
    assert browser.all("a[href*='format=pdf']")
    browser.open(browser.at().partition("?")[0] + "?which=all")
    assert browser.printed_pages() == 2


@two_languages
def test_networks_with_what_stands_in_the_way(browser: Browser, language: str) -> None:
    words = page_wording(language)
    begin(browser, language, "Accra", "networks")
    browser.enter(CONTINUE)
    choose(browser, "[value=climate]")
    browser.enter(CONTINUE)
    choose(browser, "[name=stage]")
    browser.enter(CONTINUE)
    browser.enter(CONTINUE)
    assert words.text("results.title_networks", {"name": "Accra"}) in browser.text()
    assert words.text("results.ruled_out_networks", {}) in browser.text()
    browser.tab_to("#why-not")
    browser.press("ASEAN Smart Cities Network")
    body = browser.one("body")
    browser.press(Keys.ENTER)
    browser.gone(body)
    assert words.text("results.why_not_refused", {}) in browser.text()


@two_languages
def test_what_an_officer_knows_better_counts_without_an_account(
    browser: Browser, language: str
) -> None:
    words = page_wording(language)
    browser.open(f"/places/gn:3128026/edit?lang={language}")
    browser.tab_to("#population")
    browser.press(Keys.CONTROL, "a")
    browser.press(Keys.NULL, "many")
    browser.enter(CONTINUE)
    assert words.text("places.error_number", {"fact": "population"}) in browser.text()
    browser.tab_to("#population")
    browser.run("arguments[0].select()", browser.one("#population"))
    browser.press("350000")
    browser.enter(CONTINUE)
    assert words.text("places.edited", {}) in browser.text()
    assert words.text("results.source_here", {}) in browser.text()
    browser.enter("form[action$=forget] button")
    assert words.text("places.edited", {}) not in browser.text()


@two_languages
def test_a_portfolio_and_an_invitation(browser: Browser, language: str) -> None:
    words = page_wording(language)
    browser.open(f"/portfolio?place=iso:ES-CT&lang={language}")
    browser.tab_to("#name")
    browser.press("no such network")
    browser.enter("form[action$=commitments] .govuk-button")
    assert words.text("portfolio_page.error_unknown", {"name": "no such network"}) in browser.text()
    browser.tab_to("#name")
    browser.press("C40")
    browser.enter("form[action$=commitments] .govuk-button")
    assert browser.all("#held ~ table a[href*=c40], a[href$='/networks/c40']")
    browser.tab_to("#text", most=400)
    browser.press("We invite you to join City Possible.")
    browser.enter("form[action$=invitation] .govuk-button")
    assert words.text("portfolio_page.checklist", {}) in browser.text()


@two_languages
def test_the_list_is_narrowed_in_place_and_said(browser: Browser, language: str) -> None:
    browser.open(f"/find/peers?place=gn:3128026&sector=housing&stage=apply&lang={language}")
    before = browser.at()
    choose(browser, "[name=continent][value=SA]")
    browser.tab_to("#narrow .govuk-button")
    browser.press(Keys.ENTER)
    browser.until(lambda: browser.at() != before)
    browser.until(lambda: browser.run("return document.activeElement.matches('[data-heading]')"))
    assert browser.run("return document.getElementById('status').textContent") != ""
    assert browser.one("[name=continent][value=SA]").is_selected()


def click(browser: Browser, selector: str) -> None:
    """Press a button whose form leads to another address."""
    before = browser.at()
    browser.one(selector).click()
    browser.until(lambda: browser.at() != before and browser.all("footer"))


def test_all_of_it_with_scripts_off(browser: Browser) -> None:
    with browser.without_scripts():
        browser.open("/?lang=es")
        browser.one("#place-search").send_keys("Bilbao")
        click(browser, "button[value=peers]")
        click(browser, CONTINUE)
        browser.one("[value=regeneration]").click()
        click(browser, CONTINUE)
        browser.one("[name=stage]").click()
        for _ in range(4):
            click(browser, CONTINUE)
        assert "Bilbao" in browser.one("h1").text
        match = browser.at()
        browser.open(f"{match}?view=table")
        assert len(browser.all("tbody tr")) == 12
        browser.open(f"{match}/brief")
        assert browser.all(".cp-paper h3")
