"""The compiled search's bounds: how far groups that are read side by side can reach."""

# mypy: allow-untyped-defs, allow-untyped-calls

from typing import NamedTuple

import numpy as np
from numba import njit

from services.matcher.searching.by_line import LOOSE
from services.matcher.searching.coverages import COVERAGES
from services.matcher.searching.kernel_rows import least_of, note
from services.matcher.searching.kernel_tables import COMMONS, OWNS, RANGES


class Chunk(NamedTuple):
    """Groups looked at together, and what is known of each (groups), by side (sides, groups)."""

    groups: np.ndarray
    told: np.ndarray
    worth: np.ndarray
    most: np.ndarray
    """The most that size, rank, location and texts can be worth on the side being read."""
    reach: np.ndarray
    """How far each can reach, and does reach at least, on the weaker side (2, groups)."""
    size: np.ndarray
    """How many they are."""


@njit(cache=True, nogil=True)
def empty_chunk(sides, size):
    sums, none = np.empty((2, sides, size)), np.zeros(1, np.int64)
    groups, most, reach = np.empty(size, np.uint32), np.empty(size), np.empty((2, size))
    return Chunk(groups, sums[0], sums[1], most, reach, none)


@njit(cache=True, nogil=True)
def listing(chunk, first, last, open_groups):
    """The open groups from one to another, written behind those of the chunk."""
    groups, count = chunk.groups[chunk.size[0] :], 0
    for group in range(first, last):
        groups[count] = group
        count += len(open_groups) == 0 or open_groups[group]
    return groups[:count]


@njit(cache=True, nogil=True)
def take_in(world, question, common, chunk, count):
    """Take the next groups written there into the chunk, with what their combination says."""
    first = chunk.size[0]
    for i in range(first, first + count):
        text = question.text[0] if world.written[chunk.groups[i]] else 0.0
        for side in range(len(common)):
            chunk.told[side, i] = common[side, 0] + text
            chunk.worth[side, i] = common[side, 1]
        chunk.reach[:, i] = 2.0
    chunk.size[0] += count


@njit(cache=True, nogil=True)
def look_into(world, question, tables, tops, chunk, found):
    """Read a chunk's groups side by side, and drop those that cannot be among the best."""
    for side in range(len(chunk.told)):
        for i in range(chunk.size[0]):
            chunk.most[i] = _text_of(world, question, chunk.groups[i])
        _add_ranges(world, tables, tops, chunk, side)
        _add_near(world, tables, tops, chunk, side)
        _add_own(world, tables, chunk, side)
        _drop(world, question, chunk, side, least_of(found))
    note(world, chunk, found)


@njit(cache=True, nogil=True, inline="always")
def _text_of(world, question, group):
    """The most that likeness of texts can add to a group."""
    if not world.written[group]:
        return 0.0
    closely = len(question.most_of_groups) > 0
    return question.most_of_groups[group] if closely else question.text[0]


@njit(cache=True, nogil=True)
def _add_ranges(world, tables, tops, chunk, side):
    """Add the most that size and rank can be worth within each group."""
    for ranged in range(RANGES):
        weight = tables.weights[side, COMMONS + OWNS + ranged]
        if weight <= 0:
            continue
        start, top = tables.starts[side, COMMONS + OWNS + ranged], tops.starts[side, ranged]
        for i in range(chunk.size[0]):
            group = chunk.groups[i]
            if world.known[group, ranged]:
                first, last = world.ranges[ranged, 0, group], world.ranges[ranged, 1, group]
                chunk.told[side, i] += weight
                if first == last:
                    chunk.most[i] += tables.cells[start + first, 1]
                else:
                    at = world.wide_tops[world.wide_before[group], ranged]
                    low, high = tops.values[top + at[0]], tops.values[top + at[1]]
                    chunk.most[i] += low if low > high else high


@njit(cache=True, nogil=True)
def _add_near(world, tables, tops, chunk, side):
    """Add the most that location can be worth within each group."""
    far = tables.far[side]
    if far > 0:
        for i in range(chunk.size[0]):
            group = chunk.groups[i]
            if world.located[group]:
                chunk.told[side, i] += far
                chunk.most[i] += far * tops.near[group]


@njit(cache=True, nogil=True)
def _add_own(world, tables, chunk, side):
    """Add what the own columns say: column by column, which no guess of a branch holds up."""
    for own in range(OWNS):
        start = tables.starts[side, COMMONS + own]
        if start >= 0:
            for i in range(chunk.size[0]):
                cell = start + world.own[own, chunk.groups[i]]
                chunk.told[side, i] += tables.cells[cell, 0]
                chunk.worth[side, i] += tables.cells[cell, 1]


@njit(cache=True, nogil=True)
def _drop(world, question, chunk, side, least):
    """Drop the groups that cannot be among the best on a side."""
    coverages, scale, kept, sides = (
        question.coverages,
        COVERAGES / question.total,
        0,
        len(chunk.told),
    )
    for i in range(chunk.size[0]):
        told, value = chunk.told[side, i], chunk.worth[side, i] + chunk.most[i]
        step = int(told * scale)
        if value * coverages[step] < least * told:
            continue
        group, share = chunk.groups[i], 1 / told if told > 0 else 0.0
        less = _text_of(world, question, group) + 2 * LOOSE * question.far[side]
        below = coverages[step - 1] if step > 0 else 0.0
        chunk.reach[0, kept] = min(chunk.reach[0, i], value * share * coverages[step])
        chunk.reach[1, kept] = min(chunk.reach[1, i], (value - less) * share * below)
        chunk.groups[kept] = group
        for each in range(sides):
            chunk.told[each, kept] = chunk.told[each, i]
            chunk.worth[each, kept] = chunk.worth[each, i]
        kept += 1
    chunk.size[0] = kept
