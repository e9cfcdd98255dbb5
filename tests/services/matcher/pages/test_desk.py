"""The desk of a convener: nothing is kept before it is confirmed, and no name is guessed."""

import re
from typing import Any

import pytest
from fastapi.testclient import TestClient

from models.snapshot import Snapshot
from services.files.rows import SheetRow
from services.files.sheets import rows as rows_of
from services.matcher.pages.words import page_wording
from tests.services.files.test_sheets import book
from tests.services.matcher.pages.convener import DC, HTML, MEMBERS, Convener
from tests.services.matcher.pages.messy import ROWS, as_sheet, messy_rows
from tests.services.matcher.pages.test_every_page import SLIPS
from tests.services.matcher.pages.test_hostile import HOSTILE, read, words

SHEET, WORDS = f"/calls/{DC}/sheet", page_wording("en")
BOOK = re.compile(r'name="(book_\d)" value="([^"]*)"')
COLUMNS: dict[str, Any] = {
    "column_0": "name",
    "column_1": "country",
    "column_2": "",
    "kind": "city",
}


def screenings(convener: Convener) -> int:
    return convener.get(f"/calls/{DC}").count(f"/calls/{DC}/screenings/s_")


def test_the_desk_is_for_conveners_alone(client: TestClient) -> None:
    client.cookies.clear()
    assert client.get("/calls", headers=HTML).status_code == 200
    for path in (f"/calls/{DC}", f"/calls/{DC}/approach", "/calls/open?name=x"):
        assert client.get(path, headers=HTML).status_code == 401
    assert client.post(f"{SHEET}/confirm", data={"sheet": "x"}, headers=HTML).status_code == 401


def test_a_form_without_the_token_changes_nothing(convener: Convener) -> None:
    convener.upload(b"name,country\nBilbao,ES\n", "a.csv")
    before = screenings(convener)
    convener.fields["csrf_token"] = "wrong"
    convener.post(f"{SHEET}/confirm", 403)
    assert screenings(convener) == before


def test_another_sheet_of_a_workbook_can_be_taken(convener: Convener) -> None:
    content = book(
        Read_me=[["Applications 2026"]],
        Applicants=[["name", "country"], ["Bilbao", "ES"]],
        Waiting=[["name", "country"], ["Oslo", "NO"], ["Bergen", "NO"]],
    )
    page = convener.upload(content, "a.xlsx")
    assert WORDS.text("sheet.read_of", {"sheet": "Applicants"}) in page
    assert WORDS.text("sheet.unread", {"sheets": ["Read_me"]}) in page
    for chosen, first in (("Waiting", "Oslo"), ("Applicants", "Bilbao")):
        kept = dict(BOOK.findall(page)) | {"choose": chosen, "left": "Read_me"}
        page = convener.post(f"{SHEET}/other", **kept)
        assert WORDS.text("sheet.read_of", {"sheet": chosen}) in page
        assert first in page
        assert WORDS.text("sheet.unread", {"sheets": ["Read_me"]}) in page
    assert "Bilbao" in convener.post(f"{SHEET}/names", **COLUMNS)
    convener.post(f"{SHEET}/other", 422, choose="Waiting")


def test_three_hundred_messy_names(convener: Convener, snapshot: Snapshot) -> None:
    rows = messy_rows(snapshot)
    assert len(rows) == ROWS
    before = screenings(convener)
    convener.upload(as_sheet(rows), "names.csv")
    shown = convener.post(f"{SHEET}/names", **COLUMNS)
    answer = convener.raw(f"{SHEET}/returned")
    table = [list(line.cells.values()) for line in rows_of(answer.content, "a.xlsx")
             if isinstance(line, SheetRow)]  # fmt: skip
    states = {WORDS.term("name_state", s): s for s in ("matched", "ask", "not_found")}
    ended = [states[str(line[5])] for line in table]
    assert len(ended) == ROWS
    assert min(ended.count(s) for s in states.values()) > 10
    for line, row, state in zip(table, rows, ended, strict=True):
        assert line[0] == row.name.strip()
        if state == "matched":
            assert line[3] == row.made_from, line
        elif row.made_from is None:
            assert (line[3] or None, state) == (None, "not_found"), line
    assert shown.count('name="row_') == ROWS
    assert SLIPS.search(shown) is None
    convener.post(f"{SHEET}/confirm", 422)
    assert screenings(convener) == before


def test_what_is_undecided_can_be_chosen_left_out_or_taken_as_written(convener: Convener) -> None:
    content = "Ciudad;Pais\nBilbao;España\nBilbo;Spain\nNowhere at all;ES\nX;Narnia\n"
    convener.upload(content.encode(), "a.csv")
    convener.post(f"{SHEET}/names", **COLUMNS)
    page = convener.post(f"{SHEET}/confirm", 422, row_3="leave_out", row_4="as_written")
    assert WORDS.text("sheet.error_undecided", {"count": 1}) in page
    chosen: dict[str, Any] = {"row_3": "leave_out", "row_4": "as_written", "row_5": "leave_out"}
    table = convener.post(f"{SHEET}/confirm", **chosen)
    assert [name in table for name in ("Nowhere at all", "Bilbao", "Narnia")] == [True, True, False]


