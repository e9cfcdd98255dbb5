"""Coded columns: each fact of a place as a small code into a table of distinct values.

A feature is evaluated on the distinct values of a column (some hundreds to some thousands),
never on every place; a place's value is then looked up by its code. Unknown is NaN in the
table (or a row of zeros where a set is empty: nothing on file), never a default.
"""

from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from math import log, nan
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
from numpy.typing import NDArray

from models.countries import countries
from models.taxonomy import (
    THEME_SECTORS,
    Degree,
    Goal,
    Lever,
    NeedLevel,
    PlaceKind,
    Power,
    PowerBasis,
    Readiness,
    Sector,
    SizeClass,
    Stage,
    Stakeholder,
    Theme,
    size_class,
)

Facts = dict[str, Any]
Row = tuple[Any, ...]

KINDS = list(PlaceKind)
SECTORS = list(Sector)
STAGES = list(Stage)
GOALS = list(Goal)
POWERS = list(Power)
DEGREES = list(Degree)
LEVELS = list(NeedLevel)
READINESS = list(Readiness)
STAKEHOLDERS = list(Stakeholder)
SDGS = range(1, 18)
THEMES = list(Theme)
CURRENCIES = sorted({c.currency for c in countries().values()})
COUNTRIES = sorted(countries())
LANGUAGES = sorted({code for c in countries().values() for code in c.languages})

_SECTOR = {name: i for i, name in enumerate(SECTORS)}
_STAGE = {name: i for i, name in enumerate(STAGES)}
_GOAL = {name: i for i, name in enumerate(GOALS)}
_COUNTRY = {code: i for i, code in enumerate(COUNTRIES)}
_KIND = {name: i for i, name in enumerate(KINDS)}
_LANGUAGE = {code: i for i, code in enumerate(LANGUAGES)}
_STAKEHOLDER = {name: i for i, name in enumerate(STAKEHOLDERS)}
_DEGREE = {name: i for i, name in enumerate(DEGREES)}

# An average of the country says less of a place than its own figure does (design, section 2).
TRUST_IN_AVERAGES = 0.5


def residents(facts: Facts) -> float | None:
    """Residents of the metropolitan area where known, else of the place itself."""
    return facts.get("metro_population") or facts.get("population")


def _kind(facts: Facts) -> Row:
    return (_KIND[facts["kind"]],)


def _country(facts: Facts) -> Row:
    return (_COUNTRY[facts["country"]],)


def _government(facts: Facts) -> Row:
    known = facts.get("has_government")
    return (nan if known is None else float(known),)


def _size(facts: Facts) -> Row:
    """The logarithm of the residents, in steps of one per cent."""
    count = residents(facts)
    return (round(log(count), 2) if count else nan,)


def _rank(facts: Facts) -> Row:
    """The logarithm of the rank in the country, in steps of two per cent."""
    rank = facts.get("national_rank")
    return (round(log(rank) * 50) / 50 if rank else nan,)


def _location(facts: Facts) -> Row:
    """The middle of the one-degree cell a place lies in."""
    lat, lon = facts.get("lat"), facts.get("lon")
    if lat is None or lon is None:
        return (nan, nan)
    return (np.floor(lat) + 0.5, np.floor(lon) + 0.5)


@lru_cache(maxsize=1000)
def utc_offset(timezone: str) -> float:
    """Standard offset from UTC in hours; NaN for a zone that is not known."""
    try:
        winter = datetime(2026, 1, 1, tzinfo=ZoneInfo(timezone))
    except (ZoneInfoNotFoundError, ValueError):
        return nan
    offset = (winter.utcoffset() or timedelta()) - (winter.dst() or timedelta())
    return offset.total_seconds() / 3600


def _clock(facts: Facts) -> Row:
    zone = facts.get("timezone")
    return (utc_offset(zone) if zone else nan,)


def _languages(facts: Facts) -> Row:
    return tuple(sorted(_LANGUAGE[c] for c in facts.get("languages", ()) if c in _LANGUAGE))


def _powers(facts: Facts) -> Row:
    powers = facts.get("powers") or {}
    average = powers.get("basis") == PowerBasis.AVERAGE
    return (*(powers.get(p, nan) for p in POWERS), TRUST_IN_AVERAGES if average else 1.0)


def _levers(facts: Facts) -> Row:
    held = {Lever.OWN: 1.0, Lever.SHARED: 1.0, Lever.REGIONAL: 0.0, Lever.NATIONAL: 0.0}
    levers = facts.get("levers") or {}
    return tuple(held[levers[s]] if s in levers else nan for s in SECTORS) if levers else ()


def _sectors(facts: Facts) -> Row:
    """The sectors a place works on: those it names, and those of its needs and offers."""
    named = set(facts.get("sectors", ()))
    named.update(i["sector"] for field in ("needs", "offers") for i in facts.get(field, ()))
    return tuple(sorted(_SECTOR[s] for s in named))


