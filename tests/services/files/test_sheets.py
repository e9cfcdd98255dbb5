"""Files as people have them: encodings, separators, broken rows, hostile workbooks."""

import io
import zipfile
from pathlib import Path

import pytest
from xlsxwriter import Workbook  # type: ignore[import-untyped]

from models.errors import BadFile
from services.files import headed, sheets
from services.files.rows import RowError, SheetRow
from services.files.sheets import rows, sheets_of


def names(content: bytes, filename: str = "a.csv") -> list[str]:
    return [row.cells["name"] for row in rows(content, filename) if isinstance(row, SheetRow)]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("São Paulo, Bogotá, 東京, القاهرة", "utf-8"),
        ("São Paulo, 東京", "utf-8-sig"),
        ("São Paulo, 東京", "utf-16"),
        ("Besançon – Ñuñoa – Córdoba", "cp1252"),
        ("Łódź, Gdańsk, Kraków, Wrocław", "cp1250"),
        ("Москва, Казань, Омск", "cp1251"),
    ],
)
def test_the_encoding_is_told_by_the_text(text: str, encoding: str) -> None:
    assert names(f'name;x\n"{text}";1\n'.encode(encoding)) == [text]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_separator_is_told_by_the_header(separator: str) -> None:
    content = f'name{separator}"a,b;c"\nBern{separator}1\n'.encode()
    assert list(rows(content, "a.csv")) == [SheetRow(2, {"name": "Bern", "a,b;c": "1"})]


def test_a_first_line_that_names_the_separator_is_a_line() -> None:
    assert list(rows(b"sep=;\nname\nBern\n", "a.csv")) == [SheetRow(3, {"name": "Bern"})]


def test_rows_are_numbered_as_in_the_sheet() -> None:
    content = b'name,note\n\nBern,"two\nlines"\nCork,\n'
    found = [row.number for row in rows(content, "a.csv") if isinstance(row, SheetRow)]
    assert found == [3, 4]


def test_reading_goes_on_after_a_broken_row() -> None:
    found = list(rows(b'name,x\n"Bern"x,1\nCork,2\n"open,3\nGraz,4\n', "a.csv"))
    assert [(row.row, row.code) for row in found if isinstance(row, RowError)] == [
        (2, "broken_row"),
        (4, "broken_row"),
    ]
    assert [row.cells["name"] for row in found if isinstance(row, SheetRow)] == ["Cork", "Graz"]


def test_a_row_with_too_many_cells_is_refused_alone() -> None:
    long, good = rows(b"name\nBern,7\nCork,\n", "a.csv")
    assert isinstance(long, RowError)
    assert (long.row, long.code, long.value) == (2, "too_many_cells", "7")
    assert good == SheetRow(3, {"name": "Cork"})


def test_a_cell_that_is_too_long_is_refused_alone() -> None:
    (error,) = rows(b"name,x\nBern," + b"a" * 40_000 + b"\n", "a.csv")
    assert isinstance(error, RowError)
    assert (error.column, error.code) == ("x", "cell_too_long")
    assert len(error.value or "") <= 200


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"name,name\nA,B\n", "same name"),
        (b"name,,x\n1,2,3\n", "Column 2"),
        (b"%PDF-1.4", "CSV, XLSX or NDJSON"),
        (b"a\0b", "NUL"),
        (b"PK\x03\x04garbage", "cannot be read"),
        (b"\xff\xfea\x00\xd8", "UTF-16"),
    ],
)
def test_a_file_that_is_no_sheet_is_refused_as_a_whole(content: bytes, says: str) -> None:
    with pytest.raises(BadFile, match=says):
        list(rows(content, "a.csv"))


def test_too_many_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(headed, "ROWS", 3)
    with pytest.raises(BadFile, match="more than 3 rows"):
        list(rows(b"name\nA\nB\nC\n", "a.csv"))
    with pytest.raises(BadFile, match="more than 3 rows"):
        list(rows(workbook("A1", "A2", "A3", "A4"), "a.xlsx"))


def test_json_lines_keep_their_values_and_report_broken_ones() -> None:
    content = b'{"name": "Bern", "needs": [1]}\n\n{"name": \n[1]\n{"name": "Cork"}\n'
    first, broken, no_object, last = rows(content, "a.ndjson")
    assert first == SheetRow(1, {"name": "Bern", "needs": [1]}, has_header=False)
    assert isinstance(broken, RowError)
    assert isinstance(no_object, RowError)
    assert (broken.row, no_object.row) == (3, 4)
    assert last == SheetRow(5, {"name": "Cork"}, has_header=False)


