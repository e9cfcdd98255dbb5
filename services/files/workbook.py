"""Rows of a sheet of an XLSX workbook as JSON lines, or the names of its sheets.

Run as a process of its own, within limits.

A workbook of a kilobyte can claim so many cells that its reader ends the whole process: then
this one ends, and the service only sees that it did. It imports nothing of the project.
"""

import json
import resource
import sys
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    SheetTypeEnum,
    SheetVisibleEnum,
    load_workbook,
)

MEMORY = 512 * 2**20
SECONDS = 20
CANNOT_READ = 3


def text(cell: Any) -> str:
    """A cell as a person would type it into a CSV file."""
    match cell:
        case bool():
            return "true" if cell else "false"
        case float():
            return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
        case datetime():
            at_midnight = cell.time() == time()
            return cell.date().isoformat() if at_midnight else cell.isoformat()
        case date() | time():
            return cell.isoformat()
        case timedelta():
            return str(cell)
        case _:
            return str(cell)


def confine() -> None:
    """Let this process have so much memory and time, and leave no core file."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def filled(book: CalamineWorkbook) -> Iterator[CalamineSheet]:
    """The sheets that hold something and are there to be seen, in their order."""
    for sheet in book.sheets_metadata:
        if sheet.typ is SheetTypeEnum.WorkSheet and sheet.visible is SheetVisibleEnum.Visible:
            found = book.get_sheet_by_name(sheet.name)
            if found.end is not None:
                yield found


def write_rows(book: CalamineWorkbook, most_rows: int, name: str) -> None:
    """The rows of the sheet of a name, else of the first that holds something."""
    if name:
        sheet = book.get_sheet_by_name(name)
    else:
        sheet = next(filled(book), None) or book.get_sheet_by_index(0)
    for number, row in enumerate(sheet.to_python(skip_empty_area=False), start=1):
        # One more than allowed, so that the reader of these lines can tell.
        if number > most_rows + 1:
            break
        sys.stdout.write(json.dumps([text(cell) for cell in row]) + "\n")


def write_names(book: CalamineWorkbook) -> None:
    for sheet in filled(book):
        sys.stdout.write(json.dumps(sheet.name) + "\n")
        # What was found is told, also where the next sheet ends this process.
        sys.stdout.flush()


def main(path: str, most_rows: int, name: str) -> int:
    """Write the rows of a sheet, or with no rows wanted the names of the sheets."""
    confine()
    try:
        book = load_workbook(path)
        if most_rows:
            write_rows(book, most_rows, name)
        else:
            write_names(book)
    except (CalamineError, ValueError, IndexError) as error:
        sys.stderr.write(str(error)[:300])
        return CANNOT_READ
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), sys.argv[3]))
