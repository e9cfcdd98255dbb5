"""A sheet on its way from upload to confirmation: carried in the form, kept nowhere."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from fastapi import Request

from models.errors import BadFile
from models.names import fold
from models.records import Place
from models.taxonomy import PlaceKind
from services.files.checks import column_type
from services.files.rows import RowError, SheetRow
from services.files.sheets import rows
from services.matcher.convening.desk import Desk
from services.matcher.convening.naming import Named, NameState, named
from services.matcher.convening.schemas import APPLICANTS
from services.matcher.convening.uploads import read_rows
from services.matcher.pages.security import sign, unsign
from services.matcher.pages.words import page_wording
from services.matcher.reconciling.countries import read_country
from services.matcher.wording import LANGUAGES

PURPOSE = "sheet"
# What a form can bring back, with room for the choices beside it.
CARRIED = 1_500_000
FIELDS = ("name", "country", "kind", "region", "population", "metro_population", "national_rank",
          "id")  # fmt: skip
LEAVE_OUT, AS_WRITTEN = "leave_out", "as_written"
# Headers that people write over their columns, folded, in the four languages.
_HEADERS = {
    "name": "name place city municipality applicant town nombre lugar ciudad municipio solicitante "
    "nom lieu ville commune candidat nome cidade candidato local organisation",
    "country": "country country_code pais pays",
    "kind": "kind type tipo clase genre",
    "region": "region regiao state province provincia estado",
    "population": "population residents inhabitants poblacion habitantes habitants populacao",
    "id": "id place_id",
}

_FILLING = (
    "name names of the number total no nombre nombres del de la el numero nom noms du des le d l "
    "nome nomes do da o a official oficial officiel your our"
)


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


def guessed(column: str) -> str:
    """The field of a header, or "" for a column that is not used."""
    words = fold(column).split()
    folded = "_".join(words)
    for name, headers in _HEADERS.items():
        if folded in headers.split():
            return name
    # "City name", "Nombre del municipio", "Number of inhabitants": the words that say what it is.
    telling = [word for word in words if word not in _FILLING.split() and not word.isdigit()]
    if telling and len(telling) < len(words):
        return guessed(" ".join(telling))
    return column if column_type(Place, column) is not None else ""


def choices_of(form: Mapping[str, Any]) -> dict[int, str]:
    """What somebody chose for rows: a place, the row as it is written, or to leave it out."""
    return {
        int(name.removeprefix("row_")): str(value)
        for name, value in form.items()
        if name.startswith("row_") and name.removeprefix("row_").isdecimal() and value
    }


def checked(desk: Desk, sheet: Carried, choices: Mapping[int, str]) -> list[Named]:
    """The rows that stay, each matched, to be asked about or not found."""
    assert sheet.mapping is not None
    used = [(at, name) for at, name in enumerate(sheet.mapping) if name]
    kept = [line for line in sheet.lines if choices.get(line[0]) != LEAVE_OUT]
    read = read_rows(desk, (_row(line, used, sheet, choices.get(line[0], "")) for line in kept))
    found = named(desk, read, sheet.named())
    return [_decided(one, choices.get(one.row, "")) for one in found] + [
        Named(row, "", NameState.NOT_FOUND, errors=[RowError.at(row, code, detail)])
        for row, code, detail in sheet.broken
        if choices.get(row) != LEAVE_OUT
    ]


def _row(line: list[Any], used: list[tuple[int, str]], sheet: Carried, choice: str) -> SheetRow:
    cells = {name: str(line[1 + at]) for at, name in used}
    cells["country"] = country_code(cells.get("country") or sheet.country)
    cells["kind"] = kind_of(cells.get("kind") or sheet.kind)
    if choice and choice != AS_WRITTEN:
        cells["id"] = choice
    return SheetRow(line[0], cells)


def _decided(one: Named, choice: str) -> Named:
    """A row that somebody said to take as it is written is not asked about again."""
    if choice == AS_WRITTEN and one.applicant is not None and not one.errors:
        return replace(one, state=NameState.MATCHED)
    return one


def country_code(text: str) -> str:
    """A country's code by its code or its name in one of many languages; else what was written."""
    return read_country(text) or text


def kind_of(text: str) -> str:
    """A kind of place by its id or its word in one of the languages; else what was written."""
    return _kinds().get(fold(text), text)


@lru_cache(maxsize=1)
def _kinds() -> dict[str, str]:
    found = {fold(str(kind)): str(kind) for kind in PlaceKind}
    for kind in PlaceKind:
        for language in LANGUAGES:
            found.setdefault(fold(page_wording(language).term("kind", kind)), str(kind))
    return found
