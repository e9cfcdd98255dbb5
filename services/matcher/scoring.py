"""The score: a sum that anyone can redo, over the features that could tell.

`contribution = weight x value / sum of the weights that told`, `score` is their sum, `coverage`
the share of all weight that told, and results sort by `rank_score = score x coverage^gamma`:
so an unknown never outranks the best possible value, nor falls below the worst.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from models.snapshot.columns import Column
from models.snapshot.texts import TextIndex
from services.matcher.features import Feature, Scores, Values, fully
from services.matcher.searching.remembering import remembered

Rows = NDArray[np.intp]
Weights = Mapping[str, float]
Shapes = Mapping[str, float]
"""Exponents by feature: a value counts as value^exponent, so that its order never changes."""

PLAIN: Shapes = {}


class Term(Protocol):
    """One feature of one query: for any rows, the weight that told and that weight x value."""

    @property
    def name(self) -> str:
        """The feature."""

    def of(self, rows: Rows) -> tuple[Scores, Scores]:
        """(told, worth) of the rows; both 0 where the feature cannot tell."""


@dataclass(frozen=True)
class Compared:
    """One feature of one value against a column's table: its values, NaN unknown."""

    name: str
    values: Scores
    trust: Scores | None
    """The part of the weight that counts; None where it is all."""


@dataclass(frozen=True)
class ColumnTerm:
    """A feature read from a column: evaluated once per distinct value, looked up by code."""

    column: str
    codes: NDArray[np.int32]
    compared: Compared
    weight: float

    @property
    def name(self) -> str:
        return self.compared.name

    @cached_property
    def told(self) -> Scores:
        """The weight that told of each distinct value."""
        return self._parts(slice(None))[0]

    @cached_property
    def worth(self) -> Scores:
        """What each distinct value is worth."""
        return self._parts(slice(None))[1]

    def of(self, rows: Rows) -> tuple[Scores, Scores]:
        return self._parts(self.codes[rows])

    def _parts(self, codes: NDArray[np.int32] | slice) -> tuple[Scores, Scores]:
        values, trust = self.compared.values[codes], self.compared.trust
        told, worth = told_and_worth(values, self.weight)
        return (told, worth) if trust is None else (told * trust[codes], worth * trust[codes])


@dataclass(frozen=True)
class RowTerm:
    """A feature given for single rows, in order; of the others it tells `otherwise` or nothing."""

    name: str
    weight: float
    rows: Rows
    values: Scores
    otherwise: float | None = None

    def of(self, rows: Rows) -> tuple[Scores, Scores]:
        at = np.searchsorted(self.rows, rows)
        inside = np.minimum(at, max(len(self.rows) - 1, 0))
        given = self.rows[inside] == rows if len(self.rows) else np.zeros(len(rows), bool)
        value = np.full(len(rows), np.nan if self.otherwise is None else self.otherwise)
        if len(self.rows):
            value[given] = self.values[inside[given]]
        return told_and_worth(value, self.weight)


@dataclass(frozen=True)
class TextTerm:
    """Likeness of texts: the best cosine of any of a row's texts with any of the query's."""

    name: str
    weight: float
    texts: TextIndex
    queries: NDArray[np.float32]
    floor: float

    def of(self, rows: Rows) -> tuple[Scores, Scores]:
        return told_and_worth(self.value(self.texts.likeness(rows, self.queries)), self.weight)

    def value(self, cosine: Scores) -> Scores:
        """Cosines as values: 0 for texts no more alike than any two, 1 for the same text."""
        return np.clip((cosine - self.floor) / max(1 - self.floor, 1e-6), 0, 1)


def shaped(values: Scores, exponent: float) -> Scores:
    """Values as they count: in the same order, 0 and 1 where they were, unknown as before."""
    return values if exponent == 1 else np.power(np.clip(values, 0, 1), exponent)


def told_and_worth(values: Scores, weight: float) -> tuple[Scores, Scores]:
    """The weight that told of each value, and weight x value; nothing where it is NaN."""
    known = values == values
    return known * weight, np.where(known, weight * values, 0.0)


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


def compared(
    feature: Feature, column: Column, value: Values, asking: bool, exponent: float = 1.0
) -> Compared | None:
    """A feature of one side's value against a column; None where it can tell of no row.

    The same value is asked with again and again (a country, a size), so answers are remembered
    for as long as the column is there.
    """
    return remembered(
        column,
        (feature.name, asking, exponent, value.tobytes()),
        lambda: _compare(feature, column, value, asking, exponent),
    )


def _compare(
    feature: Feature, column: Column, value: Values, asking: bool, exponent: float
) -> Compared | None:
    sides = (value, column.values) if asking else (column.values, value)
    values = shaped(feature.compare(*sides), exponent)
    if np.isnan(values).all():
        return None
    if feature.trust is fully:
        return Compared(feature.name, values, None)
    trust = feature.trust(*sides)
    return Compared(feature.name, values, None if (trust == 1).all() else trust)


class _Asked(NamedTuple):
    """What features are turned into terms with: one place's values against the candidates'."""

    weights: Weights
    profile: Mapping[str, Values]
    candidates: Mapping[str, Column]
    shapes: Shapes

    def term(self, feature: Feature, asking: bool) -> Term | None:
        """The feature as the place sees the candidates, or as they see it; None if of nobody."""
        mine, other = feature.asks, feature.answers
        if not asking:
            mine, other = other, mine
        weight, column = self.weights.get(feature.name, 0), self.candidates[other]
        if weight <= 0:
            return None
        exponent = self.shapes.get(feature.name, 1.0)
        found = compared(feature, column, self.profile[mine], asking, exponent)
        return None if found is None else ColumnTerm(other, column.codes, found, weight)


def asking_terms(
    features: Sequence[Feature],
    weights: Weights,
    profile: Mapping[str, Values],
    candidates: Mapping[str, Column],
    shapes: Shapes = PLAIN,
) -> list[Term]:
    """The features as the asking place sees the candidates; none that can tell of nobody."""
    asked = _Asked(weights, profile, candidates, shapes)
    return [term for feature in features if (term := asked.term(feature, True)) is not None]


def both_sides(
    features: Sequence[Feature],
    weights: Weights,
    profile: Mapping[str, Values],
    candidates: Mapping[str, Column],
    shapes: Shapes = PLAIN,
) -> tuple[list[Term], list[Term]]:
    """The features as the asking place sees the candidates, and as each of them sees it.

    Where all that tells is the same from either side, both are one list.
    """
    asked = _Asked(weights, profile, candidates, shapes)
    ours: list[Term] = []
    theirs: list[Term] = []
    differ = False
    for feature in features:
        seen = back = asked.term(feature, True)
        if not feature.told_once:
            back = asked.term(feature, False)
            differ = differ or seen is not None or back is not None
        ours += [] if seen is None else [seen]
        theirs += [] if back is None else [back]
    return ours, theirs if differ else ours


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
