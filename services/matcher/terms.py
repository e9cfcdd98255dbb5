"""The terms of a score: one feature of one question each, with the weight that told of any rows.

A term never says how good a row is on the whole: `scoring.py` sums terms and ranks by the sum.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from models.snapshot.earth import lines
from models.snapshot.texts import TextIndex
from services.matcher.features import Scores

Rows = NDArray[np.intp]
Codes = NDArray[np.int32]
Weights = Mapping[str, float]
# Of many rows all terms together would take much memory: so many at a time stay in the cache.
ROWS_AT_ONCE = 4096
# Of more points than this all are compared at once, for as many rows as will ask.
FEW_POINTS = 256


ByLine = Callable[[Scores], Scores]
"""Values by straight lines between places, from 0 to 1; the lines are written over."""

Read = tuple[Scores, Scores | None]
"""Values, NaN where the feature cannot tell; the part of the weight that counts, None if all."""


class Term(Protocol):
    """One feature of one query: what it says of any rows, and what that weighs."""

    @property
    def name(self) -> str:
        """The feature."""

    @property
    def weight(self) -> float:
        """The most that it can tell."""

    def read(self, rows: Rows) -> Read:
        """What it says of the rows."""


class Parts(NamedTuple):
    """The weight of each term that told of each row, and weight x value (terms, rows)."""

    told: Scores
    worth: Scores
    trusted: frozenset[int] = frozenset()
    """The terms of whose weight only a part may count."""


@dataclass(frozen=True)
class Compared:
    """One feature of one value against a column's table: its values, NaN unknown."""

    name: str
    values: Scores
    trust: Scores | None
    """The part of the weight that counts; None where it is all."""

    def read(self, codes: Codes) -> Read:
        """What it says of some codes of the column."""
        return self.values.take(codes), None if self.trust is None else self.trust.take(codes)


@dataclass(frozen=True)
class ComparedByLine:
    """One feature of one place's point in space against others: as many as are asked for.

    There are thousands of points, and few of them are looked at.
    """

    name: str
    point: NDArray[np.float64]
    points: NDArray[np.float64]
    by_line: ByLine
    trust: None = None

    @cached_property
    def values(self) -> Scores:
        """Of all points, NaN unknown."""
        return self.by_line(lines(self.point, self.points))

    def read(self, codes: Codes) -> Read:
        """What it says of some of the points."""
        if len(codes) > FEW_POINTS:
            return self.values.take(codes), None
        return self.by_line(lines(self.point, self.points.take(codes, axis=1))), None


@dataclass(frozen=True)
class ColumnTerm:
    """A feature read from a column: evaluated once per distinct value, looked up by code."""

    column: str
    codes: NDArray[np.int32]
    compared: Compared | ComparedByLine
    weight: float

    @property
    def name(self) -> str:
        return self.compared.name

    @cached_property
    def table(self) -> Parts:
        """What is told of each distinct value (values)."""
        found = told_and_worth(self.compared.values, self.weight)
        trust = self.compared.trust
        return found if trust is None else Parts(found.told * trust, found.worth * trust)

    def read(self, rows: Rows) -> Read:
        return self.compared.read(self.codes.take(rows))


@dataclass(frozen=True)
class RowTerm:
    """A feature given for single rows, in order; of the others it tells `otherwise` or nothing."""

    name: str
    weight: float
    rows: Rows
    values: Scores
    otherwise: float | None = None

    def read(self, rows: Rows) -> Read:
        values = np.full(len(rows), np.nan if self.otherwise is None else self.otherwise)
        if len(self.rows):
            inside = np.minimum(np.searchsorted(self.rows, rows), len(self.rows) - 1)
            given = self.rows[inside] == rows
            values[given] = self.values[inside[given]]
        return values, None


@dataclass(frozen=True)
class TextTerm:
    """Likeness of texts: the best cosine of any of a row's texts with any of the query's."""

    name: str
    weight: float
    texts: TextIndex
    queries: NDArray[np.float32]
    floor: float

    def read(self, rows: Rows) -> Read:
        return self.value(self.texts.likeness(rows, self.queries)), None

    def value(self, cosine: Scores) -> Scores:
        """Cosines as values: 0 for texts no more alike than any two, 1 for the same text."""
        return np.clip((cosine - self.floor) / max(1 - self.floor, 1e-6), 0, 1)


def told_and_worth(values: Scores, weight: float | Scores) -> Parts:
    """The weight that told of each value, and weight x value; nothing where it is NaN."""
    # Of NaN and 0 it is 0 that `fmax` takes.
    return Parts((values == values) * weight, np.fmax(values * weight, 0.0))


def parts(terms: Sequence[Term], rows: Rows) -> Parts:
    """What each of the terms says of each of the rows."""
    values = np.empty((len(terms), len(rows)))
    trusts: list[tuple[int, Scores]] = []
    for at, term in enumerate(terms):
        values[at], trust = term.read(rows)
        if trust is not None:
            trusts.append((at, trust))
    weights = np.array([term.weight for term in terms], np.float64)
    found = told_and_worth(values, weights[:, None])
    for at, trust in trusts:
        found.told[at] *= trust
        found.worth[at] *= trust
    return Parts(*found[:2], frozenset(at for at, _ in trusts)) if trusts else found


def summed(parts: Parts) -> tuple[Scores, Scores]:
    """How much told of each row and what it is worth, all terms together.

    Term after term, so that a row's sums are the same whatever else is asked with it.
    """
    if not len(parts.told):
        return parts.told.sum(axis=0), parts.worth.sum(axis=0)
    told, worth = parts[:2]
    return np.add.accumulate(told, axis=0)[-1], np.add.accumulate(worth, axis=0)[-1]


def summed_by_span(terms: Sequence[Term], rows: Rows) -> tuple[Scores, Scores]:
    """The same of many rows, to the last bit; of so many, adding in place is sooner done."""
    told, worth = np.zeros((2, len(rows)))
    for first in range(0, len(rows), ROWS_AT_ONCE):
        span = slice(first, first + ROWS_AT_ONCE)
        found = parts(terms, rows[span])
        for of_told, of_worth in zip(found.told, found.worth, strict=True):
            told[span] += of_told
            worth[span] += of_worth
    return told, worth
