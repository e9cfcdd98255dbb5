"""A sheet on its way from upload to confirmation: carried in the form, kept nowhere."""

from dataclasses import dataclass, replace
from typing import Any

from fastapi import Request

from models.errors import BadFile
from services.files.rows import RowError
from services.files.sheets import rows
from services.matcher.convening.schemas import APPLICANTS
from services.matcher.pages.security import sign, unsign
from services.matcher.pages.sheet_words import guessed

PURPOSE = "sheet"
# What a form can bring back, with room for the choices beside it.
CARRIED = 1_500_000


@dataclass(frozen=True)
class Carried:
    """What the form carries: the cells, and what each column was said to be."""

    filename: str
    columns: list[str]
    lines: list[list[Any]]
    broken: list[list[Any]]
    target: str = "applicants"
    mapping: list[str] | None = None
    country: str = ""
    kind: str = ""
    roster_version: int = 0

    def signed(self, request: Request) -> str:
        text = sign(request, PURPOSE, vars(self))
        if len(text) > CARRIED:
            raise BadFile("The sheet is too large for one form; split it.")
        return text

    def mapped(self, mapping: list[str], country: str, kind: str) -> "Carried":
        return replace(self, mapping=mapping, country=country, kind=kind)

    @property
    def ready(self) -> bool:
        """Whether it was said which column holds the name."""
        return "name" in (self.mapping or ())

    def guessed(self) -> list[str]:
        """What each column seems to be, by its header; each field once."""
        taken: set[str] = set()
        found = []
        for column in self.columns:
            guess = guessed(column)
            found.append("" if guess in taken else guess)
            taken.add(guess)
        return found

    def named(self) -> dict[int, str]:
        """The name that each row gives."""
        at = (self.mapping or []).index("name")
        return {line[0]: str(line[1 + at]).strip() for line in self.lines}


def carried(request: Request, text: str) -> Carried | None:
    """The sheet of a form; None where it is none of ours."""
    held = unsign(request, PURPOSE, text)
    try:
        return Carried(**held) if held else None
    except TypeError:  # signed by another version of this service
        return None


def read_sheet(content: bytes, filename: str, target: str) -> Carried:
    """The cells of an uploaded file."""
    columns: list[str] = []
    lines: list[list[Any]] = []
    broken: list[list[Any]] = []
    for row in rows(content, filename):
        if isinstance(row, RowError):
            broken.append([row.row, row.code, row.detail])
            continue
        columns += [name for name in row.cells if name not in columns]
        cells = [_text(row.cells.get(name)) for name in columns]
        if any(cells):
            lines.append([row.number, *cells])
        if len(lines) > APPLICANTS:
            raise BadFile(f"At most {APPLICANTS:,} rows at once; split the file.")
    if not lines:
        raise BadFile("The file has no rows.")
    wide = [line + [""] * (1 + len(columns) - len(line)) for line in lines]
    return Carried(filename, columns, wide, broken[:APPLICANTS], target)


def _text(cell: Any) -> str:
    return "" if cell is None else str(cell).strip()