def _goals(facts: Facts) -> Row:
    return tuple(sorted({_GOAL[g] for g in facts.get("goals", ())}))


def _cells(items: Sequence[Facts]) -> Row:
    """Stage by sector, as one index each; of unknown stage is all stages alike."""
    return tuple(
        sorted(
            {
                stage * len(SECTORS) + _SECTOR[item["sector"]]
                for item in items
                for stage in ([_STAGE[item["stage"]]] if "stage" in item else range(len(STAGES)))
            }
        )
    )


def _needs(facts: Facts) -> Row:
    return _cells(facts.get("needs", ()))


def _offers(facts: Facts) -> Row:
    return _cells(facts.get("offers", ()))


def _standing(facts: Facts) -> Row:
    """Where a place stands, by sector and stage: its needs say it, else its offers."""
    return _cells([n for n in facts.get("needs", ()) if "stage" in n]) or _offers(facts)


def _stakeholders(facts: Facts) -> Row:
    return tuple(sorted({_STAKEHOLDER[s] for s in facts.get("stakeholders", ())}))


def _executive(facts: Facts) -> Row:
    capacity = (facts.get("executive") or {}).get("capacity")
    return (nan if capacity is None else float(_DEGREE[capacity]),)


def _place_type(facts: Facts) -> Row:
    return (_KIND[facts["kind"]], _COUNTRY[facts["country"]])


def _capacity(facts: Facts) -> Facts:
    return facts.get("capacity") or {}


def _officer_days(facts: Facts) -> Row:
    return (_capacity(facts).get("officer_days", nan),)


def money(value: Facts | None) -> Row:
    """An amount and the code of its currency; amounts in two currencies are not compared."""
    if value is None:
        return (nan, nan)
    return (value["amount"], CURRENCIES.index(value["currency"]))


def _budget(facts: Facts) -> Row:
    return money(_capacity(facts).get("budget"))


def _support_need(facts: Facts) -> Row:
    need = facts.get("support_need")
    return (nan if need is None else float(_DEGREE[need]),)


def _level(facts: Facts) -> Row:
    """Who would sit at the table: the highest level that any need names."""
    levels = [LEVELS.index(n["level"]) for n in facts.get("needs", ()) if n.get("level")]
    return (float(min(levels)) if levels else nan,)


def _readiness(facts: Facts) -> Row:
    stance = facts.get("readiness")
    return (nan if stance is None else float(READINESS.index(stance)),)


def _sdgs(facts: Facts) -> Row:
    return tuple(sorted(goal - 1 for goal in facts.get("sdgs", ())))


def _sought(facts: Facts) -> Row:
    """The sectors of what a place needs; of all it works on, where it names no need."""
    needs = facts.get("needs", ())
    return tuple(sorted({_SECTOR[n["sector"]] for n in needs})) or _sectors(facts)


def _themes(facts: Facts) -> Row:
    """The themes of the sectors a place needs something in; `dedicated` is never one."""
    named = {need["sector"] for need in facts.get("needs", ())}
    return tuple(i for i, theme in enumerate(THEMES) if named & THEME_SECTORS.get(theme, set()))


def _own_powers(facts: Facts) -> Row:
    """The mean of the hard powers declared by or sourced for the place itself."""
    powers = facts.get("powers") or {}
    hard = [v for p, v in powers.items() if p in POWERS and p != Power.SOFT]
    average = powers.get("basis") == PowerBasis.AVERAGE
    return (sum(hard) / len(hard) if hard and not average else nan,)


def _test_bed(facts: Facts) -> Row:
    """Whether a whole small place can be a test bed: small, with one door to knock at."""
    small = size_class(residents(facts)) is SizeClass.SMALL
    return (1.0 if small and "single_contact" in facts.get("roles", ()) else nan,)


# More networks and registers than this say no more of a place: a star gains nothing by fame.
ENOUGH_ON_RECORD = 4


def _track_record(facts: Facts) -> Row:
    """In how many networks and registers a place is on record; none on file is not known."""
    count = len({name.casefold() for name in facts.get("track_record", ())})
    return (float(min(count, ENOUGH_ON_RECORD)) if count else nan,)


@dataclass(frozen=True)
class Kind:
    """How one column is read from a record, and how wide its table of values is.

    `hot` columns hold sets of indices, spread to zeros and ones; the others hold numbers.
    Where values have an `order`, codes follow it, with what is unknown last: so that a range of
    codes is a range of values.
    """

    read: Callable[[Facts], Row]
    width: int = 1
    hot: bool = False
    order: Callable[[NDArray[np.float32]], NDArray[Any]] | None = None


def _by_number(values: NDArray[np.float32]) -> NDArray[Any]:
    return values[:, 0]


