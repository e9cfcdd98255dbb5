"""The project's own tables of metropolitan authorities, rural areas and sourced figures.

The packages of the default catalogue know neither kind of government. A cell that is empty is
unknown; a cell that cannot be read stops the import and names its file, row and column.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from models.data_tables import rows
from models.errors import BadFile
from models.records import Fact, Place
from models.taxonomy import FactStatus, PlaceKind, PopulationBasis

FIRST_ROW = 2  # the header is row 1, as a spreadsheet counts
EARLIEST_YEAR = 1900
SECOND_HAND = ("Wikidata", "Wikipedia", "Quoted")
_YES_OR_NO = {"true": True, "false": False, "": None}
EXTERNAL_IDS = ("wikidata", "geonames", "iso_3166_2")
FIGURE_BASES = {"population": "municipality", "metro_population": "metropolitan area"}

Row = Mapping[str, str]
T = TypeVar("T")


class TableError(BadFile):
    """A row of a table that cannot be read."""

    def __init__(self, path: Path, row: int, column: str, problem: str) -> None:
        super().__init__(f"{path.name}, row {row}, column {column}: {problem}")


@dataclass(frozen=True)
class Figure:
    """One sourced figure that replaces a settlement's, or adds the metropolitan one."""

    place_id: str
    field: str
    value: int
    basis: str
    year: int
    source: str

    def fact(self) -> Fact:
        """What the figure rests on."""
        return counted(self.source, self.year)


def counted(source: str, year: int) -> Fact:
    """The provenance of a head count; what others repeat stays a claim."""
    status = FactStatus.CLAIM if source.startswith(SECOND_HAND) else FactStatus.VERIFIED
    return Fact(source=source, date=date(year, 1, 1), status=status)


def metropolitan_authorities(path: Path) -> Iterator[Place]:
    """Metropolitan governments; their member cities come from `metropolitan_parts`."""
    for number, row in _numbered(path):
        yield _place(path, number, row, PlaceKind.METRO_AUTHORITY)


def rural_areas(path: Path) -> Iterator[Place]:
    """Rural governments and rural territories with a body of their own."""
    for number, row in _numbered(path):
        yield _place(path, number, row, PlaceKind.RURAL_AREA)


def metropolitan_parts(path: Path) -> Iterator[tuple[str, str]]:
    """Pairs of a member city and its authority, to be written into the city's `part_of`."""
    for number, row in _numbered(path):
        for part in row["parts"].split():
            if not part.isdigit():
                raise TableError(path, number, "parts", f"{part!r} is no GeoNames number")
            yield f"gn:{part}", row["id"]


def figures(path: Path) -> Iterator[Figure]:
    """Sourced municipal and metropolitan populations of cities."""
    seen: set[tuple[str, str]] = set()
    for number, row in _numbered(path):
        field, key = row["field"], (row["place_id"], row["field"])
        if FIGURE_BASES.get(field) is None:
            raise TableError(path, number, "field", f"{field!r} is none of {list(FIGURE_BASES)}")
        if row["basis"] != FIGURE_BASES[field]:
            raise TableError(path, number, "basis", f"{field} counts a {FIGURE_BASES[field]}")
        if key in seen:
            raise TableError(path, number, "place_id", f"{key} is given twice")
        seen.add(key)
        yield Figure(
            place_id=row["place_id"],
            field=field,
            value=_cell(path, number, row, "value", _count),
            basis=row["basis"],
            year=_cell(path, number, row, "year", _year),
            source=_cell(path, number, row, "source", _text),
        )


def _numbered(path: Path) -> Iterator[tuple[int, Row]]:
    """Rows with their number; a row longer or shorter than the header is refused."""
    for number, row in enumerate(rows(path), start=FIRST_ROW):
        if None in row or None in row.values():
            raise TableError(path, number, "all", "the row has not as many cells as the header")
        yield number, row


def _place(path: Path, number: int, row: Row, kind: PlaceKind) -> Place:
    known = {name: row[name] for name in EXTERNAL_IDS if row.get(name)}
    given: dict[str, Any] = {
        "id": row["id"],
        "name": row["name"],
        "aliases": [alias for alias in row["aliases"].split("|") if alias],
        "kind": kind,
        "country": row["country"],
        "region": row["region"] or None,
        "part_of": [f"iso:{row['region']}"] if row["region"] else [],
        "languages": row["languages"].split(),
        "has_government": _cell(path, number, row, "has_government", _yes_or_no),
        "executive": {"form": row["executive_form"]} if row["executive_form"] else None,
        "external_ids": known,
        "description": row["description"] or None,
        "provenance": {"*": _entered(path, number, row)},
    }
    if row["lat"] or row["lon"]:
        given["lat"] = _cell(path, number, row, "lat", float)
        given["lon"] = _cell(path, number, row, "lon", float)
    if row["population"]:
        residents, fact = _residents(path, number, row)
        given |= {"population": residents, "population_basis": PopulationBasis.MUNICIPALITY}
        given["provenance"]["population"] = fact
        if kind is PlaceKind.METRO_AUTHORITY:  # its own area is the metropolitan one
            given["metro_population"] = residents
            given["provenance"]["metro_population"] = fact
    try:
        return Place.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        column = str(first["loc"][0]) if first["loc"] else "all"
        raise TableError(path, number, column, first["msg"]) from None


def _entered(path: Path, number: int, row: Row) -> Fact:
    """What a row rests on as a whole, and whether that is a document."""
    return Fact(
        source=_cell(path, number, row, "sources", _text),
        status=FactStatus.INFERRED,
        documented=_cell(path, number, row, "documented", _yes_or_no),
    )


def _residents(path: Path, number: int, row: Row) -> tuple[int, Fact]:
    """The residents of the government's own area, and what the figure rests on."""
    source = _cell(path, number, row, "population_source", _text)
    year = _cell(path, number, row, "population_year", _year)
    return _cell(path, number, row, "population", _count), counted(source, year)


def _cell(path: Path, number: int, row: Row, column: str, read: Callable[[str], T]) -> T:
    try:
        return read(row[column])
    except ValueError as error:
        raise TableError(path, number, column, str(error)) from None


def _count(cell: str) -> int:
    if int(cell) <= 0:
        raise ValueError(f"{cell!r} is no number of residents")
    return int(cell)


def _year(cell: str) -> int:
    if not EARLIEST_YEAR <= int(cell) <= date.today().year:
        raise ValueError(f"{cell!r} is no year of a count")
    return int(cell)


def _yes_or_no(cell: str) -> bool | None:
    if cell not in _YES_OR_NO:
        raise ValueError(f"{cell!r} is neither true nor false")
    return _YES_OR_NO[cell]


def _text(cell: str) -> str:
    if not cell.strip():
        raise ValueError("is empty")
    return cell
