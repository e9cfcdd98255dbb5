"""What holds on every page: whole sentences, its own language, access for all, a phone's width."""

import re
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from services.matcher.wording import LANGUAGES
from tests.services.matcher.pages.addresses import PLACE, pages
from tests.services.matcher.pages.browser import PHONE, Browser
from tests.services.matcher.pages.untranslated import english_left

HTML = {"Accept": "text/html"}
# "None for membership" is how the remedy of a rule on file begins.
SLIPS = re.compile(
    r"\bNone\b(?! for membership)|\bnan\b|(&lt;|<)built-in|\b[Uu]ndefined\b|\{\w+(:\w+)?\}"
)


@pytest.fixture(scope="module")
def find(client: TestClient) -> Callable[[str], str]:
    def ask(path: str) -> str:
        answer = client.get(path, headers=HTML, follow_redirects=False)
        assert answer.status_code == 303, answer.text
        return str(answer.headers["location"])

    return ask


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_whole_and_in_one_language(
    client: TestClient, find: Callable[[str], str], english_names: list[str], language: str
) -> None:
    client.cookies.clear()
    faults = []
    for name, path in pages(find).items():
        answer = client.get(path, headers=HTML | {"Accept-Language": language})
        assert answer.status_code == 200, (name, answer.text[-500:])
        assert answer.headers["content-language"] == language, name
        text = re.sub(r"<(code|pre)\b.*?</\1>", "", answer.text, flags=re.S)
        faults += [f"{name}: {slip.group()}" for slip in SLIPS.finditer(text)]
        if language != "en":
            left = english_left(answer.text, language, english_names)
            faults += [f"{name}: {said}" for said in left]
    assert faults == []


def test_every_page_is_accessible_and_fits_a_phone(
    browser: Browser, find: Callable[[str], str]
) -> None:
    faults = []
    for at, (name, path) in enumerate(pages(find).items()):
        with browser.size(*PHONE):
            language = LANGUAGES[at % len(LANGUAGES)]
            browser.open(f"{path}{'&' if '?' in path else '?'}lang={language}")
            faults += [f"{name}: {fault}" for fault in browser.violations()]
            if browser.overflow():
                faults.append(f"{name}: {browser.overflow()} pixels too wide")
    hosts = {url.split("/")[2] for url, _ in browser.requests() if url.startswith("http")}
    assert hosts == {browser.base.removeprefix("http://")}
    refused = [text for text in browser.complaints() if "Content Security Policy" in text]
    assert faults + refused == []


def test_the_api_is_shown_without_asking_anybody_else(browser: Browser) -> None:
    browser.requests()
    browser.open("/docs")
    browser.wait(".swagger-ui .opblock")
    browser.open("/problems/invalid-input")
    hosts = {url.split("/")[2] for url, _ in browser.requests() if url.startswith("http")}
    assert hosts == {browser.base.removeprefix("http://")}
    assert [text for text in browser.complaints() if "ERR_" in text or "Refused" in text] == []


def test_every_page_is_accessible_in_every_language(
    browser: Browser, client: TestClient, find: Callable[[str], str]
) -> None:
    """As above in the three other languages; what its colours are hangs on none of them."""
    client.cookies.clear()
    faults = []
    browser.open("/")
    with browser.size(*PHONE):
        for at, (name, path) in enumerate(pages(find).items()):
            for language in (*LANGUAGES[: at % 4], *LANGUAGES[at % 4 + 1 :]):
                headers = HTML | {"Accept-Language": language}
                browser.show(client.get(path, headers=headers).text)
                shown = f"{name} ({language})"
                faults += [f"{shown}: {fault}" for fault in browser.violations(colours=False)]
                if browser.overflow():
                    faults.append(f"{shown}: {browser.overflow()} pixels too wide")
    assert faults == []


def test_where_styles_are_missing_the_page_says_how_to_install_them(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.matcher.pages.rendering.why_not", lambda: "missing")
    shown = client.get("/", headers=HTML).text
    assert "python -m services.matcher.pages.install" in shown
    assert "govuk-frontend.css" not in shown
    assert client.get(f"/v1/places/{PLACE}").status_code == 200