def test_the_roster_shows_exact_fractions(convener: Convener) -> None:
    columns: dict[str, Any] = {"column_0": "name", "column_1": "country", "column_2": "kind"}
    convener.upload(MEMBERS.encode(), "members.csv", "roster")
    convener.post(f"{SHEET}/names", **columns, kind="city")
    page = convener.post(f"{SHEET}/confirm")
    counted = {"count": 3, "total": 5, "share": "2/3", "max": 3}
    assert WORDS.text("desk.limit_share", counted) in page
    assert WORDS.term("cap_status", "ok") in page


def test_of_two_who_change_the_roster_one_is_told(convener: Convener) -> None:
    columns: dict[str, Any] = {"column_0": "name", "column_1": "country", "column_2": "kind"}
    convener.upload(MEMBERS.encode(), "members.csv", "roster")
    convener.post(f"{SHEET}/names", **columns, kind="city")
    mine = convener.fields["sheet"]
    fewer = MEMBERS.rpartition("Karnataka")[0]
    convener.upload(fewer.encode(), "members.csv", "roster")
    convener.post(f"{SHEET}/names", **columns, kind="city")
    convener.post(f"{SHEET}/confirm")
    convener.fields["sheet"] = mine
    page = convener.post(f"{SHEET}/confirm", 422)
    assert WORDS.text("desk.error_changed", {}) in page
    assert "Karnataka" not in page


def test_a_person_decides_with_a_reason_and_the_letter_says_why(convener: Convener) -> None:
    content = "name,country,kind\nBilbao,ES,city\nCatalonia,ES,region\n"
    convener.upload(content.encode(), "a.csv")
    columns: dict[str, Any] = {
        "column_0": "name",
        "column_1": "country",
        "column_2": "kind",
        "kind": "city",
    }
    convener.post(f"{SHEET}/names", **columns)
    table = convener.post(f"{SHEET}/confirm")
    here = convener.at(table, rf"(/calls/{DC}/screenings/s_\w+)/applicants/0")
    person = convener.get(f"{here}/applicants/0")
    assert SLIPS.search(person) is None
    convener.post(f"{here}/applicants/0/entries", 422, kind="override", verdict="eligible", text="")
    said = "The jury saw more than the record says."
    page = convener.post(
        f"{here}/applicants/0/entries", kind="override", verdict="refused", text=said
    )
    assert said in page
    assert said in convener.get(f"{here}/letters?applicant=0")
    assert convener.get(f"{here}?verdict=refused").count("/applicants/0") == 1
    convener.get(f"{here}?verdict=nonsense", 422)


def test_a_letter_about_a_cap_says_the_condition_and_nothing_of_the_members(
    convener: Convener,
) -> None:
    columns: dict[str, Any] = {"column_0": "name", "column_1": "country", "column_2": "kind"}
    members = MEMBERS.replace("Oklahoma,United States", "Bavaria,Germany")
    convener.upload(members.encode(), "members.csv", "roster")
    convener.post(f"{SHEET}/names", **columns, kind="city")
    convener.post(f"{SHEET}/confirm")
    convener.upload(b"name,country,kind\nBilbao,ES,city\n", "a.csv")
    convener.post(f"{SHEET}/names", **columns, kind="city")
    table = convener.post(f"{SHEET}/confirm")
    here = convener.at(table, rf"(/calls/{DC}/screenings/s_\w+)/applicants/0")
    letter = convener.get(f"{here}/letters").partition("<article")[2]
    cap = {"attribute": "continent", "share": "2/3"}
    assert WORDS.text("screening.condition_share", cap) in letter
    assert WORDS.text("screening.letter_refused", {}) in letter
    assert [n for n in ("Flanders", "Scotland", "Bavaria", "Catalonia") if n in letter] == []


def test_words_of_others_are_text(convener: Convener) -> None:
    content = "name,country\n" + "".join(
        f'"{text.strip()}",ES\n'.replace('""', '"') if '"' not in text else ""
        for text in HOSTILE[:120]
    )
    convener.upload(content.encode(), "<img src=x onerror=alert(1)>.csv")
    found = read(convener.post(f"{SHEET}/names", **COLUMNS | {"column_2": ""}))
    assert found.dangers == []
    assert words(HOSTILE[0]) in words("".join(found.text))


@pytest.mark.parametrize(
    ("content", "name"),
    [(b"", "a.csv"), (b"%PDF-1.4", "a.pdf"), (b"PK\x03\x04broken", "a.xlsx"), (b"name\n", "a.csv")],
)
def test_a_file_that_cannot_be_read_is_told(convener: Convener, content: bytes, name: str) -> None:
    assert 'href="#file"' in convener.upload(content, name, status=422)


def test_columns_that_make_no_sense_are_told(convener: Convener) -> None:
    convener.upload(b"a,b\nBilbao,ES\n", "a.csv")
    page = convener.post(f"{SHEET}/names", 422, column_0="", column_1="country")
    assert WORDS.text("sheet.error_no_name", {}) in page
    for step in ("names", "returned", "confirm"):
        assert convener.raw(f"{SHEET}/{step}").status_code == 422
    page = convener.post(f"{SHEET}/names", 422, column_0="name", column_1="name")
    assert 'href="#column_1"' in page
    convener.fields["sheet"] = "made-up"
    convener.post(f"{SHEET}/names", 422)
