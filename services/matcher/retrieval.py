"""The exact bounded search: rows enough to hold the best, without scoring every place.

Places are searched by group (see `models/snapshot/groups.py`). A group's features are known but
for size, rank and location, whose best possible value bounds it from above; its texts are bounded
by the best text that no search has seen. Groups are opened from the highest bound down, until no
bound can reach the best found. What comes back holds every place of the true top, by the same
arithmetic as scoring all of them; the caller ranks it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.snapshot import Places
from models.snapshot.groups import FINE, Groups
from services.matcher.features import Scores
from services.matcher.scoring import ColumnTerm, Rows, RowTerm, Term, TextTerm

# How many texts are looked up before the rest is bounded by the last of them.
TEXTS_SEEN = 256
# How many rows are opened at a time.
STEP_ROWS = 4096
# Room for the rounding of sums taken in another order.
ROUNDING = 1e-9


@dataclass(frozen=True)
class Side:
    """One side's terms, taken apart: sums over the groups, and tables of the fine columns."""

    told: Scores
    worth: Scores
    fine: list[ColumnTerm]
    text: TextTerm | None
    ties: RowTerm | None


def take_apart(groups: Groups, terms: Sequence[Term]) -> Side | None:
    """Terms as sums over groups; None where a term is of a kind that cannot be bounded."""
    told, worth = np.zeros(len(groups)), np.zeros(len(groups))
    fine: list[ColumnTerm] = []
    text: TextTerm | None = None
    ties: RowTerm | None = None
    for term in terms:
        if isinstance(term, ColumnTerm) and term.column in FINE:
            weights = np.unique(term.told[term.told > 0])
            if len(weights) > 1:
                return None
            known = groups.known[:, FINE.index(term.column)]
            told += np.where(known, weights[0] if len(weights) else 0, 0)
            fine.append(term)
        elif isinstance(term, ColumnTerm):
            codes = groups.code(term.column)
            told += term.told[codes]
            worth += term.worth[codes]
        elif isinstance(term, TextTerm):
            text = term
            told += np.where(groups.written, term.weight, 0)
        elif isinstance(term, RowTerm) and term.otherwise is not None:
            ties = term
            told += term.weight
            worth += term.weight * term.otherwise
        else:
            return None
    return Side(told, worth, fine, text, ties)


class Search:
    """One query over the groups: `sides` as their terms, `allowed` as a mask over the groups."""

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
        self.sides = [take_apart(self.groups, terms) for terms in sides]

    def rows(self, allowed: NDArray[np.bool_], barred: Rows, count: int) -> Rows | None:
        """Rows that hold the best `count` of the allowed groups' rows but the barred ones.

        None where the search cannot be bounded: then all rows are to be scored.
        """
        if any(side is None for side in self.sides) or not self.total:
            return None
        special, unseen = self._special()
        special = special[allowed[self.groups.of_row[special]]]
        special = np.setdiff1d(special, barred)
        found, scores = [special], [self._score(special)]
        bound = np.where(allowed, self._bounds(unseen), -1.0)
        order = np.argsort(-bound, kind="stable")
        order = order[bound[order] >= 0]
        ends = np.cumsum(self.groups.sizes[order])
        start = 0
        while start < len(order):
            least = _least_of_best(scores, count)
            if bound[order[start]] < least - ROUNDING:
                break
            wanted = (ends[start - 1] if start else 0) + STEP_ROWS
            stop = max(int(np.searchsorted(ends, wanted)), start + 1)
            opened = order[start:stop]
            rows = self.groups.rows(opened[bound[opened] >= least - ROUNDING])
            rows = rows[~np.isin(rows, barred)] if len(barred) else rows
            if len(special):
                rows = rows[~np.isin(rows, special)]
            rows = rows[self._upper(rows, unseen) >= least - ROUNDING]
            found.append(rows.astype(np.intp))
            scores.append(self._score(found[-1]))
            start = stop
        least = _least_of_best(scores, count)
        kept = np.concatenate(scores) >= least - ROUNDING
        return np.sort(np.concatenate(found)[kept])

    def _special(self) -> tuple[Rows, float]:
        """Rows scored apart: those of the nearest texts, and ties; and the best unseen text."""
        side = self.sides[0]
        assert side is not None
        rows, unseen = np.empty(0, np.intp), 0.0
        if side.text is not None:
            owners, last = side.text.texts.top(side.text.queries, TEXTS_SEEN)
            rows = owners.astype(np.intp)
            unseen = float(side.text.value(np.array([last]))[0])
        if side.ties is not None:
            rows = np.union1d(rows, side.ties.rows)
        return rows, unseen

    def _bounds(self, unseen: float) -> Scores:
        """The most that any row of each group can score, on the weaker side of two."""
        bounds = []
        for side in self.sides:
            assert side is not None
            best = side.worth.copy()
            for term in side.fine:
                known = self.groups.known[:, FINE.index(term.column)]
                best += np.where(known, term.worth.max(initial=0), 0)
            if side.text is not None:
                best += np.where(self.groups.written, side.text.weight * unseen, 0)
            bounds.append(self._rank_score(best, side.told))
        return np.minimum.reduce(bounds)

    def _upper(self, rows: NDArray[np.int32], unseen: float) -> Scores:
        """The most that each row can score, its texts unseen but all else known."""
        group = self.groups.of_row[rows]
        uppers = []
        for side in self.sides:
            assert side is not None
            worth = side.worth[group]
            for term in side.fine:
                worth = worth + term.worth[term.codes[rows]]
            if side.text is not None:
                worth = worth + np.where(self.groups.written[group], side.text.weight * unseen, 0)
            uppers.append(self._rank_score(worth, side.told[group]))
        return np.minimum.reduce(uppers)

    def _score(self, rows: Rows) -> Scores:
        """The rank score of rows, every term in full."""
        scores = []
        for terms in self.terms:
            told, worth = np.zeros(len(rows)), np.zeros(len(rows))
            for term in terms:
                term_told, term_worth = term.of(rows)
                told += term_told
                worth += term_worth
            scores.append(self._rank_score(worth, told))
        return np.minimum.reduce(scores)

    def _rank_score(self, worth: Scores, told: Scores) -> Scores:
        score = np.divide(worth, told, out=np.zeros(len(told)), where=told > 0)
        return score * (told / self.total) ** self.gamma


def _least_of_best(scores: list[Scores], count: int) -> float:
    """The least of the best `count` scores so far; below all where there are not so many."""
    together = np.concatenate(scores)
    if len(together) < count:
        return -1.0
    return float(np.partition(together, len(together) - count)[len(together) - count])
