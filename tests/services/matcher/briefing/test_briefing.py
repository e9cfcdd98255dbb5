"""The shortlist as a paper, as tables that run nothing, and as a map."""

import csv
import re
from collections import Counter
from html.parser import HTMLParser
from io import BytesIO, StringIO
from typing import Any

import pytest
from docx import Document
from fastapi.testclient import TestClient
from pypdf import PdfReader
from python_calamine import load_workbook
from typst import Fonts

from services.files.tables import safe
from services.matcher.briefing import pdf as typesetting
from services.matcher.briefing.parts import Paper, Section
from services.matcher.briefing.pdf import as_pdf
from services.matcher.briefing.tables import as_csv, as_xlsx

Json = dict[str, Any]
BILBAO = "gn:3128026"
RISKY = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1+1", "=cmd|' /C calc'!A0"]


class Text(HTMLParser):
    """The words of a page and its tags."""

    def __init__(self) -> None:
        super().__init__()
        self.words = ""
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags += [tag, *(str(value) for _, value in attrs)]

    def handle_data(self, data: str) -> None:
        self.words += data + "\n"


@pytest.fixture(scope="module")
def match(client: TestClient) -> Json:
    body = {
        "place_id": BILBAO,
        "needs": [{"sector": "mobility", "stage": "apply"}],
        "as_of": "2026-06-01",
        "limit": 5,
    }
    return dict(client.post("/v1/matches/peers", json=body).json())


def page(client: TestClient, match: Json, language: str = "en") -> Text:
    given = client.get(
        f"/v1/matches/{match['match_id']}/briefing", headers={"Accept-Language": language}
    )
    assert given.status_code == 200, given.text
    assert given.headers["content-language"] == language
    read = Text()
    read.feed(given.text)
    return read


def test_the_paper_holds_results_reasons_checklist_residents_and_a_letter(
    client: TestClient, match: Json
) -> None:
    words = page(client, match).words
    for result in match["results"]:
        assert result["place"]["name"] in words
    best = max(match["results"][0]["reasons"], key=lambda r: r["contribution"])
    assert best["text"] in words
    for part in ("In short", "Before a decision", "For residents", "Draft of a first letter"):
        assert part in words
    assert match["match_id"] in words
    assert match["snapshot_id"] in words


def test_a_paper_says_of_peers_only_what_is_on_file(client: TestClient) -> None:
    asked = {"place_id": BILBAO, "needs": [{"sector": "peace", "stage": "apply"}], "limit": 3}
    given = dict(client.post("/v1/matches/peers", json=asked).json())
    assert not any(result.get("gets") for result in given["results"])
    words = page(client, given).words
    assert "Nothing on file tells what these places have done on this" in words
    assert "work on this" not in words
    assert "Our subject: peace" in words
    assert "Do its rules let us in?" not in words  # asks about a membership


def test_a_paper_names_who_has_to_do_with_the_need(client: TestClient) -> None:
    asked = {"place_id": BILBAO, "needs": [{"sector": "regeneration", "stage": "apply"}]}
    given = dict(client.post("/v1/matches/peers", json=asked | {"limit": 3}).json())
    words = page(client, given).words
    assert "On file as working on this: Bristol" in words


def test_what_all_figures_rest_on_is_said_once(client: TestClient) -> None:
    asked = {"place_id": BILBAO, "limit": 6, "filters": {"population": {"max": 300_000}}}
    given = dict(client.post("/v1/matches/peers", json=asked).json())
    meant = [r for r in given["results"] if "settlement" in {c["code"] for c in r["cautions"]}]
    assert len(meant) > 2
    assert page(client, given).words.count("not of a government") == 1


def test_the_letter_goes_to_an_office(client: TestClient, match: Json) -> None:
    words = page(client, match).words
    name = match["results"][0]["place"]["name"]
    letter = words.split("Draft of a first letter")[1]
    addressee = letter.strip().splitlines()[0]
    assert addressee.endswith(f", {name}")
    assert "never to a private person" in letter


