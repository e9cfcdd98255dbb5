"""The jury's pages: decisions on many, blind assessments, minutes, letters to take away."""

import csv
from io import BytesIO, StringIO
from typing import Any
from zipfile import ZipFile

import pytest
from docx import Document
from fastapi.testclient import TestClient
from pypdf import PdfReader

from models.database import database_at
from services.access.callers import create_key
from services.files.rows import SheetRow
from services.files.sheets import rows as rows_of
from services.matcher.pages.words import page_wording
from tests.matcher_fixtures import Published
from tests.services.matcher.pages.convener import Convener
from tests.services.matcher.pages.test_desk_pages import desk_pages

WORDS = page_wording("en")
# What these tests decide is decided of a screening of their own.
MORE = "Oklahoma,United States,region\n"
SAID = "Seen by the whole jury"


@pytest.fixture
def second_key(published: Published, conveners_key: str) -> str:
    """The key of another person of the same organisation."""
    with database_at(published.settings.database_url) as database, database.begin() as session:
        key = create_key(session, "conveners", ["match", "convene"], "Luis Gil")
    assert key != conveners_key
    return key


@pytest.fixture
def here(convener: Convener) -> str:
    return desk_pages(convener, MORE)["screening"]


def decide(convener: Convener, here: str, status: int = 200, **sent: Any) -> str:
    return convener.post(f"{here}/decisions", status, **sent)


def test_many_are_decided_at_once_with_one_reason(convener: Convener, here: str) -> None:
    page = decide(convener, here, applicant=["0", "3"], verdict="refused", text=SAID)
    assert page.count(WORDS.text("screening.by_person", {})) == 2
    letters = convener.get(f"{here}/letters")
    assert letters.count(SAID) == 2
    sheet = convener.raw_get(f"{here}/table").content
    rows = [line.cells for line in rows_of(sheet, "a.xlsx") if isinstance(line, SheetRow)]
    decided = [row for row in rows if SAID in row.values()]
    refused = WORDS.term("verdict", "refused")
    assert [row[WORDS.text("screening.sheet_verdict", {})] for row in decided] == [refused] * 2
    assert len(rows) > 2
    decide(convener, here, every="yes", shown="refused", verdict="waitlisted", text="A place more")
    assert convener.get(f"{here}/letters").count("A place more") >= 2
    assert SAID not in convener.get(f"{here}/letters")


@pytest.mark.parametrize(
    ("sent", "href"),
    [
        ({"verdict": "refused", "text": SAID}, "#marked"),
        ({"applicant": ["0"], "text": SAID}, "#decision"),
        ({"applicant": ["0"], "verdict": "refused", "text": " "}, "#text"),
    ],
)
def test_what_a_decision_lacks_is_told_and_what_was_marked_stays(
    convener: Convener, here: str, sent: dict[str, Any], href: str
) -> None:
    page = decide(convener, here, 422, **sent)
    assert f'href="{href}"' in page
    assert ('value="0" checked' in page) == ("applicant" in sent)


def test_whoever_has_an_interest_decides_on_none_of_those_marked(
    client: TestClient, second_key: str
) -> None:
    convener = Convener(client, second_key)
    here = desk_pages(convener, MORE)["screening"]
    convener.get(f"{here}/applicants/5")
    convener.post(f"{here}/applicants/5/entries", kind="conflict", text="My town")
    convener.get(here)
    page = decide(convener, here, 422, applicant=["4", "5"], verdict="refused", text="All of them")
    assert WORDS.text("jury.error_interest", {}) in page
    assert "All of them" not in convener.get(f"{here}/applicants/4")
    client.cookies.clear()


def test_an_assessment_is_blind_until_both_are_in(
    client: TestClient, conveners_key: str, second_key: str
) -> None:
    def assess(key: str, reason: str, status: int = 200, **sent: str) -> str:
        person = Convener(client, key)
        here = f"{desk_pages(person, MORE)['screening']}/applicants/4"
        person.get(here)
        sent = {"recommendation": "admit", "score": "7,5"} | sent
        return person.post(f"{here}/entries", status, kind="assessment", text=reason, **sent)

    assert "#score" in assess(conveners_key, "First view", 422, score="11")
    assert "#recommendation" in assess(conveners_key, "First view", 422, recommendation="")
    assert "First view" in assess(conveners_key, "First view")
    blind = Convener(client, second_key).get(f"{_screening(client, second_key)}/applicants/4")
    assert "First view" not in blind
    assert WORDS.text("screening.blind", {}) in blind
    both = assess(second_key, "Second view", recommendation="refuse")
    assert "First view" in both
    assert "Second view" in both
    assert WORDS.text("jury.with_score", {"said": "admit", "score": "7.5"}) in both
    assert "#assessment-text" in assess(second_key, "Once more", 422)
    client.cookies.clear()


