"""The score: a sum that anyone can redo, over the features that could tell.

`contribution = weight x value / sum of the weights that told`, `score` is their sum, `coverage`
the share of all weight that told, and results sort by `rank_score = score x coverage^gamma`:
so an unknown never outranks the best possible value, nor falls below the worst.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.matcher.features import Scores
from services.matcher.terms import Rows, Term, Weights


class Share(NamedTuple):
    """One feature's part in one place's score."""

    feature: str
    weight: float
    value: float
    contribution: float


@dataclass(frozen=True)
class Ranking:
    """Scores of the rows judged, in the order of the rows."""

    rows: Rows
    score: Scores
    coverage: Scores
    rank_score: Scores

    def best(self, count: int) -> NDArray[np.intp]:
        """Positions of the best rows: by rank score, then by row, which is the order of ids."""
        count = min(count, len(self.rows))
        if count == 0:
            return np.empty(0, np.intp)
        edge = np.partition(self.rank_score, len(self.rows) - count)[len(self.rows) - count]
        among = np.flatnonzero(self.rank_score >= edge)
        order = np.lexsort((self.rows[among], -self.rank_score[among]))
        return among[order[:count]]


def rank(terms: Sequence[Term], weights: Weights, gamma: float, rows: Rows) -> Ranking:
    """Score the rows given, all of them."""
    told, worth = np.zeros(len(rows)), np.zeros(len(rows))
    for term in terms:
        term_told, term_worth = term.of(rows)
        told += term_told
        worth += term_worth
    total = sum(weights.values())
    score = np.divide(worth, told, out=np.zeros(len(rows)), where=told > 0)
    coverage = told / total if total else told
    return Ranking(rows, score, coverage, score * coverage**gamma)


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


def shares(terms: Sequence[Term], rows: Rows) -> list[list[Share]]:
    """Per row every feature that told of it, with its part in the score."""
    parts = [term.of(rows) for term in terms]
    told = np.array([told for told, _ in parts]).reshape(len(parts), len(rows))
    total = told.sum(axis=0).tolist()
    by_term = [
        (term.name, t.tolist(), w.tolist()) for term, (t, w) in zip(terms, parts, strict=True)
    ]
    return [
        [
            Share(name, told[i], worth[i] / told[i], worth[i] / total[i])
            for name, told, worth in by_term
            if told[i] > 0
        ]
        for i in range(len(rows))
    ]