def test_the_paper_asks_nothing_of_elsewhere(client: TestClient, match: Json) -> None:
    tags = page(client, match).tags
    assert not {"script", "img", "link", "iframe"} & set(tags)


@pytest.mark.parametrize("language", ["es", "fr", "pt"])
def test_the_paper_speaks_the_language_asked_for(
    client: TestClient, match: Json, language: str
) -> None:
    words = page(client, match, language).words
    english = page(client, match).words
    best = max(match["results"][0]["reasons"], key=lambda r: r["contribution"])
    assert best["text"] not in words
    assert "For residents" in english
    assert "For residents" not in words


def test_a_peer_that_may_be_asked_needs_no_word_on_entry(client: TestClient, match: Json) -> None:
    assert [r["verdict"] for r in match["results"]] == ["eligible"] * 5
    assert "Entry:" not in page(client, match).words


def test_every_source_has_a_number_and_is_listed_once(client: TestClient, match: Json) -> None:
    given = client.get(f"/v1/matches/{match['match_id']}/briefing").text
    listed = re.findall(r"<li>(.*?)</li>", given.split("<ol>")[1].split("</ol>")[0])
    cited = {int(n) for ref in re.findall(r"<sup>(.*?)</sup>", given) for n in ref.split(", ")}
    assert cited == set(range(1, len(listed) + 1))
    assert len(set(listed)) == len(listed)
    assert any(source.startswith("GeoNames") for source in listed)


def test_who_is_inside_from_home_is_said(client: TestClient) -> None:
    """Members of the same country can tell how it is; those abroad are not asked first."""
    body = {"place": {"name": "Anywhere", "kind": "city", "country": "GB"}, "as_of": "2026-06-01"}
    body |= {"among": ["city-possible"]}
    match = client.post("/v1/matches/collaborations", json=body).json()
    (found,) = match["results"]
    assert {m["country"] for m in found["peers_inside"]} > {"GB"}
    assert "inside already from our country: London.\n" in page(client, match).words


def test_markup_in_names_stays_text(client: TestClient) -> None:
    name = "<script>alert(1)</script>"
    body = {"place": {"name": name, "kind": "city", "country": "DE"}, "limit": 1}
    match = client.post("/v1/matches/peers", json=body).json()
    read = page(client, match)
    assert "script" not in read.tags
    assert name in read.words


def test_a_document_to_go_on_writing_in(client: TestClient, match: Json) -> None:
    given = client.get(f"/v1/matches/{match['match_id']}/briefing?format=docx")
    document = Document(BytesIO(given.content))
    words = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert match["results"][0]["place"]["name"] in words
    assert "attachment" in given.headers["content-disposition"]


def pdf(client: TestClient, match: Json, language: str = "en") -> tuple[bytes, PdfReader, str]:
    """The bytes, the document, and all its words on one line."""
    path = f"/v1/matches/{match['match_id']}/briefing?format=pdf"
    given = client.get(path, headers={"Accept-Language": language})
    assert (given.status_code, given.headers["content-type"]) == (200, "application/pdf")
    read = PdfReader(BytesIO(given.content))
    return given.content, read, " ".join(" ".join(p.extract_text() for p in read.pages).split())


def test_the_pdf_says_what_the_page_says(client: TestClient, match: Json) -> None:
    content, read, words = pdf(client, match)
    assert read.metadata is not None
    assert str(read.metadata.title).endswith(": places to work with")
    root = read.root_object
    assert root["/MarkInfo"]["/Marked"]  # type: ignore[index]
    assert str(root["/Lang"]) == "en"
    for result in match["results"]:
        assert result["place"]["name"] in words
    for part in ("In short", "Before a decision", "For residents", "Draft of a first letter"):
        assert part in words
    assert len(read.pages) == 2
    assert pdf(client, match)[0] == content


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_mayor_gets_two_pages_however_long_the_list(client: TestClient, language: str) -> None:
    """The best six in full, ten more on a line each, and how many the table holds besides."""
    match = client.post("/v1/matches/peers", json={"place_id": BILBAO, "limit": 30}).json()
    names = [result["place"]["name"] for result in match["results"]]
    assert len(names) > 16
    _, read, words = pdf(client, match, language)
    assert len(read.pages) == 2
    assert all(name in words for name in names[:16])
    assert str(len(names) - 16) in words.split(names[15])[-1]


