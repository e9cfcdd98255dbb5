"""The columns of a place: how each is read from its record, and how wide its table of values is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from math import floor, log, nan
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
from numpy.typing import NDArray

from models.residents import residents
from models.snapshot.codes import (
    COUNTRY_CODES,
    DEGREE_CODES,
    GOAL_CODES,
    GOALS,
    KIND_CODES,
    LANGUAGE_CODES,
    LANGUAGES,
    POWERS,
    SECTOR_CODES,
    SECTORS,
    STAGE_CODES,
    STAGES,
    STAKEHOLDER_CODES,
    STAKEHOLDERS,
)
from models.taxonomy import Lever, PowerBasis

Facts = dict[str, Any]
Row = tuple[Any, ...]

# An average of the country says less of a place than its own figure does (design, section 2).
TRUST_IN_AVERAGES = 0.5


@dataclass(frozen=True)
class Kind:
    """How one column is read from a record, and how wide its table of values is.

    `hot` columns hold sets of indices, spread to zeros and ones; the others hold numbers.
    Where values have an `order`, codes follow it, with what is unknown last: so that a range of
    codes is a range of values. A record with none of the fields of `found_in` says nothing here.
    """

    read: Callable[[Facts], Row]
    width: int = 1
    hot: bool = False
    order: Callable[[NDArray[np.float32]], NDArray[Any]] | None = None
    found_in: tuple[str, ...] = ()


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


def _kind(facts: Facts) -> Row:
    return (KIND_CODES[facts["kind"]],)


def _country(facts: Facts) -> Row:
    return (COUNTRY_CODES[facts["country"]],)


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
    return (floor(lat) + 0.5, floor(lon) + 0.5)


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
    return tuple(
        sorted(LANGUAGE_CODES[c] for c in facts.get("languages", ()) if c in LANGUAGE_CODES)
    )


def _powers(facts: Facts) -> Row:
    powers = facts.get("powers") or {}
    average = powers.get("basis") == PowerBasis.AVERAGE
    return (*(powers.get(p, nan) for p in POWERS), TRUST_IN_AVERAGES if average else 1.0)


def _levers(facts: Facts) -> Row:
    held = {Lever.OWN: 1.0, Lever.SHARED: 1.0, Lever.REGIONAL: 0.0, Lever.NATIONAL: 0.0}
    levers = facts.get("levers") or {}
    return tuple(held[levers[s]] if s in levers else nan for s in SECTORS) if levers else ()


def sectors(facts: Facts) -> Row:
    """The sectors a place works on: those it names, and those of its needs and offers."""
    named = set(facts.get("sectors", ()))
    named.update(i["sector"] for field in ("needs", "offers") for i in facts.get(field, ()))
    return tuple(sorted(SECTOR_CODES[s] for s in named))


def _goals(facts: Facts) -> Row:
    return tuple(sorted({GOAL_CODES[g] for g in facts.get("goals", ())}))


def _cells(items: Sequence[Facts]) -> Row:
    """Stage by sector, as one index each; of unknown stage is all stages alike."""
    return tuple(
        sorted(
            {
                stage * len(SECTORS) + SECTOR_CODES[item["sector"]]
                for item in items
                for stage in (
                    [STAGE_CODES[item["stage"]]] if "stage" in item else range(len(STAGES))
                )
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
    return tuple(sorted({STAKEHOLDER_CODES[s] for s in facts.get("stakeholders", ())}))


def _executive(facts: Facts) -> Row:
    capacity = (facts.get("executive") or {}).get("capacity")
    return (nan if capacity is None else float(DEGREE_CODES[capacity]),)


# More networks and registers than this say no more of a place: a star gains nothing by fame.
ENOUGH_ON_RECORD = 4


def _track_record(facts: Facts) -> Row:
    """In how many networks and registers a place is on record; none on file is not known."""
    count = len({name.casefold() for name in facts.get("track_record", ())})
    return (float(min(count, ENOUGH_ON_RECORD)) if count else nan,)


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
    "sectors": Kind(sectors, len(SECTORS), hot=True),
    "goals": Kind(_goals, len(GOALS), hot=True, found_in=("goals",)),
    "needs": Kind(_needs, len(STAGES) * len(SECTORS), hot=True, found_in=("needs",)),
    "offers": Kind(_offers, len(STAGES) * len(SECTORS), hot=True),
    "standing": Kind(_standing, len(STAGES) * len(SECTORS), hot=True),
    "stakeholders": Kind(_stakeholders, len(STAKEHOLDERS), hot=True, found_in=("stakeholders",)),
    "executive": Kind(_executive),
    "track_record": Kind(_track_record),
}
