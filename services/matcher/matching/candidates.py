"""Which places are candidates: every rule that rules a place out is named, and counted."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.countries import countries
from models.snapshot import Snapshot
from models.snapshot.columns import COUNTRIES, KINDS, LANGUAGES, SECTORS, Column, residents
from models.tables.records import PUBLIC
from models.taxonomy import RemedyKind, Ties
from services.matcher.features import Facts
from services.matcher.profile import Profile
from services.matcher.schemas import PeerFilters, PeersRequest, PopulationRange

Mask = NDArray[np.bool_]

# Wider than half a step of the columns of logarithms (1 % of size, 2 % of rank).
STEP = 0.011


@dataclass(frozen=True)
class Condition:
    """A condition on candidates: its name, which rows meet it, and what it asks."""

    name: str
    field: str
    met: Mask
    wanted: Any
    remedy_kind: str = RemedyKind.FIXED


def by_code(column: Column, table: Mask) -> Mask:
    """Spread a condition on a column's distinct values over all rows."""
    return table[column.codes]


def conditions(
    snapshot: Snapshot, profile: Profile, request: PeersRequest, tenant: str
) -> list[Condition]:
    """All conditions on peers, in the order in which they are told."""
    return [
        Condition("visible", "id", snapshot.places.visible_to(tenant), None),
        *_defaults(snapshot, profile, request.filters),
        *_filters(snapshot, request.filters),
        *_lists(snapshot, profile, request, tenant),
    ]


def _defaults(snapshot: Snapshot, profile: Profile, filters: PeerFilters) -> list[Condition]:
    """Peers are foreign places of the same kind with a government, unless asked otherwise."""
    columns = snapshot.places.columns
    government = columns["government"]
    found = [
        Condition(
            "has_government",
            "has_government",
            by_code(government, government.values[:, 0] != 0),
            True,
        )
    ]
    kinds = filters.kinds or [profile.facts["kind"]]
    codes = [KINDS.index(kind) for kind in kinds]
    kind = columns["kind"]
    found.append(
        Condition("kind", "kind", by_code(kind, np.isin(kind.values[:, 0], codes)), list(kinds))
    )
    if filters.countries is None:
        home = profile.facts["country"]
        found.append(
            Condition("foreign", "country", ~_in_countries(snapshot, [home]), f"not {home}")
        )
    return found


def _in_countries(snapshot: Snapshot, codes: list[str]) -> Mask:
    column = snapshot.places.columns["country"]
    wanted = [COUNTRIES.index(code) for code in codes]
    return by_code(column, np.isin(column.values[:, 0], wanted))


def _filters(snapshot: Snapshot, filters: PeerFilters) -> list[Condition]:
    found = []
    if filters.countries is not None:
        met = _in_countries(snapshot, filters.countries)
        found.append(Condition("countries", "country", met, filters.countries))
    if filters.exclude_countries:
        met = ~_in_countries(snapshot, filters.exclude_countries)
        wanted = [f"not {code}" for code in filters.exclude_countries]
        found.append(Condition("exclude_countries", "country", met, wanted))
    if filters.continents is not None:
        codes = [c.code for c in countries().values() if c.continent in filters.continents]
        met = _in_countries(snapshot, codes)
        found.append(Condition("continents", "country", met, list(filters.continents)))
    if filters.sectors is not None:
        met = _having(snapshot, "sectors", [str(s) for s in SECTORS], filters.sectors)
        found.append(Condition("sectors", "sectors", met, list(filters.sectors)))
    if filters.languages is not None:
        met = _having(snapshot, "languages", LANGUAGES, filters.languages)
        found.append(Condition("languages", "languages", met, filters.languages))
    for name, column, asked, read in (
        ("population", "size", filters.population, residents),
        ("national_rank", "rank", filters.national_rank, _rank),
    ):
        if asked is not None:
            met = _within(snapshot, column, asked, read)
            found.append(Condition(name, name, met, [asked.min, asked.max]))
    return found


def _having(snapshot: Snapshot, name: str, words: list[str], wanted: Sequence[str]) -> Mask:
    """Places whose set in a column holds any of the words."""
    column = snapshot.places.columns[name]
    at = [words.index(word) for word in wanted if word in words]
    return by_code(column, column.values[:, at].sum(axis=1) > 0)


def _rank(facts: Facts) -> float | None:
    rank: float | None = facts.get("national_rank")
    return rank


def _within(
    snapshot: Snapshot,
    name: str,
    asked: PopulationRange,
    read: Callable[[Facts], float | None],
) -> Mask:
    """Places whose number lies within exact bounds; of unknown number is outside.

    The columns hold logarithms in small steps: they settle all but the places within a step of
    a bound, whose records are looked up.
    """
    column = snapshot.places.columns[name]
    values = column.values[:, 0]
    low, high = asked.min or 0, asked.max
    bottom = np.log(low) if low else -np.inf
    top = np.inf if high is None else np.log(high) if high else -np.inf
    met = by_code(column, (values > bottom + STEP) & (values < top - STEP))
    near = by_code(column, (np.abs(values - bottom) <= STEP) | (np.abs(values - top) <= STEP))
    for row in np.flatnonzero(near):
        number = read(snapshot.places.facts(int(row)))
        met[row] = number is not None and low <= number and (high is None or number <= high)
    return met


def _lists(
    snapshot: Snapshot, profile: Profile, request: PeersRequest, tenant: str
) -> list[Condition]:
    """The place itself and its parts, those excluded or not to be suggested, and old ties."""
    places = snapshot.places
    found = [
        Condition("itself", "id", _without(snapshot, _family(snapshot, profile)), "another place")
    ]
    for name, ids in (
        ("exclude", request.exclude),
        ("do_not_suggest", [d["id"] for d in profile.facts.get("do_not_suggest", ())]),
    ):
        rows = {places.row(i, tenant) for i in ids} - {None}
        if ids:
            found.append(Condition(name, "id", _without(snapshot, rows), "not on the list"))
    if request.ties is Ties.NEW:
        found.append(
            Condition(
                "ties_new",
                "commitments",
                _without(snapshot, set(known_ties(snapshot, profile, tenant))),
                "no tie yet",
            )
        )
    if request.among is not None:
        met = np.zeros(len(places), bool)
        met[[row for i in request.among if (row := places.row(i, tenant)) is not None]] = True
        found.append(Condition("among", "id", met, "one of those named"))
    return found


def _without(snapshot: Snapshot, rows: Iterable[int | None]) -> Mask:
    met = np.ones(len(snapshot.places), bool)
    met[[row for row in rows if row is not None]] = False
    return met


def _family(snapshot: Snapshot, profile: Profile) -> set[int]:
    """The place itself, and the places it is part of."""
    rows: set[int | None] = {profile.row}
    ids = [profile.facts.get("id"), *profile.facts.get("part_of", ())]
    rows |= {snapshot.places.row(i) for i in ids if i}
    return {row for row in rows if row is not None}


def known_ties(snapshot: Snapshot, profile: Profile, tenant: str) -> dict[int, list[Facts]]:
    """Ties of the asking place by the row of the other place, told from either side."""
    found: dict[int, list[Facts]] = {}
    for commitment in profile.facts.get("commitments", ()):
        row = (
            snapshot.places.row(commitment["place_id"], tenant)
            if "place_id" in commitment
            else None
        )
        if row is not None:
            found.setdefault(row, []).append(commitment)
    if profile.row is not None:
        for tie in snapshot.ties.with_place(profile.row):
            if tie.tenant in (PUBLIC, tenant) and tie.place not in found:
                found[tie.place] = [tie.record]
    return found
