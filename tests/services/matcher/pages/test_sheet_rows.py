"""Rows of a sheet that cannot be read whole, and one choice for all that are left."""

from typing import Any

from services.matcher.pages.words import page_wording
from tests.services.matcher.pages.convener import DC, Convener

WORDS = page_wording("en")
SHEET = f"/calls/{DC}/sheet"
COLUMNS: dict[str, Any] = {"column_0": "name", "column_1": "country", "column_2": "population"}
APPLICANTS = """Ciudad;Pais;Habitantes
Bilbao;España;11,1 Mio
Bristol;UK;617.280
Accra;Ghana;1.963.264
Nowhere at all;ES;unos miles
Somewhere else;ES;
"""


def counts(page: str) -> dict[str, int]:
    """How many rows each state has, by the head of the page."""
    head = page.partition('class="cp-status"')[2].partition("</p>")[0]
    return {
        state: int(head.partition(f"{WORDS.term('name_state', state)}: ")[2].partition("<")[0])
        for state in ("ask", "not_found", "matched")
    }


def names(convener: Convener) -> str:
    convener.upload(APPLICANTS.encode(), "a.csv")
    return convener.post(f"{SHEET}/names", **COLUMNS, kind="city")


def test_what_parts_thousands_is_told_by_the_column(convener: Convener) -> None:
    page = names(convener)
    assert counts(page) == {"ask": 1, "not_found": 2, "matched": 2}
    assert "617.280" not in page


def test_a_cell_that_cannot_be_read_counts_as_unknown_once_somebody_says_so(
    convener: Convener,
) -> None:
    page = names(convener)
    assert page.count(WORDS.terms["row_error"]["unreadable"]) == 2
    page = convener.post(f"{SHEET}/names", each_ask="found", each_not_found="as_written")
    assert counts(page) == {"ask": 0, "not_found": 0, "matched": 5}
    table = convener.post(f"{SHEET}/confirm", each_ask="found", each_not_found="as_written")
    assert [name in table for name in ("Bilbao", "Nowhere at all")] == [True, True]


def test_all_that_are_left_can_be_left_out(convener: Convener) -> None:
    names(convener)
    page = convener.post(f"{SHEET}/names", each_not_found="leave_out", row_2="leave_out")
    assert counts(page) == {"ask": 0, "not_found": 0, "matched": 2}
    assert WORDS.text("sheet.left_out_count", {"count": 3}) in page


def test_of_two_rows_for_one_place_none_is_taken_by_a_choice_for_all(convener: Convener) -> None:
    convener.upload(b"a;b;c\nBilbao;ES;\nBilbo;Spain;\n", "a.csv")
    convener.post(f"{SHEET}/names", **COLUMNS, kind="city")
    page = convener.post(f"{SHEET}/names", each_ask="found", each_not_found="as_written")
    assert counts(page)["matched"] == 1
    convener.post(f"{SHEET}/confirm", 422, each_ask="found", each_not_found="as_written")
