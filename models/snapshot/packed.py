"""Groups, rows and texts laid out in the order in which one pass reads them (see the kernel)."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.snapshot.columns import Column
from models.snapshot.groups import COMMON, FINE, OWN, Groups
from models.snapshot.texts import Sketch, TextIndex

# The columns in the order in which the kernel is given their tables.
PACKED = (*COMMON, *OWN, *FINE)
# As many bits of a fine column's codes are one step of its greatest values.
BITS = (2, 1, 3)


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
    """Whether size, rank and location of a group's rows are known (groups, columns)."""
    ranges: NDArray[np.uint32]
    """First and last code in the fine columns (columns, 2, groups)."""
    wide: NDArray[np.int64]
    """The groups whose rows differ in size, rank or location, in order."""
    wide_before: NDArray[np.int32]
    """How many of them come before each group, and how many they are."""
    wide_tops: NDArray[np.uint32]
    """Where the greatest values of their ranges stand (groups, columns, 2): see `Tops`."""
    starts: NDArray[np.int64]
    """The first position of each group, and the end."""
    members: NDArray[np.int32]
    """The row at each position."""
    fine: NDArray[np.int32]
    """Codes in the fine columns (positions, columns)."""
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
    wide = np.flatnonzero((groups.fine[:, :, 0] != groups.fine[:, :, 1]).any(axis=1))
    return Packed(
        common=_laid(groups.common, np.int32),
        common_starts=np.searchsorted(groups.common_of, combinations).astype(np.int64),
        own=_laid(np.stack([groups.code(name) for name in OWN]), np.uint32),
        written=written,
        known=_laid(groups.known, np.bool_),
        ranges=_laid(groups.fine.transpose(1, 2, 0), np.uint32),
        wide=wide,
        wide_before=np.searchsorted(wide, np.arange(len(groups) + 1)).astype(np.int32),
        wide_tops=_tops(groups.fine[wide], [len(columns[n].values) for n in FINE]),
        starts=_laid(groups.starts, np.int64),
        members=_laid(members, np.int32),
        fine=_laid(np.stack([columns[n].codes[members] for n in FINE], axis=1), np.int32),
        text_starts=text_starts.astype(np.int32),
        texts=order.astype(np.int32),
        vectors=texts.vectors,
        directions=_laid(sketch.directions.T, np.float32),
        leads=_laid(sketch.leads[order], np.float32),
        rests=_laid(_rests(sketch)[order], np.float32),
    )


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
        known=np.empty((0, len(FINE)), np.bool_),
        ranges=np.empty((len(FINE), 2, 0), np.uint32),
        wide=np.empty(0, np.int64),
        wide_before=np.zeros(1, np.int32),
        wide_tops=np.empty((0, len(FINE), 2), np.uint32),
        starts=np.zeros(1, np.int64),
        members=np.empty(0, np.int32),
        fine=np.empty((0, len(FINE)), np.int32),
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
