"""Which of the ranked places are shown: the best, of a country no more than asked for.

Where countries are limited one walks down the ranking and passes over whoever's country is full.
How far down that leads nobody knows beforehand: the search goes as deep as a few lists, then
deeper, and scores everybody where that is not enough, so that the walk is exact.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.snapshot import Places
from services.matcher.matching.by_country import countries_of, within
from services.matcher.matching.conditions import Pool
from services.matcher.matching.stretch import with_stretch
from services.matcher.schemas import PeersRequest
from services.matcher.scoring import Ranking
from services.matcher.terms import Rows

# So many lists deep at first, so many times deeper at each try; past so many all are scored.
LISTS_DEEP, DEEPER, MOST_SEARCHED = 4, 4, 2_000


class Sides(NamedTuple):
    """A ranking: that of the asking side; where there are two, that of the weaker one."""

    ranking: Ranking
    ours: Ranking
    theirs: Ranking | None = None
    mine: NDArray[np.bool_] | None = None
    """Where the asking side is the weaker of two."""


Search = Callable[[int, bool], Sides]
"""Ranks rows that hold the best so many candidates; all of them where asked for."""


class Picked(NamedTuple):
    """What is shown of a ranking."""

    sides: Sides
    shown: NDArray[np.intp]
    """Positions in the ranking, best first."""
    above: list[int]
    """How many candidates rank above each."""
    usual: Rows
    """The rows that would be shown without a stretch."""
    passed: Rows
    """The rows that were passed over, as their country was full."""

    @property
    def rows(self) -> Rows:
        """The rows shown, best first."""
        return self.sides.ranking.rows[self.shown]


def pick(places: Places, pool: Pool, request: PeersRequest, search: Search) -> Picked:
    """The places to show."""
    limit, most = request.limit, request.max_per_country
    nobody = np.empty(0, np.intp)
    if most is None:
        sides = search(limit, request.stretch > 0)
        kept, passed = sides.ranking.best(limit + request.stretch), nobody
    else:
        sides, kept, passed = _walk(places, pool, request, search)
    ranking, shown = sides.ranking, kept[:limit]
    usual = ranking.rows[shown]
    if request.stretch:
        shown = with_stretch(places, ranking, kept, request)
    elif most is None:
        return Picked(sides, shown, list(range(len(shown))), usual, nobody)
    return Picked(sides, shown, [_above(ranking, at) for at in shown], usual, passed)


def _walk(
    places: Places, pool: Pool, request: PeersRequest, search: Search
) -> tuple[Sides, NDArray[np.intp], Rows]:
    """A ranking deep enough; positions kept, room for a stretch beside them; rows passed over."""
    assert request.max_per_country is not None
    everybody, wanted = pool.count(), request.limit + request.stretch
    depth = LISTS_DEEP * wanted
    while True:
        all_of_them = request.stretch > 0 or depth >= min(everybody, MOST_SEARCHED)
        sides = search(depth, all_of_them)
        ranking = sides.ranking
        all_of_them |= len(ranking.rows) == everybody
        order = ranking.best(len(ranking.rows) if all_of_them else depth)
        kept = within(countries_of(places, ranking.rows[order]), request.max_per_country)
        if all_of_them or kept.sum() >= wanted:
            break
        depth *= DEEPER
    at = np.flatnonzero(kept)[:wanted]
    last = at[request.limit - 1] if len(at) >= request.limit else len(order)
    passed = ranking.rows[order[:last][~kept[:last]]]
    return sides, order[at], passed


def _above(ranking: Ranking, at: int) -> int:
    """How many rank above one of them."""
    score, row = ranking.rank_score, ranking.rows
    ahead = (score > score[at]) | ((score == score[at]) & (row < row[at]))
    return int(ahead.sum())
