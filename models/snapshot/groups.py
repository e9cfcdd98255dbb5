"""Groups: places alike in every column but size, rank and location, and near in these.

A query scores the groups first, some thousands in place of hundreds of thousands of places, and
looks only into those that can still hold one of the best. Written once per snapshot.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.snapshot.blobs import mapped
from models.snapshot.columns import Column
from models.snapshot.place_columns import PLACE_COLUMNS

# Nearly every place has its own values in these; a group holds the range of each.
FINE = ("size", "rank", "location")
COARSE = tuple(name for name in PLACE_COLUMNS if name not in FINE)
# What most places have in common with many of their country: looked up once per combination.
COMMON = ("kind", "country", "government", "clock", "languages")
OWN = tuple(name for name in COARSE if name not in COMMON)
# A group of many places is cut, in the order of their size, into groups of this many at most.
MOST_ROWS = 128

Codes = NDArray[np.int32]
Positions = NDArray[np.intp]


class OpenGroups(NamedTuple):
    """Which groups are looked into: by what they have in common, and by group where need be."""

    commons: NDArray[np.bool_]
    groups: NDArray[np.bool_] | None = None

    def within(self, groups: NDArray[np.bool_]) -> "OpenGroups":
        """Those of them that are marked among all groups."""
        return self._replace(groups=groups if self.groups is None else self.groups & groups)

    def rows(self, groups: "Groups") -> int:
        """How many rows they hold."""
        if self.groups is None:
            return int(groups.sizes_of_common[self.commons].sum())
        return int(groups.sizes[self.mask(groups)].sum())

    def mask(self, groups: "Groups") -> NDArray[np.bool_]:
        """Per group whether it is open."""
        mask = self.commons.take(groups.common_of)
        return mask if self.groups is None else mask & self.groups

    def holds(self, groups: "Groups", some: Codes) -> NDArray[np.bool_]:
        """Whether each of some groups is open."""
        mask = self.commons.take(groups.common_of.take(some))
        return mask if self.groups is None else mask & self.groups.take(some)


class Ranges:
    """A range of codes per group, and the greatest value of any table within each range."""

    def __init__(self, first: Codes, last: Codes, step: int) -> None:
        self.first, self.step = first, step
        low, high = first // step, last // step
        level = np.log2(high - low + 1).astype(np.int64)
        self._levels = int(level.max(initial=0)) + 1
        self._width = int(high.max(initial=0)) + 1
        self._low = level * self._width + low
        self._high = level * self._width + high + 1 - (1 << level)

    def most(self, table: NDArray[np.float64]) -> NDArray[np.float64]:
        """The greatest value in each group's range, or a little more where steps are wide."""
        best = np.zeros((self._levels, self._width))
        starts = np.arange(0, len(table), self.step)[: self._width]
        best[0, : len(starts)] = np.maximum.reduceat(table, starts)
        for level in range(1, self._levels):
            half = 1 << (level - 1)
            below, beside = best[level - 1, :-half], best[level - 1, half:]
            np.maximum(below, beside, out=best[level, :-half])
        flat = best.ravel()
        return np.maximum(flat.take(self._low), flat.take(self._high))


