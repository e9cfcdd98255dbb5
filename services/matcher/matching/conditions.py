"""A condition on candidates: by a column's values, or by rows; applied only as far as needed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from models.snapshot import Places
from models.snapshot.groups import COMMON, FINE, Groups, OpenGroups
from models.taxonomy import RemedyKind
from services.matcher.terms import Rows

Mask = NDArray[np.bool_]


class Test(Protocol):
    """Which rows meet a condition."""

    def met(self, rows: Rows) -> Mask:
        """Whether each of the rows meets it."""


@dataclass(frozen=True)
class ByColumn:
    """Rows whose value in a column is one of those marked in `table`.

    It is remembered for as long as the column is there, so it holds the groups and the codes,
    not the places, which would keep the column there for ever.
    """

    groups: Groups
    column: str
    codes: NDArray[np.int32]
    table: Mask

    def met(self, rows: Rows) -> Mask:
        return self.table[self.codes[rows]]

    @cached_property
    def by_combination(self) -> Mask:
        """Which combinations of a common column meet it."""
        return self.table.take(self.groups.common[:, COMMON.index(self.column)])

    @cached_property
    def by_group(self) -> Mask:
        """Which groups meet it, of any column that is not fine."""
        return self.table.take(self.groups.code(self.column))


@dataclass(frozen=True)
class ByTenant:
    """Rows of the tenants marked in `table`."""

    tenants: NDArray[np.uint16]
    table: Mask

    def met(self, rows: Rows) -> Mask:
        return self.table[self.tenants[rows]]


@dataclass(frozen=True)
class Without:
    """All rows but these, which are in order."""

    rows: Rows

    def met(self, rows: Rows) -> Mask:
        return ~np.isin(rows, self.rows)


@dataclass(frozen=True)
class Only:
    """These rows alone."""

    rows: Rows

    def met(self, rows: Rows) -> Mask:
        return np.isin(rows, self.rows)


@dataclass(frozen=True)
class Exactly:
    """Rows of a fine column between exact bounds: `doubtful` codes are looked up one by one."""

    places: Places
    column: str
    inside: Mask
    doubtful: Mask
    look_up: Callable[[int], bool] = field(repr=False)

    def met(self, rows: Rows) -> Mask:
        codes = self.places.columns[self.column].codes[rows]
        met = self.inside[codes]
        for at in np.flatnonzero(self.doubtful[codes]):
            met[at] = self.look_up(int(rows[at]))
        return met


class Condition(NamedTuple):
    """A condition with its name, the field it looks at, and what it asks."""

    name: str
    field: str
    test: Test
    wanted: Any
    remedy_kind: str = RemedyKind.FIXED


class Usual(NamedTuple):
    """What most questions ask, and what it leaves: worked out once for all of them."""

    conditions: Sequence[Condition]
    open: OpenGroups
    rows: int
    """How many places the open groups hold."""

    @classmethod
    def of(cls, groups: Groups, conditions: Sequence[Condition]) -> "Usual":
        """Of conditions that groups can say all of."""
        open_ = OpenGroups(np.ones(len(groups.common), bool))
        for condition in conditions:
            narrowed = _narrowed(open_, groups, condition.test)
            assert narrowed is not None
            open_ = narrowed
        return cls(conditions, open_, open_.rows(groups))


def _narrowed(open_: OpenGroups, groups: Groups, test: Test) -> OpenGroups | None:
    """The open groups that meet a test; None where groups cannot say."""
    if isinstance(test, ByTenant):
        return open_ if test.table.all() else open_.within(test.table.take(groups.tenants))
    if isinstance(test, ByColumn) and test.column in COMMON:
        return open_._replace(commons=open_.commons & test.by_combination)
    if isinstance(test, ByColumn) and test.column not in FINE:
        return open_.within(test.by_group)
    return None


class Pool:
    """The candidates: all rows that meet all conditions, known as groups and exceptions."""

    def __init__(self, places: Places, usual: Usual, asked: Sequence[Condition]) -> None:
        """`asked` are the conditions of this question, told after the usual ones."""
        self.places = places
        self.conditions = [*usual.conditions, *asked]
        self.open = usual.open
        """The groups that may hold candidates."""
        self._usual = usual
        self._barred: list[Rows] = []
        self.only: Rows | None = None
        self._exact: list[Test] = []
        for condition in asked:
            self._add(condition.test)

    def _add(self, test: Test) -> None:
        if isinstance(test, Without):
            self._barred.append(test.rows)
        elif isinstance(test, Only):
            self.only = test.rows
        elif (narrowed := _narrowed(self.open, self.places.groups, test)) is not None:
            self.open = narrowed
        else:
            self._exact.append(test)

    @cached_property
    def groups(self) -> Mask:
        """Per group whether it may hold candidates."""
        return self.open.mask(self.places.groups)

    @cached_property
    def barred(self) -> Rows:
        """Rows that are left out by themselves, in order."""
        if len(self._barred) == 1:
            return self._barred[0]
        none = np.empty(0, np.intp)
        return np.unique(np.concatenate([none, *self._barred])).astype(np.intp)

    def keeps(self, rows: Rows) -> Rows:
        """Those of the rows that meet what groups cannot say."""
        for test in self._exact:
            rows = rows[test.met(rows)]
        return rows

    @property
    def grouped(self) -> bool:
        """Whether groups and barred rows say all, so that groups can be searched."""
        return self.only is None and not self._exact

    def rows(self) -> Rows:
        """All candidates."""
        if self.only is not None:
            rows = np.unique(self.only)
            rows = rows[self.groups[self.places.groups.of_row[rows]]]
        else:
            rows = np.flatnonzero(self.groups[self.places.groups.of_row])
        return self.keeps(rows[~np.isin(rows, self.barred)])

    def count(self) -> int:
        """How many candidates there are."""
        if not self.grouped:
            return len(self.rows())
        groups, open_ = self.places.groups, self.open
        everybody = self._usual.rows if open_ is self._usual.open else open_.rows(groups)
        inside = open_.holds(groups, groups.of_row[self.barred])
        return everybody - int(np.count_nonzero(inside))
