"""The exact bounded search: rows enough to hold the best, without scoring every place.

Places are searched by group (see `models/snapshot/groups.py`). A group's features are known but
for size, rank and location, of which the best value within the group's range bounds it from
above; texts are bounded by a sketch of their vectors. Groups are opened from the highest bound
down, until no bound can reach the best found; texts are read in full only where they can matter.
What comes back holds every place of the true top; the caller ranks it by the same arithmetic as
it would all places.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.snapshot import Places
from models.snapshot.groups import COMMON, FINE
from services.matcher.features import Scores
from services.matcher.scoring import ColumnTerm, Rows, RowTerm, Term, TextTerm

# How many of the most promising groups are opened at first.
FIRST_GROUPS = 16
# How many groups are looked at as one to find the most promising.
BLOCK = 64
# How many rows are opened at a time after that.
STEP_ROWS = 4096
# From this share of the weight on, texts decide: all are multiplied out to bound them closely.
TEXT_DECIDES = 0.25
# Room for the rounding of sums taken in another order.
ROUNDING = 1e-9

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Side:
    """One side's terms, taken apart: sums over the groups, and tables of the fine columns."""

    told: Scores
    worth: Scores
    fine: list[ColumnTerm]


class Search:
    """One query over the groups: `sides` as their terms; likeness of texts is alike on both."""

    def __init__(
        self,
        places: Places,
        sides: Sequence[Sequence[Term]],
        total_weight: float,
        gamma: float,
    ) -> None:
        self.places = places
        self.groups = places.groups
        self.total = total_weight
        self.gamma = gamma
        self.terms = sides
        given = [term for term in sides[0] if isinstance(term, TextTerm | RowTerm)]
        self.text = next((term for term in given if isinstance(term, TextTerm)), None)
        self.ties = next((term for term in given if isinstance(term, RowTerm)), None)
        self.text_worth = self._most_of_texts()
        self.sides = [self._take_apart(terms) for terms in sides]

    def rows(self, allowed: Mask, barred: Rows, count: int) -> Rows | None:
        """Rows that hold the best `count` of the allowed groups' rows but the barred ones.

        None where the search cannot be bounded: then all rows are to be scored.
        """
        if not self.total or any(side is None for side in self.sides):
            return None
        special, left_out = np.empty(0, np.intp), barred
        if self.ties is not None and len(self.ties.rows):
            special = self.ties.rows[allowed[self.groups.of_row[self.ties.rows]]]
            special = np.setdiff1d(special, barred)
            left_out = np.union1d(barred, special)
        found, scores = special, self._in_full(special)
        bound = np.where(allowed, self._bounds(), -1.0)
        opened = _highest(bound, FIRST_GROUPS)
        least = _least_of_best(scores, count)
        while len(opened):
            inside = self.groups.rows(opened)
            rows, new = self._scored(inside[~_among(inside, left_out)], least - ROUNDING)
            found, scores = np.concatenate([found, rows]), np.concatenate([scores, new])
            least = _least_of_best(scores, count)
            bound[opened] = -1
            opened = _next(bound, max(least - ROUNDING, 0), self.groups.sizes)
        return np.sort(found[scores >= least - 2 * ROUNDING])

    def _take_apart(self, terms: Sequence[Term]) -> Side | None:
        """Terms as sums over groups; None where a term is of a kind that cannot be bounded."""
        groups = self.groups
        common = np.zeros((2, len(groups.common)))
        for term in terms:
            if isinstance(term, ColumnTerm) and term.column in COMMON:
                codes = groups.common[:, COMMON.index(term.column)]
                common += term.told[codes], term.worth[codes]
        told, worth = common.take(groups.common_of, axis=1)
        fine: list[ColumnTerm] = []
        for term in terms:
            if isinstance(term, ColumnTerm) and term.column in FINE:
                weight = term.told.max(initial=0)
                if not np.all((term.told == weight) | groups.unknown[term.column]):
                    return None
                told += groups.known[:, FINE.index(term.column)] * weight
                fine.append(term)
            elif isinstance(term, ColumnTerm) and term.column not in COMMON:
                codes = groups.code(term.column)
                told += term.told.take(codes)
                worth += term.worth.take(codes)
            elif isinstance(term, TextTerm):
                told[groups.written] += term.weight
            elif isinstance(term, RowTerm):
                if term.otherwise is None:
                    return None
                told += term.weight
                worth += term.weight * term.otherwise
        return Side(told, worth, fine)

    def _most_of_texts(self) -> Scores | None:
        """The most that likeness of texts can add, per group."""
        if self.text is None:
            return None
        most = np.zeros(len(self.groups))
        closely = self.text.weight >= TEXT_DECIDES * self.total
        cosines = self.groups.best_text(self.text.texts.most(self.text.queries, closely))
        most[self.groups.written] = self.text.weight * self.text.value(cosines)
        return most

    def _bounds(self) -> Scores:
        """The most that any row of each group can score, on the weaker side of two."""
        bounds = []
        for side in self.sides:
            assert side is not None
            best = side.worth.copy()
            for term in side.fine:
                best += self.groups.ranges[term.column].most(term.worth)
            if self.text_worth is not None:
                best += self.text_worth
            bounds.append(self._rank_score(best, side.told))
        return np.minimum.reduce(bounds)

    def _scored(self, rows: NDArray[np.int32], least: float) -> tuple[Rows, Scores]:
        """Those of the rows that reach the least score, with their scores; texts where needed."""
        fine = [self._all_but_texts(rows, side) for side in self.sides]
        if self.text is None or self.text_worth is None:
            scores = np.minimum.reduce([self._rank_score(w, t) for w, t in fine])
            reach = scores >= least
            return rows[reach].astype(np.intp), scores[reach]
        likely = self.text_worth[self.groups.of_row[rows]]
        most = np.minimum.reduce([self._rank_score(w + likely, t) for w, t in fine])
        reach = most >= least
        reached = rows[reach].astype(np.intp)
        _, likeness = self.text.of(reached)
        parts = [(w[reach] + likeness, t[reach]) for w, t in fine]
        return reached, np.minimum.reduce([self._rank_score(w, t) for w, t in parts])

    def _all_but_texts(self, rows: NDArray[np.int32], side: Side | None) -> tuple[Scores, Scores]:
        """(worth, told) of rows, without the worth of their texts."""
        assert side is not None
        group = self.groups.of_row[rows]
        worth = side.worth[group]
        for term in side.fine:
            worth += term.worth[term.codes[rows]]
        return worth, side.told[group]

    def _in_full(self, rows: Rows) -> Scores:
        """The rank score of rows, every term in full."""
        scores = []
        for terms in self.terms:
            told, worth = np.zeros((2, len(rows)))
            for term in terms:
                term_told, term_worth = term.of(rows)
                told += term_told
                worth += term_worth
            scores.append(self._rank_score(worth, told))
        return np.minimum.reduce(scores)

    def _rank_score(self, worth: Scores, told: Scores) -> Scores:
        score = np.divide(worth, told, out=np.zeros(len(told)), where=told > 0)
        return score * (told / self.total) ** self.gamma


