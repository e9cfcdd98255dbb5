"""Headers of two rows, as sheets with merged cells have them."""

import pytest

from models.errors import BadFile
from services.files.rows import SheetRow
from services.files.sheets import rows


def table(text: str) -> list[SheetRow]:
    found = list(rows(text.encode(), "a.csv"))
    assert all(isinstance(row, SheetRow) for row in found)
    return [row for row in found if isinstance(row, SheetRow)]


@pytest.mark.parametrize(
    ("header", "names"),
    [
        ("Applicant,,Figures,\nName,Country,Residents,Budget\n", "Name,Country,Residents,Budget"),
        ("Name,Country,Figures,\n,,Residents,Budget\n", "Name,Country,Residents,Budget"),
        ("Call 2026,,,\nWho,,,Admin\n\nName,Country,Residents,Day\n", "Name,Country,Residents,Day"),
    ],
)
def test_a_header_of_two_rows_is_read_as_one(header: str, names: str) -> None:
    found = table(f"{header}Bern,CH,134000,1\nCork,IE,222000,2\n")
    assert [",".join(row.cells) for row in found] == [names] * 2
    assert [row.cells["Name"] for row in found] == ["Bern", "Cork"]
    assert [row.number for row in found] == [header.count("\n") + 1, header.count("\n") + 2]


@pytest.mark.parametrize(
    "text",
    [
        "Name,Country,,Remark\nBern,CH,note,\nCork,IE,note,\n",
        "Name,,Country\nBern,capital,CH\n",
        "Name,,,Year\nBern,a,b,2026\n",
    ],
)
def test_a_row_of_the_table_is_never_taken_for_a_header(text: str) -> None:
    with pytest.raises(BadFile, match="has no name"):
        table(text)


def test_columns_beyond_the_header_are_said_row_by_row_as_before() -> None:
    found = list(rows(b"Name,Country,,\nBern,CH,a,b\nCork,IE,,\n", "a.csv"))
    assert [type(row).__name__ for row in found] == ["RowError", "SheetRow"]