def _screening(client: TestClient, key: str) -> str:
    return desk_pages(Convener(client, key), MORE)["screening"]


def test_minutes_hold_what_was_said_and_decided_and_can_be_signed(
    convener: Convener, here: str
) -> None:
    decide(convener, here, applicant=["0"], verdict="refused", text=SAID)
    path = f"{here}/minutes"
    convener.get(path)
    for wrong, href in (({"text": ""}, "#text"), ({"held_on": "14.3."}, "#held_on")):
        sent = {"text": "All agreed", **wrong}
        assert f'href="{href}"' in convener.post(path, 422, **sent)
    present = "Ana Ruiz\nLuis Gil\n"
    page = convener.post(path, text="All agreed.", held_on="2026-03-14", present=present)
    for said in ("All agreed.", "Ana Ruiz, Luis Gil", "14 March 2026", SAID):
        assert said in page
    read = PdfReader(BytesIO(convener.raw_get(f"{path}/download?format=pdf").content))
    words = " ".join(" ".join(p.extract_text() for p in read.pages).split())
    document = Document(BytesIO(convener.raw_get(f"{path}/download?format=docx").content))
    lines = "\n".join(p.text for p in document.paragraphs)
    for said in ("All agreed.", SAID, "Signed"):
        assert said in words
        assert said in lines
    kept = convener.raw_get(f"{path}/download?format=json").json()
    assert kept["minutes"][0]["present"] == ["Ana Ruiz", "Luis Gil"]


def test_what_is_decided_of_many_at_once_is_minuted_once(convener: Convener, here: str) -> None:
    convener.get(here)
    decide(convener, here, applicant=["1", "4"], verdict="refused", text="Both of them alike")
    page = convener.get(f"{here}/minutes")
    assert page.count("Both of them alike") == 1
    people = convener.raw_get(f"{here}/minutes/download?format=json").json()["decisions"]
    alike = [one["name"] for one in people if one["reason"] == "Both of them alike"]
    assert len(alike) == 2
    assert ", ".join(alike) in page
    convener.headers = convener.headers | {"Accept-Language": "fr"}
    assert "<strong>Selon les règles\u00a0:</strong>" in convener.get(f"{here}/minutes")


def test_letters_are_taken_away_as_documents_and_for_a_mail_merge(
    convener: Convener, here: str
) -> None:
    decide(convener, here, applicant=["0", "3"], verdict="refused", text=SAID)
    path = f"{here}/letters/download?format="
    table = convener.raw_get(f"{path}csv").content.decode("utf-8-sig")
    rows = list(csv.DictReader(StringIO(table, newline="")))
    refused = [row for row in rows if SAID in row["Letters"]]
    assert len(refused) == 2
    document = Document(BytesIO(convener.raw_get(f"{path}docx").content))
    names = [p.text for p in document.paragraphs if p.style and p.style.name == "Heading 1"]
    assert names == [row["Applicant"] for row in rows]
    with ZipFile(BytesIO(convener.raw_get(f"{path}zip").content)) as archive:
        assert len(archive.namelist()) == len(rows)
        one = Document(BytesIO(archive.read(archive.namelist()[0])))
    assert one.paragraphs[0].text in names
    alone = Document(BytesIO(convener.raw_get(f"{path}docx&applicant=0").content))
    assert SAID in "\n".join(p.text for p in alone.paragraphs)


def test_a_screening_is_said_in_the_language_of_whoever_looks(
    convener: Convener, here: str
) -> None:
    """The screening was made in English; its reasons and rules are not left so."""
    english = convener.get(f"{here}/applicants/5")
    convener.headers = convener.headers | {"Accept-Language": "es"}
    spanish = convener.get(f"{here}/applicants/5")
    reasons = english.partition('class="cp-reasons">')[2].partition("</ul>")[0]
    lines = [line.strip() for line in reasons.replace("<li>", "").split("</li>") if line.strip()]
    assert lines
    assert [line for line in lines if line in spanish] == []
