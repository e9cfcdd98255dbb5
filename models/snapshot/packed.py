"""Groups, rows and texts laid out in the order in which one pass reads them (see the kernel)."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.snapshot.columns import Column
from models.snapshot.earth import on_earth
from models.snapshot.groups import COMMON, FINE, OWN, Groups
from models.snapshot.texts import Sketch, TextIndex

# The fine columns whose values lie in a row, so that a range of codes is one of values.
RANGED = ("size", "rank")
# The columns in the order in which the kernel is given their tables.
PACKED = (*COMMON, *OWN, *RANGED)
# As many bits of a ranged column's codes are one step of its greatest values.
BITS = (2, 1)
# What a point in space of single precision may be off.
ROUNDING = 1e-6


class Packed(NamedTuple):
    """Arrays of one snapshot; "position" is a row's place among the members of the groups."""

    common: NDArray[np.int32]
    """Codes in the common columns (combinations, columns)."""
    common_starts: NDArray[np.int64]
    """Where the groups of each combination begin, and the end: they lie together."""
    own: NDArray[np.uint32]
    """Codes in the own columns (columns, groups)."""
    written: NDArray[np.bool_]
    """Whether the rows of a group wrote texts: all of them or none (groups)."""
    known: NDArray[np.bool_]
    """Whether size and rank of a group's rows are known (groups, columns)."""
    located: NDArray[np.bool_]
    """Whether their location is (groups)."""
    ranges: NDArray[np.uint32]
    """First and last code in the ranged columns (columns, 2, groups)."""
    middles: NDArray[np.float32]
    """A point in space amid the rows of each group (3, groups)."""
    radii: NDArray[np.float32]
    """How far from it they lie at most (groups)."""
    wide: NDArray[np.int64]
    """The groups whose rows differ in size or rank, in order."""
    wide_before: NDArray[np.int32]
    """How many of them come before each group, and how many they are."""
    wide_tops: NDArray[np.uint32]
    """Where the greatest values of their ranges stand (groups, columns, 2): see `Tops`."""
    starts: NDArray[np.int64]
    """The first position of each group, and the end."""
    largest: int
    """How many rows the largest group has."""
    members: NDArray[np.int32]
    """The row at each position."""
    fine: NDArray[np.int32]
    """Codes in the ranged columns (positions, columns)."""
    points: NDArray[np.float64]
    """Each position's point in space (positions, 3)."""
    text_starts: NDArray[np.int32]
    """The first text of each position, and the end, texts being in the order of positions."""
    texts: NDArray[np.int32]
    """Where each text's vector lies in the index."""
    vectors: NDArray[np.float32]
    """All vectors, as they lie in the index."""
    directions: NDArray[np.float32]
    """What sketches are taken along (sketched, dimension); none where there are few texts."""
    leads: NDArray[np.float32]
    """Each text's part along the directions (texts in the order of positions, sketched)."""
    rests: NDArray[np.float32]
    """The length of what the directions leave of each text."""


def pack(groups: Groups, texts: TextIndex, columns: Mapping[str, Column]) -> Packed:
    """Lay out the places of a snapshot."""
    combinations = np.arange(len(groups.common) + 1)
    members = np.asarray(groups.members)
    first = np.searchsorted(texts.owners, members)
    counts = np.searchsorted(texts.owners, members, "right") - first
    text_starts = np.append(0, np.cumsum(counts))
    order = np.arange(text_starts[-1]) - np.repeat(text_starts[:-1] - first, counts)
    written = np.zeros(len(groups), np.bool_)
    written[groups.written] = True
    sketch = texts.sketch
    ranges = groups.fine[:, [FINE.index(name) for name in RANGED]]
    wide = np.flatnonzero((ranges[:, :, 0] != ranges[:, :, 1]).any(axis=1))
    location = columns["location"]
    # What is not known lies nowhere; nobody asks how far from there.
    points = np.nan_to_num(on_earth(location.values).take(location.codes[members], axis=1))
    middles, radii = _balls(points, groups)
    return Packed(
        common=_laid(groups.common, np.int32),
        common_starts=np.searchsorted(groups.common_of, combinations).astype(np.int64),
        own=_laid(np.stack([groups.code(name) for name in OWN]), np.uint32),
        written=written,
        known=_laid(groups.known[:, [FINE.index(name) for name in RANGED]], np.bool_),
        located=_laid(groups.known[:, FINE.index("location")], np.bool_),
        ranges=_laid(ranges.transpose(1, 2, 0), np.uint32),
        middles=_laid(middles, np.float32),
        radii=_laid(radii, np.float32),
        wide=wide,
        wide_before=np.searchsorted(wide, np.arange(len(groups) + 1)).astype(np.int32),
        wide_tops=_tops(ranges[wide], [len(columns[n].values) for n in RANGED]),
        starts=_laid(groups.starts, np.int64),
        largest=int(groups.sizes.max(initial=0)),
        members=_laid(members, np.int32),
        fine=_laid(np.stack([columns[n].codes[members] for n in RANGED], axis=1), np.int32),
        points=_laid(points.T, np.float64),
        text_starts=text_starts.astype(np.int32),
        texts=order.astype(np.int32),
        vectors=texts.vectors,
        directions=_laid(sketch.directions.T, np.float32),
        leads=_laid(sketch.leads[order], np.float32),
        rests=_laid(_rests(sketch)[order], np.float32),
    )


