"""The score: a sum that anyone can redo, over the features that could tell.

`contribution = weight x value / sum of the weights that told`, `score` is their sum, `coverage`
the share of all weight that told, and results sort by `rank_score = score x coverage^gamma`:
so an unknown never outranks the best possible value, nor falls below the worst.
"""

from collections.abc import Callable, Container, Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.matcher.features import Scores
from services.matcher.terms import (
    ROWS_AT_ONCE,
    Parts,
    Rows,
    Term,
    Weights,
    parts,
    summed,
    summed_by_span,
)

Positions = NDArray[np.intp]
"""Where rows stand in a ranking."""

# So few are sorted sooner than the best of them are told apart.
FEW = 100
# What nothing told is divided by, so that nothing comes of it.
LEAST = np.finfo(float).tiny


class Ranking(NamedTuple):
    """Scores of the rows judged, in the order of the rows."""

    rows: Rows
    score: Scores
    coverage: Scores
    rank_score: Scores
    terms: Sequence[Term] = ()
    """What they are sums of; nothing where a ranking is put together from two."""
    parts: Parts | None = None
    """What each term says of each row, where they are few."""

    def best(self, count: int) -> Positions:
        """Positions of the best rows: by rank score, then by row, which is the order of ids."""
        count = min(count, len(self.rows))
        if count == 0:
            return np.empty(0, np.intp)
        if len(self.rows) <= FEW:
            return np.lexsort((self.rows, -self.rank_score))[:count]
        edge = np.partition(self.rank_score, len(self.rows) - count)[len(self.rows) - count]
        among = np.flatnonzero(self.rank_score >= edge)
        order = np.lexsort((self.rows[among], -self.rank_score[among]))
        return among[order[:count]]


def rank(terms: Sequence[Term], weights: Weights, gamma: float, rows: Rows) -> Ranking:
    """Score the rows given, all of them."""
    found = parts(terms, rows) if len(rows) <= ROWS_AT_ONCE else None
    told, worth = summed_by_span(terms, rows) if found is None else summed(found)
    return Ranking(rows, *scored(Parts(told, worth), weights, gamma), terms, found)


def scored(sums: Parts, weights: Weights, gamma: float) -> tuple[Scores, Scores, Scores]:
    """Score, coverage and rank score, by how much told of each row and what that is worth."""
    told, total = sums.told, sum(weights.values())
    score = sums.worth / np.maximum(told, LEAST)
    coverage = told / total if total else told
    return score, coverage, score * coverage**gamma


def weaker(ours: Ranking, theirs: Ranking) -> tuple[Ranking, NDArray[np.bool_]]:
    """The weaker side of each row, and where that is the asking side."""
    if theirs is ours:
        return ours, np.ones(len(ours.rows), np.bool_)
    mine = ours.rank_score <= theirs.rank_score
    pick: Callable[[Scores, Scores], Scores] = lambda a, b: np.where(mine, a, b)  # noqa: E731
    return (
        Ranking(
            ours.rows,
            pick(ours.score, theirs.score),
            pick(ours.coverage, theirs.coverage),
            pick(ours.rank_score, theirs.rank_score),
        ),
        mine,
    )


class Column(NamedTuple):
    """One feature's part in the scores of some rows."""

    feature: str
    at: list[int]
    """Of which of the rows it told."""
    weight: list[float]
    value: list[float]
    contribution: list[float]

    def values(self) -> Iterable[tuple[int, float]]:
        """What it told of each."""
        return zip(self.at, self.value, strict=True)

    def only(self, rows: Container[int]) -> "Column":
        """The same of some of the rows."""
        kept = [i for i, at in enumerate(self.at) if at in rows]
        figures = ([one[i] for i in kept] for one in self[2:])
        return Column(self.feature, [self.at[i] for i in kept], *figures)


class Shares(NamedTuple):
    """What the scores of some of a ranking's rows are made of."""

    columns: list[Column]
    order: list[list[int]]
    """Of each row the columns, the largest contribution first; of some nothing is told of it."""


def shares(ranking: Ranking, at: Positions) -> Shares:
    """Of some of a ranking's rows every feature that told, with its part in the score."""
    terms, found = ranking.terms, ranking.parts
    if not terms:
        return Shares([], [[] for _ in at])
    if found is None:
        found, at = parts(terms, ranking.rows[at]), np.arange(len(at))
    # Row by row: of eight terms and more, the order in which they are summed is in the last bit.
    told = np.asfortranarray(found.told.take(at, axis=1))
    worth = found.worth.take(at, axis=1)
    value = worth / np.maximum(told, LEAST)
    part = worth / np.maximum(np.add.reduce(told, axis=0), LEAST)
    figures = zip(told.tolist(), value.tolist(), part.tolist(), strict=True)
    columns = [
        # Where all of a weight counts, it is shown as it was given: 2, not 2.0.
        _column(term.name, None if i in found.trusted else term.weight, *of_term)
        for i, (term, of_term) in enumerate(zip(terms, figures, strict=True))
    ]
    # Of like contributions the one first by name comes first.
    by_name = sorted(range(len(columns)), key=[term.name for term in terms].__getitem__)
    order = [sorted(by_name, key=row.__getitem__, reverse=True) for row in part.T.tolist()]
    return Shares(columns, order)


def _column(
    feature: str, weight: float | None, told: list[float], value: list[float], part: list[float]
) -> Column:
    """One feature of those rows of which it told."""
    at = [i for i, counted in enumerate(told) if counted]
    if len(at) < len(told):
        told, value, part = ([figures[i] for i in at] for figures in (told, value, part))
    return Column(feature, at, told if weight is None else [weight] * len(at), value, part)
