"""Tables as CSV and XLSX; no cell is ever taken for a formula."""

import csv
from collections.abc import Iterable, Sequence
from io import BytesIO, StringIO

_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")
# What a cell of a workbook can hold.
CELL = 32_000
Cell = str | float | int | None
Row = Sequence[Cell]


def safe(text: str) -> str:
    """A text that no spreadsheet runs: an apostrophe stands before what starts a formula."""
    text = text.replace("\0", "")[:CELL]
    risky = text.startswith(_STARTS_A_FORMULA) or text.lstrip().startswith(_STARTS_A_FORMULA)
    return f"'{text}" if risky else text


def as_csv(columns: Sequence[str], rows: Iterable[Row]) -> bytes:
    """UTF-8 with a mark that spreadsheets know it by."""
    text = StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([safe(cell) if isinstance(cell, str) else cell for cell in row])
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(title: str, columns: Sequence[str], rows: Iterable[Row]) -> bytes:
    """A workbook whose texts are written as texts, whatever they begin with."""
    from xlsxwriter import Workbook  # type: ignore[import-untyped]

    written = BytesIO()
    off = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(written, {"in_memory": True, **off}) as book:
        sheet = book.add_worksheet(title)
        for at, row in enumerate([columns, *rows]):
            for column, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(at, column, safe(cell))
                elif cell is not None:
                    sheet.write_number(at, column, cell)
        sheet.freeze_panes(1, 0)
    return written.getvalue()