def test_a_line_that_is_nested_too_deeply_is_refused_alone() -> None:
    deep = b'{"needs": ' + b"[" * 1_000 + b"]" * 1_000 + b"}"
    broken, good = rows(deep + b'\n{"name": "Cork"}\n', "a.ndjson")
    assert isinstance(broken, RowError)
    assert "nested more than" in broken.detail
    assert isinstance(good, SheetRow)


def test_a_large_file_is_read_as_a_small_one(monkeypatch: pytest.MonkeyPatch) -> None:
    content = b'{"name": "Bern"}\n{"name": \n{"foo": 1}\n'
    small = list(rows(content, "a.ndjson"))
    monkeypatch.setattr(sheets, "SMALL_TEXT", 10)
    assert list(rows(content, "a.ndjson")) == small


def workbook(*cells: str, extra: dict[str, str] | None = None) -> bytes:
    """A workbook with text "name" and then numbers in the cells given."""
    spread = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    first, *others = cells
    data = f'<row><c r="{first}" t="inlineStr"><is><t>name</t></is></c></row>' + "".join(
        f'<row><c r="{cell}"><v>{i}</v></c></row>' for i, cell in enumerate(others, start=7)
    )
    parts = {
        "_rels/.rels": f'<Relationships xmlns="{package}"><Relationship Id="rId1" '
        f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{spread}" xmlns:r="{office}"><sheets>'
        '<sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}"><Relationship '
        f'Id="rId1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{spread}"><sheetData>{data}'
        "</sheetData></worksheet>",
        **(extra or {}),
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def test_a_workbook_is_read_with_its_row_numbers(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(workbook("A2", "A3", "A5"))
    found = [SheetRow(3, {"name": "7"}), SheetRow(5, {"name": "8"})]
    assert list(rows(path, "a.xlsx")) == found
    assert list(rows(path.read_bytes(), "a.xlsx")) == found


def test_a_workbook_that_would_end_its_reader_only_ends_the_child() -> None:
    with pytest.raises(BadFile, match="limits"):
        list(rows(workbook("A1", "XFD1048576"), "a.xlsx"))


def test_a_workbook_that_unpacks_to_too_much_is_not_opened(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sheets, "UNPACKED", 10_000)
    with pytest.raises(BadFile, match="unpacks"):
        list(rows(workbook("A1", extra={"bomb.xml": "0" * 100_000}), "a.xlsx"))


@pytest.mark.parametrize("above", ["Call for members 2026;;\n", ";;\nCall 2026;;\nas of May;;\n"])
def test_a_title_over_the_table_is_no_header(above: str) -> None:
    found = list(rows(f"{above}name;country;x\nBern;CH;\nCork;;\n".encode(), "a.csv"))
    line = above.count("\n") + 2
    assert found == [
        SheetRow(line, {"name": "Bern", "country": "CH", "x": ""}),
        SheetRow(line + 1, {"name": "Cork", "country": "", "x": ""}),
    ]


def test_a_list_of_names_alone_has_its_header() -> None:
    content = b"name,\nBern,\nCork,\nGraz,\nLinz,\n"
    assert names(content) == ["Bern", "Cork", "Graz", "Linz"]
    assert names(b"name,\nBern,\n") == ["Bern"]


def book(**filled: list[list[str]]) -> bytes:
    """A workbook of sheets; one whose name begins with `Hidden` is not to be seen."""
    written = io.BytesIO()
    with Workbook(written, {"in_memory": True}) as opened:
        for name, lines in filled.items():
            sheet = opened.add_worksheet(name)
            if name.startswith("Hidden"):
                sheet.hide()
            for at, line in enumerate(lines):
                sheet.write_row(at, 0, line)
        next(s for s in opened.worksheets() if not s.name.startswith("Hidden")).activate()
    return written.getvalue()


def test_of_a_workbook_the_first_sheet_that_holds_something_or_the_one_asked_for() -> None:
    content = book(
        Hidden=[["name"], ["Nowhere"]],
        Empty=[],
        Cities=[["name"], ["Bern"]],
        Towns=[["name"], ["Thun"]],
    )
    assert sheets_of(content) == ["Cities", "Towns"]
    assert names(content, "a.xlsx") == ["Bern"]
    assert [r.cells for r in rows(content, "a.xlsx", "Towns") if isinstance(r, SheetRow)] == [
        {"name": "Thun"}
    ]
    with pytest.raises(BadFile):
        list(rows(content, "a.xlsx", "Villages"))
    assert sheets_of(b"name\nBern\n") == []
    assert sheets_of(b"PK\x03\x04 but no workbook") == []
