"""Which places are candidates: every rule that rules a place out is named, and counted."""

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from models.countries import countries
from models.residents import residents
from models.snapshot import Places, Snapshot
from models.snapshot.codes import COUNTRIES, KINDS, LANGUAGES, SECTORS
from models.tables.records import PUBLIC
from models.taxonomy import PlaceKind, Ties
from services.matcher.features import Facts, Values
from services.matcher.matching.conditions import (
    ByColumn,
    ByTenant,
    Condition,
    Exactly,
    Mask,
    Only,
    Pool,
    Test,
    Usual,
    Without,
)
from services.matcher.profile import Profile
from services.matcher.schemas import PeerFilters, PeersRequest, PopulationRange
from services.matcher.searching.remembering import remembered
from services.matcher.terms import Rows

# Wider than half a step of the columns of logarithms (1 % of size, 2 % of rank).
STEP = 0.011


def candidates(snapshot: Snapshot, profile: Profile, request: PeersRequest, tenant: str) -> Pool:
    """Who meets all conditions on peers, these in the order in which they are told."""
    places, filters = snapshot.places, request.filters
    kinds = tuple(filters.kinds or [profile.facts["kind"]])
    home = profile.facts["country"] if filters.countries is None else None
    usual = remembered(
        places.columns["kind"], (tenant, kinds, home), lambda: _usual(places, tenant, kinds, home)
    )
    asked = filter_conditions(places, filters) if filters.model_fields_set else []
    return Pool(places, usual, asked + _lists(snapshot, profile, request, tenant))


def _usual(places: Places, tenant: str, kinds: Sequence[PlaceKind], home: str | None) -> Usual:
    """What most questions ask: of who may be seen, foreign places of a kind with a government."""
    visible = ByTenant(places.tenants, places.tenants_seen_by(tenant))
    government = _by_column(places, "government", places.columns["government"].values[:, 0] != 0)
    codes = [KINDS.index(kind) for kind in kinds]
    kind = _by_column(places, "kind", _any_of(places.columns["kind"].values[:, 0], codes))
    found = [
        Condition("visible", "id", visible, None),
        Condition("has_government", "has_government", government, True),
        Condition("kind", "kind", kind, list(kinds)),
    ]
    if home is not None:
        abroad = _in_countries(places, [home], inside=False)
        found.append(Condition("foreign", "country", abroad, f"not {home}"))
    return Usual.of(places.groups, found)


def _by_column(places: Places, name: str, table: Mask) -> Test:
    return ByColumn(places.groups, name, places.columns[name].codes, table)


def _in_countries(places: Places, codes: Iterable[str], inside: bool = True) -> Test:
    wanted = [COUNTRIES.index(code) for code in codes]
    values = places.columns["country"].values[:, 0]
    listed = _any_of(values, wanted)
    return _by_column(places, "country", listed if inside else ~listed)


def _any_of(values: Values, codes: Sequence[int]) -> Mask:
    """Which values are one of a few codes; np.isin takes ten times as long for one code."""
    if len(codes) == 1:
        return values == codes[0]
    return np.isin(values, codes)


def filter_conditions(places: Places, filters: PeerFilters) -> list[Condition]:
    """What a caller's filters ask of places."""
    found: list[Condition] = []
    if filters.countries is not None:
        test = _in_countries(places, filters.countries)
        found.append(Condition("countries", "country", test, filters.countries))
    if filters.exclude_countries:
        test = _in_countries(places, filters.exclude_countries, inside=False)
        wanted = [f"not {code}" for code in filters.exclude_countries]
        found.append(Condition("exclude_countries", "country", test, wanted))
    if filters.continents is not None:
        codes = [c.code for c in countries().values() if c.continent in filters.continents]
        test = _in_countries(places, codes)
        found.append(Condition("continents", "country", test, list(filters.continents)))
    if filters.sectors is not None:
        test = _having(places, "sectors", [str(s) for s in SECTORS], filters.sectors)
        found.append(Condition("sectors", "sectors", test, list(filters.sectors)))
    if filters.languages is not None:
        test = _having(places, "languages", LANGUAGES, filters.languages)
        found.append(Condition("languages", "languages", test, filters.languages))
    for name, column, asked, read in (
        ("population", "size", filters.population, residents),
        ("national_rank", "rank", filters.national_rank, _rank),
    ):
        if asked is not None:
            test = _within(places, column, asked, read)
            found.append(Condition(name, name, test, [asked.min, asked.max]))
    return found


def _having(places: Places, name: str, words: list[str], wanted: Sequence[str]) -> Test:
    """Places whose set in a column holds any of the words."""
    at = [words.index(word) for word in wanted if word in words]
    return _by_column(places, name, places.columns[name].values[:, at].sum(axis=1) > 0)


def _rank(facts: Facts) -> float | None:
    rank: float | None = facts.get("national_rank")
    return rank


def _within(
    places: Places, name: str, asked: PopulationRange, read: Callable[[Facts], float | None]
) -> Test:
    """Places whose number lies within exact bounds; of unknown number is outside.

    The columns hold logarithms in small steps: they settle all but the places within a step of
    a bound, whose records are looked up.
    """
    values = places.columns[name].values[:, 0]
    low, high = asked.min or 0, asked.max
    bottom = np.log(low) if low else -np.inf
    top = np.inf if high is None else np.log(high) if high else -np.inf
    inside = (values > bottom + STEP) & (values < top - STEP)
    doubtful = (np.abs(values - bottom) <= STEP) | (np.abs(values - top) <= STEP)

    def look_up(row: int) -> bool:
        number = read(places.facts(row))
        return number is not None and low <= number and (high is None or number <= high)

    return Exactly(places, name, inside, doubtful, look_up)


def _lists(
    snapshot: Snapshot, profile: Profile, request: PeersRequest, tenant: str
) -> list[Condition]:
    """The place itself and its parts, those excluded or not to be suggested, and old ties."""
    places = snapshot.places
    found = [Condition("itself", "id", Without(_family(places, profile)), "another place")]

    def leave_out(name: str, ids: Sequence[str]) -> None:
        if ids:
            test = Without(_rows(places.row(i, tenant) for i in ids))
            found.append(Condition(name, "id", test, "not on the list"))

    leave_out("exclude", request.exclude)
    leave_out("do_not_suggest", [d["id"] for d in profile.facts.get("do_not_suggest", ())])
    leave_out("exposure_cap", _shown_enough(request))
    if request.ties is Ties.NEW:
        tied = Without(_rows(known_ties(snapshot, profile, tenant)))
        found.append(Condition("ties_new", "commitments", tied, "no tie yet"))
    if request.among is not None:
        named = Only(_rows(places.row(i, tenant) for i in request.among))
        found.append(Condition("among", "id", named, "one of those named"))
    return found


def _shown_enough(request: PeersRequest) -> list[str]:
    """Places that were suggested as often as the caller wants any to be."""
    cap = request.exposure_cap
    return [] if cap is None else [id for id, times in request.shown.items() if times >= cap]


def _rows(found: Iterable[int | None]) -> Rows:
    return np.array(sorted({row for row in found if row is not None}), np.intp)


def _family(places: Places, profile: Profile) -> Rows:
    """The place itself, and the places it is part of."""
    ids = list(profile.facts.get("part_of", ()))
    if profile.row is None:
        ids.append(profile.facts.get("id"))
    return _rows([profile.row, *(places.row(i) for i in ids if i)])


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
