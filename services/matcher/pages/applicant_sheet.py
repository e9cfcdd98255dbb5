"""A sheet on its way from upload to confirmation: carried in the form, kept nowhere."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from fastapi import Request

from models.errors import BadFile
from services.files.rows import RowError
from services.files.sheets import rows, sheets_of
from services.matcher.convening.schemas import APPLICANTS
from services.matcher.pages.security import sign, unsign
from services.matcher.pages.sheet_words import guessed

PURPOSE = "sheet"
# What a form can bring back, with room for the choices beside it.
CARRIED = 1_500_000
# Of a workbook so many sheets are read to choose from.
SHEETS = 10


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
    sheet: str = ""
    """Its name, of a workbook that has others."""

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


def carried_together(request: Request, book: Sequence[Carried]) -> list[tuple[str, int, str]]:
    """The name, rows and signed text of each sheet of a workbook; none where it is too much."""
    try:
        found = [(sheet.sheet, len(sheet.lines), sheet.signed(request)) for sheet in book]
    except BadFile:
        return []
    return found if sum(len(text) for _, _, text in found) <= CARRIED else []


def carried(request: Request, text: str) -> Carried | None:
    """The sheet of a form; None where it is none of ours."""
    held = unsign(request, PURPOSE, text)
    try:
        return Carried(**held) if held else None
    except TypeError:  # signed by another version of this service
        return None


def read_sheets(content: bytes, filename: str, target: str) -> tuple[list[Carried], list[str]]:
    """Each sheet of a file that can be read, the first one first, and the names of the others."""
    names = sheets_of(content)
    if len(names) < 2:
        return [read_sheet(content, filename, target)], []
    found, left = [], names[SHEETS:]
    for name in names[:SHEETS]:
        try:
            found.append(read_sheet(content, filename, target, name))
        except BadFile:
            left.append(name)
    if not found:
        raise BadFile("None of its sheets holds a table.")
    return found, left


def read_sheet(content: bytes, filename: str, target: str, sheet: str = "") -> Carried:
    """The cells of an uploaded file; of a workbook those of one sheet."""
    columns: list[str] = []
    lines: list[list[Any]] = []
    broken: list[list[Any]] = []
    for row in rows(content, filename, sheet):
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
    return Carried(filename, columns, wide, broken[:APPLICANTS], target, sheet=sheet)


def _text(cell: Any) -> str:
    return "" if cell is None else str(cell).strip()