def _highest(bound: Scores, count: int) -> Rows:
    """The groups of the highest bounds; none whose bound is below zero."""
    whole = len(bound) // BLOCK * BLOCK
    likely = np.arange(len(bound))
    if whole > count * BLOCK:
        # The highest lie in the blocks with the highest tops: only these are sorted out.
        tops = bound[:whole].reshape(-1, BLOCK).max(axis=1)
        blocks = np.argpartition(tops, len(tops) - count)[-count:]
        inside = blocks[:, None] * BLOCK + np.arange(BLOCK)
        likely = np.append(inside.ravel(), likely[whole:])
    if len(likely) > count:
        likely = likely[np.argpartition(bound[likely], len(likely) - count)[-count:]]
    return likely[bound[likely] >= 0]


def _next(bound: Scores, least: float, sizes: NDArray[np.int64]) -> Rows:
    """Groups that can still reach the least score: the highest of them, some thousand rows."""
    left = np.flatnonzero(bound >= least)
    if int(sizes[left].sum()) <= STEP_ROWS:
        return left
    left = left[np.argsort(-bound[left], kind="stable")]
    return left[: int(np.searchsorted(np.cumsum(sizes[left]), STEP_ROWS)) + 1]


def _among(rows: NDArray[np.int32], listed: Rows) -> Mask:
    """Which rows are in a sorted list."""
    if not len(listed):
        return np.zeros(len(rows), bool)
    at = np.minimum(np.searchsorted(listed, rows), len(listed) - 1)
    return listed[at] == rows


def _least_of_best(scores: Scores, count: int) -> float:
    """The least of the best `count` scores so far; below all where there are not so many."""
    if len(scores) < count:
        return -1.0
    return float(np.partition(scores, len(scores) - count)[len(scores) - count])
