"""Rows of an XLSX workbook as JSON lines; run as a process of its own, within limits.

A workbook of a kilobyte can claim so many cells that its reader ends the whole process: then
this one ends, and the service only sees that it did. It imports nothing of the project.
"""

import json
import resource
import sys
from datetime import date, datetime, time, timedelta
from typing import Any

from python_calamine import CalamineError, load_workbook

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


def main(path: str, most_rows: int) -> int:
    confine()
    try:
        sheet = load_workbook(path).get_sheet_by_index(0)
        for number, row in enumerate(sheet.to_python(skip_empty_area=False), start=1):
            # One more than allowed, so that the reader of these lines can tell.
            if number > most_rows + 1:
                break
            sys.stdout.write(json.dumps([text(cell) for cell in row]) + "\n")
    except (CalamineError, ValueError, IndexError) as error:
        sys.stderr.write(str(error)[:300])
        return CANNOT_READ
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2])))
