"""One question as the search sees it: terms per side, and how they become a rank score."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from models.snapshot import Places
from models.snapshot.groups import FINE
from services.matcher.features import Scores
from services.matcher.terms import ColumnTerm, Rows, RowTerm, Term, TextTerm, summed_by_span

Found = tuple[Rows, float]
"""Rows that can be the best, in order, and the least rank score of the best, up to rounding."""

# Room for the rounding of sums taken in another order.
ROUNDING = 1e-9
# The side of a term that both sides have.
BOTH = 2
# From this share of the weight on, texts decide: all are multiplied out to bound them closely.
TEXT_DECIDES = 0.25


class Query:
    """The terms of each side; likeness of texts and ties are alike on both."""

    def __init__(
        self, places: Places, sides: Sequence[Sequence[Term]], total: float, gamma: float
    ) -> None:
        self.places, self.sides, self.total, self.gamma = places, sides, total, gamma
        given = [term for term in sides[0] if not isinstance(term, ColumnTerm)]
        self.text = next((term for term in given if isinstance(term, TextTerm)), None)
        self.ties = next((term for term in given if isinstance(term, RowTerm)), None)
        self.text_decides = self.text is not None and self.text.weight >= TEXT_DECIDES * total

    @cached_property
    def most_of_texts(self) -> Scores:
        """The most that the best cosine of each text with the question's can be."""
        assert self.text is not None
        return self.text.texts.most(self.text.queries, closely=self.text_decides)

    @cached_property
    def most_of_groups(self) -> Scores:
        """The most that likeness of texts can add to each group."""
        assert self.text is not None
        groups = self.places.groups
        most = np.zeros(len(groups))
        cosines = groups.best_text(self.most_of_texts)
        most[groups.written] = self.text.weight * self.text.value(cosines)
        return most

    @property
    def bounded(self) -> bool:
        """Whether groups can be bounded: whatever has no table per group tells of all alike."""
        return self.total > 0 and all(_bounded(term) for terms in self.sides for term in terms)

    def in_full(self, rows: Rows) -> Scores:
        """The rank scores of rows, every term in full."""
        if not len(rows):
            return np.empty(0)
        scores = []
        for terms in self.sides:
            told, worth = summed_by_span(terms, rows)
            scores.append(self.rank_score(worth, told))
        return np.minimum.reduce(scores)

    def rank_score(self, worth: Scores, told: Scores) -> Scores:
        score = np.divide(worth, told, out=np.zeros(len(told)), where=told > 0)
        return score * (told / self.total) ** self.gamma


def _bounded(term: Term) -> bool:
    if isinstance(term, ColumnTerm):
        return term.column not in FINE or term.compared.trust is None
    return isinstance(term, TextTerm) or (isinstance(term, RowTerm) and term.otherwise is not None)


def least_of(scores: Scores, count: int) -> float:
    """The least of the best `count` scores."""
    return float(np.partition(scores, len(scores) - count)[len(scores) - count])