def _by_neighbourhood(values: NDArray[np.float32]) -> NDArray[Any]:
    """Along a curve that keeps cells near each other together: the bits of both, in turn."""
    cells = np.floor(np.nan_to_num(values) + np.array([90, 180])).astype(np.int64)
    key = np.where(np.isnan(values[:, 0]), 1 << 18, 0)
    for bit in range(9):
        key += ((cells[:, 0] >> bit) & 1) << (2 * bit + 1)
        key += ((cells[:, 1] >> bit) & 1) << (2 * bit)
    return key


PLACE_COLUMNS: dict[str, Kind] = {
    "kind": Kind(_kind),
    "country": Kind(_country),
    "government": Kind(_government),
    "size": Kind(_size, order=_by_number),
    "rank": Kind(_rank, order=_by_number),
    "location": Kind(_location, 2, order=_by_neighbourhood),
    "clock": Kind(_clock),
    "languages": Kind(_languages, len(LANGUAGES), hot=True),
    "powers": Kind(_powers, len(POWERS) + 1),
    "levers": Kind(_levers, len(SECTORS)),
    "sectors": Kind(_sectors, len(SECTORS), hot=True),
    "goals": Kind(_goals, len(GOALS), hot=True),
    "needs": Kind(_needs, len(STAGES) * len(SECTORS), hot=True),
    "offers": Kind(_offers, len(STAGES) * len(SECTORS), hot=True),
    "standing": Kind(_standing, len(STAGES) * len(SECTORS), hot=True),
    "stakeholders": Kind(_stakeholders, len(STAKEHOLDERS), hot=True),
    "executive": Kind(_executive),
    "track_record": Kind(_track_record),
}


# What only the asking place is read for: never stored, as no place is scored by it.
PROFILE_COLUMNS: dict[str, Kind] = {
    "place_type": Kind(_place_type, 2),
    "officer_days": Kind(_officer_days),
    "budget": Kind(_budget, 2),
    "support_need": Kind(_support_need),
    "level": Kind(_level),
    "readiness": Kind(_readiness),
    "sdgs": Kind(_sdgs, len(SDGS), hot=True),
    "sought": Kind(_sought, len(SECTORS), hot=True),
    "themes": Kind(_themes, len(THEMES), hot=True),
    "own_powers": Kind(_own_powers),
    "test_bed": Kind(_test_bed),
}


@dataclass(frozen=True, eq=False)
class Column:
    """Codes of all rows, and the table of distinct values they point into (values, width)."""

    codes: NDArray[np.int32]
    values: NDArray[np.float32]


def spread(rows: Sequence[Row], kind: Kind) -> NDArray[np.float32]:
    """Rows as a table: sets as zeros and ones, a row that says nothing as NaN (or zeros)."""
    if kind.hot:
        table = np.zeros((len(rows), kind.width), np.float32)
        for i, row in enumerate(rows):
            table[i, list(row)] = 1
        return table
    return np.array([row or (nan,) * kind.width for row in rows], np.float32).reshape(
        len(rows), kind.width
    )


class ColumnWriter:
    """Collects places one by one and codes their columns as it goes."""

    def __init__(self) -> None:
        self._seen: dict[str, dict[Row, int]] = {name: {} for name in PLACE_COLUMNS}
        self._codes: dict[str, array[int]] = {name: array("i") for name in PLACE_COLUMNS}

    def add(self, facts: Facts) -> None:
        """Append one place."""
        for name, kind in PLACE_COLUMNS.items():
            # Unknown is always `math.nan` itself, which a tuple finds again by identity.
            row, seen = kind.read(facts), self._seen[name]
            self._codes[name].append(seen.setdefault(row, len(seen)))

    def columns(self) -> dict[str, Column]:
        """The columns of all places added, in the order they came."""
        return {name: self._column(name, kind) for name, kind in PLACE_COLUMNS.items()}

    def _column(self, name: str, kind: Kind) -> Column:
        codes, values = np.array(self._codes[name], np.int32), spread(list(self._seen[name]), kind)
        if kind.order is None:
            return Column(codes, values)
        order = np.argsort(kind.order(values), kind="stable")
        return Column(np.argsort(order).astype(np.int32)[codes], values[order])


class ProfileColumns(dict[str, NDArray[np.float32]]):
    """One place's values per column, each as a table of one row, read when first asked for."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts

    def __missing__(self, name: str) -> NDArray[np.float32]:
        kind = PLACE_COLUMNS.get(name) or PROFILE_COLUMNS[name]
        self[name] = found = _single(name, kind.read(self._facts))
        return found


@lru_cache(maxsize=20_000)
def _single(name: str, row: Row) -> NDArray[np.float32]:
    """One place's value as a table of one row; most places share theirs with many."""
    table = spread([row], PLACE_COLUMNS.get(name) or PROFILE_COLUMNS[name])
    table.flags.writeable = False
    return table


def profile_columns(facts: Facts) -> ProfileColumns:
    """One place's values per column, each as a table of one row."""
    return ProfileColumns(facts)
