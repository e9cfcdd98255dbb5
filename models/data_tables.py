"""The project's own tables, in `data/`: where they stand, and how one is read."""

import csv
from collections.abc import Iterator
from pathlib import Path

DATA = Path(__file__).resolve().parent.parent / "data"


def rows(path: Path) -> Iterator[dict[str, str]]:
    """The rows of a CSV table, by column name."""
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
