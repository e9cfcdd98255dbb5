"""One row of a file, and what is wrong with one: what every reader of files speaks of."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

_VALUE_SHOWN = 200


@dataclass(frozen=True)
class SheetRow:
    """A row by its header; `number` is its line in the sheet, the header's being 1."""

    number: int
    cells: dict[str, Any]
    has_header: bool = True
    """Whether one header names the cells of all rows; a line of NDJSON names its own."""


@dataclass(frozen=True)
class RowError:
    """What is wrong with a row, and in which column."""

    row: int
    column: str | None
    value: str | None
    code: str
    detail: str
    other_row: int | None = None
    """The row that says the same already, where that is what is wrong."""

    @classmethod
    def at(
        cls, row: int, code: str, detail: str, column: str | None = None, value: Any = None
    ) -> "RowError":
        shown = None if value is None else _storable(str(value))
        return cls(row, column and _storable(column), shown, code, detail.replace("\0", "�"))

    def repeating(self, other: int) -> "RowError":
        """The same error, of a row that another one stands against."""
        return replace(self, other_row=other)


def _storable(text: str) -> str:
    """A short text that every database holds; PostgreSQL refuses NUL."""
    return text[:_VALUE_SHOWN].replace("\0", "�")


Rows = Iterator[SheetRow | RowError]