class Groups:
    """The groups, the rows of each, and which of them hold the places that wrote texts."""

    def __init__(self, folder: Path, text_owners: NDArray[np.int32]) -> None:
        self.common: Positions = np.load(folder / "group_common.npy").astype(np.intp)
        self.common_of: Positions = np.load(folder / "group_common_of.npy").astype(np.intp)
        # As numpy's own index type, by columns: looking up by anything else is converted first.
        own = np.load(folder / "group_own.npy").astype(np.intp)
        self._own: Positions = np.asfortranarray(own)
        self.known: NDArray[np.bool_] = np.asfortranarray(np.load(folder / "group_known.npy"))
        self.tenants: Positions = np.load(folder / "group_tenants.npy").astype(np.intp)
        self.starts: NDArray[np.int64] = np.load(folder / "group_starts.npy")
        self.sizes = np.diff(self.starts)
        self.sizes_of_common = np.bincount(self.common_of, self.sizes, len(self.common))
        self.members: Codes = mapped(folder / "group_members.npy")
        self.of_row: Codes = mapped(folder / "group_of_row.npy")
        self.fine: Codes = np.load(folder / "group_ranges.npy")
        self.ranges = {
            name: Ranges(self.fine[:, i, 0], self.fine[:, i, 1], 8 if name == "location" else 1)
            for i, name in enumerate(FINE)
        }
        groups = self.of_row[text_owners]
        self._text_order = np.argsort(groups, kind="stable")
        self.written, self._text_starts = np.unique(groups[self._text_order], return_index=True)

    def __len__(self) -> int:
        return len(self.common_of)

    def code(self, column: str) -> Positions:
        """Each group's code in a coarse column."""
        if column in COMMON:
            return self.common[:, COMMON.index(column)].take(self.common_of)
        return self._own[:, OWN.index(column)]

    def best_text(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Of a value per text, the greatest in each of the groups in `written`."""
        if not len(values):
            return np.empty(0)
        return np.maximum.reduceat(values[self._text_order], self._text_starts)

    def rows(self, groups: Positions) -> Codes:
        """The rows of some groups, one group after another."""
        first, counts = self.starts[groups], self.sizes[groups]
        offsets = np.cumsum(counts) - counts
        at = np.arange(counts.sum()) - np.repeat(offsets - first, counts)
        return self.members[at]


def write_groups(
    folder: Path,
    columns: Mapping[str, Column],
    tenants: NDArray[np.uint16],
    text_owners: NDArray[np.int32],
) -> list[str]:
    """Group the places; `text_owners` are the rows that have texts. Answers with file names."""
    count = len(tenants)
    written = np.zeros(count, bool)
    written[text_owners] = True
    known = [~np.isnan(columns[n].values[:, 0])[columns[n].codes] for n in FINE]
    common = numbered([columns[name].codes for name in COMMON], count)
    own = [columns[name].codes for name in OWN]
    alike = numbered([common, *own, *known, tenants, written], count)
    members = np.lexsort((np.arange(count), columns["size"].codes, alike)).astype(np.int32)
    starts = _cuts(alike[members])
    of_row = np.empty(count, np.int32)
    of_row[members] = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    first = members[starts[:-1]]
    _, one_each = np.unique(common, return_index=True)
    arrays = {
        "group_common": np.stack([columns[n].codes[one_each] for n in COMMON], axis=1),
        "group_common_of": common[first].astype(np.int32),
        "group_own": np.stack([codes[first] for codes in own], axis=1),
        "group_known": np.stack([k[first] for k in known], axis=1),
        "group_ranges": _ranges([columns[n].codes[members] for n in FINE], starts),
        "group_tenants": tenants[first],
        "group_starts": starts,
        "group_members": members,
        "group_of_row": of_row,
    }
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array)
    return [f"{name}.npy" for name in arrays]


def numbered(keys: list[NDArray[Any]], count: int) -> NDArray[np.int64]:
    """One number per row, the same for rows that are alike in all keys."""
    numbers = np.zeros(count, np.int64)
    for key in keys:
        width = int(key.max(initial=0)) + 1
        _, numbers = np.unique(numbers * width + key.astype(np.int64), return_inverse=True)
    return numbers


def _cuts(alike: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where groups begin among rows sorted by what they are alike in; and the end."""
    count = len(alike)
    begins = np.ones(count, bool)
    begins[1:] = alike[1:] != alike[:-1]
    since = np.arange(count) - np.maximum.accumulate(np.where(begins, np.arange(count), 0))
    return np.append(np.flatnonzero(since % MOST_ROWS == 0), count)


def _ranges(codes: list[Codes], starts: NDArray[np.int64]) -> Codes:
    """The first and last code of each group in each fine column (groups, columns, 2)."""
    if len(starts) < 2:
        return np.empty((0, len(codes), 2), np.int32)
    ends = [[f.reduceat(c, starts[:-1]) for f in (np.minimum, np.maximum)] for c in codes]
    return np.array(ends, np.int32).transpose(2, 0, 1)
