"""Geography, language and economy: what makes it easy to work together."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from math import asin, cos, dist, radians, sin
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.countries import countries
from models.snapshot.codes import COUNTRIES
from models.snapshot.earth import lines, on_earth
from services.matcher.features.feature import (
    Because,
    Beside,
    Between,
    Facts,
    Feature,
    Scores,
    Seen,
    Values,
    either_unknown,
    in_common,
    once_a_table,
)

Points = NDArray[np.floating[Any]]

EARTH_RADIUS_KM = 6371.0
# The distance at which nearness has fallen to 0.37: about a day's journey there and back.
NEAR_KM = 2500.0
# Farther than a day's return trip by road, nobody would call a place near.
NEXT_DOOR_KM = 400.0
# With this many hours between them, two offices share no part of the working day.
WORKING_DAY_HOURS = 8.0
INCOME_GROUPS = ["low", "lower_middle", "upper_middle", "high"]
# An income group is the country's, not the place's.
TRUST_IN_COUNTRY = 0.5


def distance_km(ours: Points, theirs: Points) -> NDArray[np.float64]:
    """Great-circle distances in km between rows of (latitude, longitude) in degrees."""
    return _along(lines(cells_in_space(ours), cells_in_space(theirs)))


def _along(line: NDArray[np.float64]) -> NDArray[np.float64]:
    """Kilometres along the earth by the straight lines below, in their place."""
    np.arcsin(line, out=line)
    line *= 2 * EARTH_RADIUS_KM
    return line


def cells_in_space(points: Points) -> NDArray[np.float64]:
    """Points in space, from memory: a table is asked again, so is a cell."""
    return _cell_in_space(*points[0].tolist()) if len(points) == 1 else _table_in_space(points)


@lru_cache(maxsize=10_000)
def _cell_in_space(north: float, east: float) -> NDArray[np.float64]:
    return np.array([in_space(north, east)]).T / 2


_table_in_space = once_a_table(on_earth)


def nearness(ours: Values, theirs: Values) -> Scores:
    """The two places lie near each other (compared by one-degree cells)."""
    return _near_by(lines(cells_in_space(ours), cells_in_space(theirs)))


def _near_by(line: Scores) -> Scores:
    """How near places lie with such straight lines between them, in their place."""
    apart = _along(line)
    apart /= -NEAR_KM
    return np.exp(apart, out=apart)


def neighbouring_country(ours: Values, theirs: Values) -> Scores:
    """The two places lie in neighbouring countries, or in the same one."""
    beside = _neighbours()[_codes(ours), _codes(theirs)]
    return beside.astype(np.float64)


def shared_working_hours(ours: Values, theirs: Values) -> Scores:
    """The two offices are at work at the same time of day."""
    gap = np.abs(ours[:, 0] - theirs[:, 0]).astype(np.float64)
    gap = np.minimum(gap, 24 - gap)
    return np.maximum(1 - gap / WORKING_DAY_HOURS, 0)


def shared_language(ours: Values, theirs: Values) -> Scores:
    """The two places have an official language in common."""
    shared = (in_common(ours, theirs) > 0).astype(np.float64)
    return np.where(either_unknown(ours, theirs), np.nan, shared)


def similar_income(ours: Values, theirs: Values) -> Scores:
    """The two places lie in countries of a like income group (World Bank)."""
    incomes = _incomes()
    gap = np.abs(incomes[_codes(ours)] - incomes[_codes(theirs)])
    return 1 - gap / (len(INCOME_GROUPS) - 1)


def _half(ours: Values, theirs: Values) -> Scores:
    """Half on every row, as the group is always the country's."""
    return np.full(max(len(ours), len(theirs)), TRUST_IN_COUNTRY)


def _codes(values: Values) -> NDArray[np.intp]:
    return values[:, 0].astype(np.intp)


@lru_cache(maxsize=1)
def _neighbours() -> NDArray[np.bool_]:
    table = np.eye(len(COUNTRIES), dtype=bool)
    for i, code in enumerate(COUNTRIES):
        for other in countries()[code].neighbours:
            if other in countries():
                j = COUNTRIES.index(other)
                table[i, j] = table[j, i] = True
    return table


@lru_cache(maxsize=1)
def _incomes() -> NDArray[np.float64]:
    groups = [countries()[code].income_group for code in COUNTRIES]
    return np.array([INCOME_GROUPS.index(g) if g else np.nan for g in groups])


Point = tuple[float, float, float]


def in_space(north: float, east: float) -> Point:
    """A point in degrees on a sphere of radius 1; an array of one takes long to make."""
    n, e = radians(north), radians(east)
    return cos(n) * cos(e), cos(n) * sin(e), sin(n)


def apart_km(ours: Point, theirs: Point) -> float:
    """The distance of two points as `distance_km` has it."""
    return 2 * EARTH_RADIUS_KM * asin(min(dist(ours, theirs) / 2, 1))


_POINT = ("lat", "lon")


def _where(facts: Facts) -> Seen:
    return {}, _POINT, in_space(facts["lat"], facts["lon"])


def _near(ours: Point, others: Sequence[Facts], values: Sequence[float]) -> Iterator[Beside]:
    for facts, value in zip(others, values, strict=True):
        apart = apart_km(ours, in_space(facts["lat"], facts["lon"]))
        word = "near" if apart <= NEXT_DOOR_KM else "apart" if value >= 0.6 else "far"
        yield word, {"km": round(apart, -1) if apart >= 20 else round(apart)}, _POINT


def _neighbour(ours: Facts, theirs: Facts, value: float) -> Because:
    word = "yes" if value else "no"
    args = {"ours": ours["country"], "theirs": theirs["country"]}
    if ours["country"] == theirs["country"]:
        word = "same"
    return Because(f"neighbouring_country.{word}", args, ("country",), ("country",))


def _hours(_ours: Facts, _theirs: Facts, value: float) -> Because:
    shared = max(round(value * WORKING_DAY_HOURS), 0)
    code = "shared_working_hours.some" if shared else "shared_working_hours.none"
    return Because(code, {"hours": shared}, ("timezone",), ("timezone",))


def _language(ours: Facts, theirs: Facts, value: float) -> Because:
    shared = sorted(set(ours["languages"]) & set(theirs["languages"]))
    code = "shared_language.yes" if value else "shared_language.no"
    args = {"languages": shared, "ours": ours["languages"], "theirs": theirs["languages"]}
    return Because(code, args, ("languages",), ("languages",))


def _income(ours: Facts, theirs: Facts, value: float) -> Because:
    groups = [countries()[facts["country"]].income_group for facts in (ours, theirs)]
    word = "same" if value == 1 else "other"
    args = {
        "ours": groups[0],
        "theirs": groups[1],
        "ours_country": ours["country"],
        "theirs_country": theirs["country"],
    }
    return Because(f"similar_income.{word}", args, ("country",), ("country",))


_WHY_NEAR = Between("nearness", ("km",), _where, _near)
NEARNESS = Feature(nearness, "location", "location", _WHY_NEAR, mutual=True, by_line=_near_by)
NEIGHBOUR = Feature(
    neighbouring_country, "country", "country", _neighbour, mutual=True, by_fields=("country",)
)
HOURS = Feature(
    shared_working_hours, "clock", "clock", _hours, mutual=True, by_fields=("timezone",)
)
LANGUAGE = Feature(
    shared_language, "languages", "languages", _language, mutual=True, by_fields=("languages",)
)
INCOME = Feature(
    similar_income, "country", "country", _income, _half, mutual=True, by_fields=("country",)
)
