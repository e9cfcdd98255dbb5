"""Truth files: real pairs, groups, memberships and peer tables as CSV, checked row by row."""

import csv
import gzip
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from models.countries import is_country
from models.errors import BadFile, InvalidInput
from models.names import fold

Row = dict[str, str]


@dataclass(frozen=True)
class Named:
    """A place as a file names it."""

    name: str
    country: str
    lat: float | None = None
    lon: float | None = None
    kind: str | None = None
    admin1: str | None = None

    def __str__(self) -> str:
        return f"{self.name} ({self.country})"


@dataclass(frozen=True)
class PairRow:
    """Two places that were paired, and what they worked on."""

    line: int
    a: Named
    b: Named
    programme: str
    theme: str


@dataclass(frozen=True)
class GroupRow:
    """A place that worked with the others of a group."""

    line: int
    group: str
    place: Named
    theme: str


@dataclass(frozen=True)
class MemberRow:
    """A place on a network's list of members."""

    line: int
    network: str
    place: Named
    theme: str
    year: int | None


@dataclass(frozen=True)
class PeerRow:
    """A place that an official table names among the most alike of another, in one country."""

    line: int
    table: str
    place: Named
    peer: Named


def read_pairs(path: Path) -> list[PairRow]:
    """Pairs: place_a, country_a, place_b, country_b; lat, lon, programme and theme if known."""
    found = [
        PairRow(
            line,
            _side(row, "_a", line),
            _side(row, "_b", line),
            row.get("programme", ""),
            _theme(row),
        )
        for line, row in _rows(path, ("place_a", "country_a", "place_b", "country_b"))
    ]
    _no_twice(path, [(r.line, (frozenset({_key(r.a), _key(r.b)}), r.programme)) for r in found])
    return found


def read_groups(path: Path) -> list[GroupRow]:
    """Groups: group, place, country; theme if known."""
    found = [
        GroupRow(line, row["group"], _place(row, "place", "country"), _theme(row))
        for line, row in _rows(path, ("group", "place", "country"))
    ]
    _no_twice(path, [(r.line, (fold(r.group), _key(r.place))) for r in found])
    return found


def read_memberships(path: Path) -> list[MemberRow]:
    """Memberships: network, place_name, country_iso2; kind, theme, as_of_year if known."""
    found = [
        MemberRow(
            line,
            row["network"],
            _place(row, "place_name", "country_iso2"),
            _theme(row),
            _year(row, line),
        )
        for line, row in _rows(path, ("network", "place_name", "country_iso2"))
    ]
    _no_twice(path, [(r.line, (fold(r.network), r.place.kind, _key(r.place))) for r in found])
    return found


def read_peers(path: Path) -> list[PeerRow]:
    """Official tables of peers: tool, place, country, peer, which lies in that country too."""
    found = [
        PeerRow(
            line,
            row["tool"],
            _place(row, "place", "country"),
            _place(row, "peer", "country"),
        )
        for line, row in _rows(path, ("tool", "place", "country", "peer"))
    ]
    _no_twice(path, [(r.line, (fold(r.table), _key(r.place), _key(r.peer))) for r in found])
    return found


def _rows(path: Path, needed: Sequence[str]) -> Iterator[tuple[int, Row]]:
    """The rows of a CSV file, plain or gzipped, with the line each ends on."""
    count = 0
    try:
        with _opened(path) as file:
            reader = csv.DictReader(file)
            if reader.fieldnames is None:
                raise BadFile(f"{path.name} is empty.")
            missing = [name for name in needed if name not in reader.fieldnames]
            if missing:
                raise BadFile(f"{path.name} lacks the column(s) {', '.join(missing)}.")
            for row in reader:
                count += 1
                yield reader.line_num, _checked(row, needed, reader.line_num)
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
        raise BadFile(f"{path.name} cannot be read: {error}") from error
    if not count:
        raise BadFile(f"{path.name} holds no rows.")


def _opened(path: Path) -> TextIO:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _checked(row: dict[str, str | None], needed: Sequence[str], line: int) -> Row:
    found = {name: (value or "").strip() for name, value in row.items() if isinstance(name, str)}
    for name in needed:
        if not found[name] and not name.startswith("country"):
            raise InvalidInput.at(f"/{line}/{name}", f"line {line}: {name} is empty", "empty")
    for name in needed:
        if name.startswith("country") and found[name] and not is_country(found[name]):
            detail = f"line {line}: unknown country {found[name]!r}"
            raise InvalidInput.at(f"/{line}/{name}", detail, "unknown_country")
    return found


def _side(row: Row, end: str, line: int) -> Named:
    lat, lon = row.get(f"lat{end}"), row.get(f"lon{end}")
    if not lat or not lon:
        return Named(row[f"place{end}"], row[f"country{end}"])
    try:
        point = float(lat), float(lon)
    except ValueError:
        detail = f"line {line}: {lat!r}, {lon!r} are no coordinates"
        raise InvalidInput.at(f"/{line}/lat{end}", detail, "not_a_number") from None
    return Named(row[f"place{end}"], row[f"country{end}"], *point)


def _place(row: Row, name: str, country: str) -> Named:
    return Named(
        row[name], row[country], kind=row.get("kind") or None, admin1=row.get("admin1") or None
    )


def _theme(row: Row) -> str:
    return row.get("theme", "")


def _year(row: Row, line: int) -> int | None:
    text = row.get("as_of_year", "")
    if not text:
        return None
    if not text.isdigit():
        detail = f"line {line}: as_of_year is no year: {text!r}"
        raise InvalidInput.at(f"/{line}/as_of_year", detail, "not_a_year")
    return int(text)


def _key(place: Named) -> tuple[str, str, float | None]:
    return (fold(place.name) or place.name, place.country, place.lat)


def _no_twice(path: Path, keys: Sequence[tuple[int, object]]) -> None:
    first: dict[object, int] = {}
    for line, key in keys:
        if key in first:
            detail = f"{path.name}, line {line}: the same as line {first[key]}"
            raise InvalidInput.at(f"/{line}", detail, "duplicate")
        first[key] = line
