"""The terms of a score: one feature of one question each, with the weight that told of any rows.

A term never says how good a row is on the whole: `scoring.py` sums terms and ranks by the sum.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.snapshot.texts import TextIndex
from services.matcher.features import Scores

Rows = NDArray[np.intp]
Weights = Mapping[str, float]


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


def told_and_worth(values: Scores, weight: float) -> tuple[Scores, Scores]:
    """The weight that told of each value, and weight x value; nothing where it is NaN."""
    known = values == values
    return known * weight, np.where(known, weight * values, 0.0)