def test_what_many_suggestions_share_is_said_once(client: TestClient) -> None:
    match = client.post("/v1/matches/collaborations", json={"place_id": BILBAO}).json()
    given = client.get(f"/v1/matches/{match['match_id']}/briefing").text
    lines = re.findall(r"<li><i>(To mind|Next step):</i> (.*?)(?:<sup>.*?</sup>)?</li>", given)
    assert "For several of these" in given
    assert max(Counter(text for _, text in lines).values()) < 3


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Łódź", "Łódź"),
        ("Đà Nẵng", "Đà Nẵng"),
        ("Θεσσαλονίκη", "Θεσσαλονίκη"),
        ("Київ", "Київ"),
        ("#strong[x] $y$ *z*", "#strong[x] $y$ *z*"),
    ],
)
def test_names_of_many_scripts_and_markup_are_set_as_they_are(
    client: TestClient, name: str, shown: str
) -> None:
    body = {"place": {"name": name, "kind": "city", "country": "DE"}, "limit": 1}
    match = client.post("/v1/matches/peers", json=body).json()
    assert shown in pdf(client, match)[2]


def test_what_no_font_shows_is_spelled_in_latin_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine without fonts of its own."""
    monkeypatch.setattr(typesetting, "_fonts", lambda: Fonts(include_system_fonts=False))
    section = Section("residents", "東京都 – São Paulo", ["Київ"])
    content = as_pdf(Paper("東京都", "en", "2026-06-01", [section]))
    words = "".join(p.extract_text() for p in PdfReader(BytesIO(content)).pages)
    assert "DongJingDou – São Paulo" in words
    assert "Київ" in words


def test_the_tables_hold_every_result(client: TestClient, match: Json) -> None:
    path = f"/v1/matches/{match['match_id']}/briefing?format="
    read = list(csv.DictReader(StringIO(client.get(path + "csv").content.decode("utf-8-sig"))))
    ids = [result["place"]["id"] for result in match["results"]]
    assert [row["id"] for row in read] == ids
    sheet = load_workbook(BytesIO(client.get(path + "xlsx").content)).get_sheet_by_index(0)
    assert [row[1] for row in sheet.to_python()[1:]] == ids


def test_a_map_has_longitude_first(client: TestClient, match: Json) -> None:
    given = client.get(f"/v1/matches/{match['match_id']}/briefing?format=geojson")
    assert given.headers["content-type"] == "application/geo+json"
    features = given.json()["features"]
    assert len(features) == len(match["results"])
    for feature, result in zip(features, match["results"], strict=True):
        if "lat" in result["place"]:
            here = [result["place"]["lon"], result["place"]["lat"]]
            assert feature["geometry"]["coordinates"] == here


def test_collaborations_have_no_map(client: TestClient) -> None:
    match = client.post("/v1/matches/collaborations", json={"place_id": BILBAO}).json()
    path = f"/v1/matches/{match['match_id']}/briefing"
    assert client.get(path + "?format=geojson").status_code == 422
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("text", RISKY)
def test_no_cell_is_taken_for_a_formula(text: str) -> None:
    place = {"id": "x:1", "name": text}
    result = {"place": place, "band": "weak", "score": 0.5, "coverage": 1.0, "reasons": []}
    answer = {"mode": "cohort", "results": [result]}
    (row,) = csv.DictReader(StringIO(as_csv(answer).decode("utf-8-sig"), newline=""))
    assert row["name"] == safe(text)
    assert row["name"].startswith("'")
    book = as_xlsx(answer)
    assert load_workbook(BytesIO(book)).get_sheet_by_index(0).to_python()[1][2] == safe(text)


@pytest.mark.parametrize("text", ["Bilbao", "São Paulo", "1st", ""])
def test_plain_texts_stay_as_they_are(text: str) -> None:
    assert safe(text) == text