def _balls(
    points: NDArray[np.float64], groups: Groups
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """A ball for each group that holds the points of all its rows: the middle, and the radius."""
    if not len(groups):
        return np.empty((3, 0)), np.empty(0)
    starts = groups.starts[:-1]
    ends = [bound.reduceat(points, starts, axis=1) for bound in (np.minimum, np.maximum)]
    middles = (ends[0] + ends[1]) / 2
    apart = np.square(points - np.repeat(middles, groups.sizes, axis=1)).sum(axis=0)
    radii = np.sqrt(np.maximum.reduceat(apart, starts))
    return middles, np.where((ends[0] == ends[1]).all(axis=0), 0, radii + ROUNDING)


def _tops(ranges: NDArray[np.int32], lengths: list[int]) -> NDArray[np.uint32]:
    """The two positions whose greatest values are those of each range (ranges, columns, 2).

    They stand level by level: of 1, 2, 4, … steps from each step on.
    """
    bits = np.array(BITS)
    low, high = (ranges >> bits[:, None]).transpose(2, 0, 1)
    level = np.log2(high - low + 1).astype(np.int64)
    width = (np.array(lengths) + (1 << bits) - 1) >> bits
    ends = (low, high + 1 - (1 << level))
    return _laid(np.stack([level * width + end for end in ends], axis=2), np.uint32)


def _rests(sketch: Sketch) -> NDArray[np.float32]:
    """What all directions leave of each text; of one that is not sketched, all its length."""
    if not sketch.rests.shape[1]:
        return np.ones(len(sketch.rests), np.float32)
    return sketch.rests[:, -1]


def nothing_packed() -> Packed:
    """No places at all, of the same types: what the kernel is compiled with."""
    return Packed(
        common=np.empty((0, len(COMMON)), np.int32),
        common_starts=np.zeros(1, np.int64),
        own=np.empty((len(OWN), 0), np.uint32),
        written=np.empty(0, np.bool_),
        known=np.empty((0, len(RANGED)), np.bool_),
        located=np.empty(0, np.bool_),
        ranges=np.empty((len(RANGED), 2, 0), np.uint32),
        middles=np.empty((3, 0), np.float32),
        radii=np.empty(0, np.float32),
        wide=np.empty(0, np.int64),
        wide_before=np.zeros(1, np.int32),
        wide_tops=np.empty((0, len(RANGED), 2), np.uint32),
        starts=np.zeros(1, np.int64),
        largest=0,
        members=np.empty(0, np.int32),
        fine=np.empty((0, len(RANGED)), np.int32),
        points=np.empty((0, 3), np.float64),
        text_starts=np.zeros(1, np.int32),
        texts=np.empty(0, np.int32),
        vectors=np.empty((0, 1), np.float32),
        directions=np.empty((0, 1), np.float32),
        leads=np.empty((0, 0), np.float32),
        rests=np.empty(0, np.float32),
    )


def _laid(array: NDArray[Any], kind: Any) -> NDArray[Any]:
    """A copy of its own: writable and contiguous, as the kernel is compiled for."""
    return np.array(array, kind, order="C")
