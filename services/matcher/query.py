"""One question as the search sees it: terms per side, and how they become a rank score."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.snapshot import Places
from models.snapshot.groups import FINE
from services.matcher.features import Scores
from services.matcher.scoring import ColumnTerm, Rows, RowTerm, Term, TextTerm

Found = tuple[NDArray[np.integer[Any]], Scores]
"""Rows, and their rank scores up to rounding."""

# Room for the rounding of sums taken in another order.
ROUNDING = 1e-9


@dataclass(frozen=True)
class Query:
    """The terms of each side; likeness of texts and ties are alike on both."""

    places: Places
    sides: Sequence[Sequence[Term]]
    total: float
    gamma: float

    @cached_property
    def text(self) -> TextTerm | None:
        return next((term for term in self.sides[0] if isinstance(term, TextTerm)), None)

    @cached_property
    def ties(self) -> RowTerm | None:
        return next((term for term in self.sides[0] if isinstance(term, RowTerm)), None)

    @property
    def bounded(self) -> bool:
        """Whether groups can be bounded: whatever has no table per group tells of all alike."""
        return self.total > 0 and all(_bounded(term) for terms in self.sides for term in terms)

    def in_full(self, rows: Rows) -> Scores:
        """The rank scores of rows, every term in full."""
        scores = []
        for terms in self.sides:
            told, worth = np.zeros((2, len(rows)))
            for term in terms:
                term_told, term_worth = term.of(rows)
                told += term_told
                worth += term_worth
            scores.append(self.rank_score(worth, told))
        return np.minimum.reduce(scores)

    def rank_score(self, worth: Scores, told: Scores) -> Scores:
        score = np.divide(worth, told, out=np.zeros(len(told)), where=told > 0)
        return score * (told / self.total) ** self.gamma


def _bounded(term: Term) -> bool:
    if isinstance(term, ColumnTerm):
        return term.column not in FINE or term.compared.even
    return isinstance(term, TextTerm) or (isinstance(term, RowTerm) and term.otherwise is not None)


def least_of(scores: Scores, count: int) -> float:
    """The least of the best `count` scores."""
    return float(np.partition(scores, len(scores) - count)[len(scores) - count])
