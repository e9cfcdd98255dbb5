"""The desk in a browser: by the keyboard alone, in two languages, on a phone as well."""

from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from selenium.webdriver.common.keys import Keys

from services.matcher.pages.words import page_wording
from services.matcher.wording import LANGUAGES
from tests.services.matcher.pages.browser import PHONE, Browser
from tests.services.matcher.pages.convener import DC, Convener
from tests.services.matcher.pages.test_every_page import SLIPS
from tests.services.matcher.pages.untranslated import english_left

SHEET = """Ciudad,Pais,Tipo
Bilbao,España,city
Catalonia,ES,region
Nowhere <b>at</b> all,ES,city
Flanders,BE,region
Scotland,GB,region
Karnataka,India,region
"""


COLUMNS: dict[str, Any] = {
    "column_0": "name",
    "column_1": "country",
    "column_2": "kind",
    "kind": "city",
}


def desk_pages(convener: Convener, more: str = "") -> dict[str, str]:
    """A screening, and the address of each page about it; with `more` rows it is one by itself."""
    convener.upload(f"{SHEET}{more}".encode(), "a.csv")
    convener.post(f"/calls/{DC}/sheet/names", **COLUMNS)
    table = convener.post(f"/calls/{DC}/sheet/confirm", row_4="as_written")
    here = convener.at(table, rf"(/calls/{DC}/screenings/s_\w+)/applicants/0")
    return {
        "start": "/calls",
        "desk": f"/calls/{DC}",
        "approach": f"/calls/{DC}/approach",
        "screening": here,
        "person": f"{here}/applicants/2",
        "letters": f"{here}/letters",
        "minutes": f"{here}/minutes",
        "cohort": f"{here}/cohort?purpose=project&out=1",
        "cohort: clash": f"{here}/cohort?low=4&high=5&cap=country&cap_most=1&lock=0",
        "cohort: with a share": f"{here}/cohort?low=2&high=5&cap=country&cap_most=1/2",
        "pairs": f"{here}/pairs",
        "pairs: one apart": f"{here}/pairs?apart=1-3",
        "pairs: two sides": f"{here}/pairs?sides=marked&right=1&right=3",
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_whole_and_in_one_language(
    client: TestClient, conveners_key: str, english_names: list[str], language: str
) -> None:
    convener = Convener(client, conveners_key, language)
    faults = []
    for name, path in desk_pages(convener).items():
        text = convener.get(path)
        assert "<b>at</b>" not in text
        faults += [f"{name}: {slip.group()}" for slip in SLIPS.finditer(text)]
        if language != "en":
            left = english_left(text, language, english_names)
            faults += [f"{name}: {said}" for said in left]
    client.cookies.clear()
    assert faults == []


def test_every_page_is_accessible_in_every_language(
    browser: Browser, client: TestClient, conveners_key: str
) -> None:
    """Also those that a form leads to; colours are looked at on the way through, below."""
    faults = []
    browser.open("/")
    with browser.size(*PHONE):
        for language in LANGUAGES:
            convener = Convener(client, conveners_key, language)
            shown = {name: convener.get(path) for name, path in desk_pages(convener).items()}
            shown["columns"] = convener.upload(SHEET.encode(), "a.csv")
            shown["names"] = convener.post(f"/calls/{DC}/sheet/names", **COLUMNS)
            for name, page in shown.items():
                browser.show(page)
                said = f"{name} ({language})"
                faults += [f"{said}: {fault}" for fault in browser.violations(colours=False)]
                if browser.overflow():
                    faults.append(f"{said}: {browser.overflow()} pixels too wide")
    client.cookies.clear()
    assert faults == []


def sign_in(browser: Browser, key: str, language: str) -> None:
    browser.open(f"/sign-in?lang={language}&next=/calls")
    browser.tab_to("#key")
    browser.press(key)
    browser.enter("main .govuk-button[type=submit]")


def looked_at(browser: Browser) -> list[str]:
    """What is wrong with the page shown, on a phone."""
    with browser.size(*PHONE):
        wide = browser.overflow()
        faults = [f"{browser.at()}: {fault}" for fault in browser.violations()]
        return faults + ([f"{browser.at()}: {wide} pixels too wide"] if wide else [])


@pytest.mark.parametrize("language", ["en", "es"])
def test_from_a_sheet_to_letters_a_cohort_and_pairs(
    browser: Browser, conveners_key: str, language: str, tmp_path: Path
) -> None:
    words, faults = page_wording(language), []
    sheet = tmp_path / "names.csv"
    sheet.write_text(SHEET, encoding="utf-8")
    sign_in(browser, conveners_key, language)
    faults += looked_at(browser)
    browser.tab_to("#name")
    browser.press("Districts of Creativity")
    browser.enter("main .govuk-button")
    faults += looked_at(browser)
    browser.one("#file").send_keys(str(sheet))
    browser.enter("main form .govuk-button")
    faults += looked_at(browser)
    browser.enter("main form .govuk-button")
    assert words.text("sheet.nothing_kept", {}) in browser.text()
    faults += looked_at(browser)
    browser.enter("#confirm")
    assert words.text("sheet.error_undecided", {"count": 1}) in browser.text()
    browser.tab_to("#row_4")
    browser.press(Keys.ARROW_DOWN)
    browser.enter("#confirm")
    assert "Nowhere <b>at</b> all" in browser.text()
    faults += looked_at(browser)
    browser.tab_to("tbody tr:first-child [type=checkbox]")
    browser.press(Keys.SPACE)
    browser.tab_to("#decision")
    browser.press(Keys.END)
    browser.enter("#decide ~ .govuk-button")
    assert words.text("screening.error_override", {}) in browser.text()
    faults += looked_at(browser)
    browser.enter(".govuk-back-link")
    browser.enter("main a[href*='/screenings/']")
    browser.enter("tbody tr:first-child th a")
    faults += looked_at(browser)
    browser.tab_to("#verdict")
    browser.press(Keys.END)
    browser.tab_to("#override-text")
    browser.press("Seen by the jury")
    browser.enter("#decide ~ form .govuk-button")
    assert words.term("entry", "override") in browser.text()
    browser.enter("main a[href*=letters]")
    assert words.text("screening.letter_refused", {}) in browser.text()
    assert "Seen by the jury" in browser.text()
    faults += looked_at(browser)
    browser.enter(".govuk-back-link")
    browser.enter("main a[href$=cohort]")
    assert words.text("cohort_page.in", {}) in browser.text()
    faults += looked_at(browser)
    browser.enter("tbody a[href*='lock=']")
    assert words.text("cohort_page.locked", {}) in browser.text()
    browser.enter(".govuk-back-link")
    browser.enter("main a[href$=pairs]")
    assert words.text("pairs.gets", {}) in browser.text()
    faults += looked_at(browser)
    refused = [text for text in browser.complaints() if "Content Security Policy" in text]
    assert faults + refused == []


def test_all_of_it_with_scripts_off(browser: Browser, conveners_key: str, tmp_path: Path) -> None:
    """From the key to the table, a decision on two, letters, minutes, a cohort and pairs."""
    words, sheet = page_wording("es"), tmp_path / "names.csv"
    sheet.write_text(f"{SHEET}Oklahoma,US,region\n", encoding="utf-8")

    def click(selector: str) -> None:
        """Press a button or a link; forms may lead to the address they came from."""
        before = browser.one("html")
        browser.one(selector).click()
        browser.until(lambda: browser.all("footer") and browser.one("html") != before)

    with browser.without_scripts():
        browser.open("/sign-in?lang=es&next=/calls")
        browser.one("#key").send_keys(conveners_key)
        click("main .govuk-button[type=submit]")
        browser.one("#name").send_keys("Districts of Creativity")
        click("main .govuk-button[type=submit]")
        browser.one("#file").send_keys(str(sheet))
        click("main form .govuk-button[type=submit]")
        click("main form .govuk-button[type=submit]")
        browser.one("#row_4 option[value=as_written]").click()
        click("#confirm")
        table = browser.at()
        assert len(browser.all("tbody tr")) == 7
        for number in ("1", "6"):
            browser.one(f"#applicant-{number}").click()
        browser.one("#decision option[value=refused]").click()
        browser.one("#text").send_keys("Lo decidió el jurado")
        click("#decide ~ .govuk-button")
        assert browser.text().count(words.text("screening.by_person", {})) == 2
        for page, said in (
            ("letters", "Lo decidió el jurado"),
            ("minutes", "Lo decidió el jurado"),
            ("cohort", words.text("cohort_page.in", {})),
            ("pairs", words.text("pairs.gets", {})),
        ):
            browser.open(f"{table}/{page}")
            assert said in browser.text()
