"""The score: a sum that anyone can redo, over the features that could tell.

`contribution = weight x value / sum of the weights that told`, `score` is their sum, `coverage`
the share of all weight that told, and results sort by `rank_score = score x coverage^gamma`:
so an unknown never outranks the best possible value, nor falls below the worst.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.snapshot.columns import Column
from services.matcher.features import Feature, Scores, Values

Rows = NDArray[np.intp]
Weights = Mapping[str, float]


@dataclass(frozen=True)
class Term:
    """One feature of one query: per code, the weight that told and that weight times value."""

    name: str
    codes: NDArray[np.int32]
    told: Scores
    worth: Scores


@dataclass(frozen=True)
class Share:
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


def _term(
    feature: Feature, weight: float, codes: NDArray[np.int32], ours: Values, theirs: Values
) -> Term:
    values = feature.compare(ours, theirs)
    known = ~np.isnan(values)
    told = np.where(known, weight * feature.trust(ours, theirs), 0)
    return Term(feature.name, codes, told, np.where(known, told * np.nan_to_num(values), 0))


def asking_terms(
    features: Sequence[Feature],
    weights: Weights,
    profile: Mapping[str, Values],
    candidates: Mapping[str, Column],
) -> list[Term]:
    """The features as the asking place sees the candidates."""
    return [
        _term(
            f,
            weights[f.name],
            candidates[f.answers].codes,
            profile[f.asks],
            candidates[f.answers].values,
        )
        for f in features
        if weights.get(f.name, 0) > 0
    ]


def answering_terms(
    features: Sequence[Feature],
    weights: Weights,
    profile: Mapping[str, Values],
    candidates: Mapping[str, Column],
) -> list[Term]:
    """The same features as each candidate sees the asking place."""
    return [
        _term(
            f,
            weights[f.name],
            candidates[f.asks].codes,
            candidates[f.asks].values,
            profile[f.answers],
        )
        for f in features
        if weights.get(f.name, 0) > 0
    ]


def given_term(name: str, weight: float, count: int, values: Mapping[int, float]) -> Term:
    """A feature given for single rows of `count`, such as likeness of texts; others are unknown.

    The table's first code is "unknown", the others are the rows given.
    """
    codes = np.zeros(count, np.int32)
    rows = np.fromiter(values, np.intp, len(values))
    codes[rows] = np.arange(1, len(rows) + 1, dtype=np.int32)
    found = np.concatenate([[0.0], np.fromiter(values.values(), np.float64, len(values))])
    told = np.where(np.arange(len(found)) > 0, weight, 0.0)
    return Term(name, codes, told, told * found)


def rank(terms: Sequence[Term], weights: Weights, gamma: float, rows: Rows) -> Ranking:
    """Score the rows given, all of them."""
    told, worth = np.zeros(len(rows)), np.zeros(len(rows))
    for term in terms:
        codes = term.codes[rows]
        told += term.told[codes]
        worth += term.worth[codes]
    total = sum(weights.values())
    score = np.divide(worth, told, out=np.zeros(len(rows)), where=told > 0)
    coverage = told / total if total else told
    return Ranking(rows, score, coverage, score * coverage**gamma)


def weaker(ours: Ranking, theirs: Ranking) -> tuple[Ranking, NDArray[np.bool_]]:
    """The weaker side of each row, and where that is the asking side."""
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


def shares(terms: Sequence[Term], row: int) -> list[Share]:
    """Every feature that told of a row, with its part in the score."""
    told = [(t, float(t.told[t.codes[row]])) for t in terms]
    total = sum(weight for _, weight in told)
    found = []
    for term, weight in told:
        if weight > 0:
            worth = float(term.worth[term.codes[row]])
            found.append(Share(term.name, weight, worth / weight, worth / total))
    return found
