"""Rows of a large CSV or NDJSON file as JSON lines; run as a process of its own, within limits."""

import sys
from pathlib import Path

import orjson

from models.errors import BadFile
from services.files.rows import SheetRow
from services.files.sheets import text_rows
from services.files.workbook import confine


def main(path: str, name: str) -> int:
    """Write each row, or what is wrong with it; at last what is wrong with the file."""
    confine()
    try:
        for row in text_rows(Path(path).read_bytes(), name):
            if isinstance(row, SheetRow):
                _say("row", [row.number, row.cells, row.has_header])
            else:
                _say("error", vars(row))
    except BadFile as bad:
        _say("bad", bad.detail)
    return 0


def _say(kind: str, content: object) -> None:
    sys.stdout.buffer.write(orjson.dumps([kind, content]) + b"\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
