"""The bounded search in steps of numpy: what answers where there is no compiled kernel.

Groups are bounded all at once, texts by a sketch of their vectors, and opened from the highest
bound down, until no bound can reach the best found; texts are read in full only where they can
matter.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.snapshot.groups import COMMON, FINE, OpenGroups
from services.matcher.features import Scores
from services.matcher.searching.query import ROUNDING, Found, Query, least_of
from services.matcher.terms import ColumnTerm, Rows, RowTerm, Term, TextTerm, parts

# How many of the most promising groups are opened at first.
FIRST_GROUPS = 16
# How many groups are looked at as one to find the most promising.
BLOCK = 64
# How many rows are opened at a time after that.
STEP_ROWS = 4096

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Side:
    """One side's terms, taken apart: sums over the groups, and tables of the fine columns."""

    told: Scores
    worth: Scores
    fine: list[ColumnTerm]


class Steps:
    """One query over the groups."""

    def __init__(self, query: Query) -> None:
        self.query = query
        self.groups = query.places.groups
        self.text = query.text
        self.text_worth = None if query.text is None else query.most_of_groups
        self.sides = [self._take_apart(terms) for terms in query.sides]

    def rows(self, open_: OpenGroups, barred: Rows, best: Scores) -> Found:
        """The open groups' rows, but the barred ones, that can be the best; and the least score.

        `best` are the scores held before, from the least up.
        """
        found, scores = np.empty(0, np.intp), best
        bound = np.where(open_.mask(self.groups), self._bounds(), -1.0)
        opened = _highest(bound, FIRST_GROUPS)
        while len(opened):
            inside = self.groups.rows(opened)
            least = least_of(scores, len(best))
            rows, new = self._scored(inside[~_among(inside, barred)], least - ROUNDING)
            found, scores = np.concatenate([found, rows]), np.concatenate([scores, new])
            bound[opened] = -1
            least = least_of(scores, len(best))
            opened = _next(bound, max(least - ROUNDING, 0), self.groups.sizes)
        least = least_of(scores, len(best))
        return np.sort(found[scores[len(best) :] >= least - 2 * ROUNDING]), least

    def _take_apart(self, terms: Sequence[Term]) -> Side:
        """Terms as sums over groups."""
        groups = self.groups
        common = np.zeros((2, len(groups.common)))
        for term in terms:
            if isinstance(term, ColumnTerm) and term.column in COMMON:
                codes = groups.common[:, COMMON.index(term.column)]
                common += np.stack(term.table[:2]).take(codes, axis=1)
        told, worth = common.take(groups.common_of, axis=1)
        fine: list[ColumnTerm] = []
        for term in terms:
            if isinstance(term, ColumnTerm) and term.column in FINE:
                told += groups.known[:, FINE.index(term.column)] * term.weight
                fine.append(term)
            elif isinstance(term, ColumnTerm) and term.column not in COMMON:
                codes = groups.code(term.column)
                told += term.table.told.take(codes)
                worth += term.table.worth.take(codes)
            elif isinstance(term, TextTerm):
                told[groups.written] += term.weight
            elif isinstance(term, RowTerm):
                told += term.weight
                worth += term.weight * (term.otherwise or 0)
        return Side(told, worth, fine)

    def _bounds(self) -> Scores:
        """The most that any row of each group can score, on the weaker side of two."""
        bounds = []
        for side in self.sides:
            best = side.worth.copy()
            for term in side.fine:
                best += self.groups.ranges[term.column].most(term.table.worth)
            if self.text_worth is not None:
                best += self.text_worth
            bounds.append(self.query.rank_score(best, side.told))
        return np.minimum.reduce(bounds)

    def _scored(self, rows: NDArray[np.int32], least: float) -> tuple[Rows, Scores]:
        """Those of the rows that reach the least score, with their scores; texts where needed."""
        fine = [self._all_but_texts(rows, side) for side in self.sides]
        if self.text is None or self.text_worth is None:
            scores = np.minimum.reduce([self.query.rank_score(w, t) for w, t in fine])
            reach = scores >= least
            return rows[reach].astype(np.intp), scores[reach]
        likely = self.text_worth[self.groups.of_row[rows]]
        most = np.minimum.reduce([self.query.rank_score(w + likely, t) for w, t in fine])
        reach = most >= least
        reached = rows[reach].astype(np.intp)
        (likeness,) = parts([self.text], reached).worth
        inside = [(w[reach] + likeness, t[reach]) for w, t in fine]
        return reached, np.minimum.reduce([self.query.rank_score(w, t) for w, t in inside])

    def _all_but_texts(self, rows: NDArray[np.int32], side: Side) -> tuple[Scores, Scores]:
        """(worth, told) of rows, without the worth of their texts."""
        group = self.groups.of_row[rows]
        worth = side.worth[group]
        for term in side.fine:
            worth += term.table.worth[term.codes[rows]]
        return worth, side.told[group]


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
