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
    texts: np.ndarray
    """The most that texts can be worth."""
    most: np.ndarray
    """The most that size, rank, location and texts can be worth on the side being read."""
    reach: np.ndarray
    """How far each can reach, and does reach at least, on the weaker side (2, groups)."""
    size: np.ndarray
    """How many they are."""


@njit(cache=True, nogil=True, error_model="numpy")
def empty_chunk(sides, size):
    sums, none = np.empty((2, sides, size)), np.zeros(1, np.int64)
    groups, most, reach = np.empty(size, np.uint32), np.empty((2, size)), np.empty((2, size))
    return Chunk(groups, sums[0], sums[1], most[0], most[1], reach, none)


@njit(cache=True, nogil=True, error_model="numpy")
def take_in(world, question, common, chunk, count, open_groups):
    """Take the open ones of the next groups written there into the chunk, as one combination."""
    groups, told, worth, reach = chunk.groups, chunk.told, chunk.worth, chunk.reach
    written, text, at = world.written, question.text[0], chunk.size[0]
    for i in range(at, at + count):
        group = groups[i]
        if len(open_groups) > 0 and not open_groups[group]:
            continue
        for side in range(len(common)):
            told[side, at] = common[side, 0] + (text if written[group] else 0.0)
            worth[side, at] = common[side, 1]
        groups[at], reach[0, at], reach[1, at] = group, 2.0, 2.0
        at += 1
    chunk.size[0] = at


@njit(cache=True, nogil=True, error_model="numpy")
def look_into(world, question, tables, tops, chunk, found):
    """Read a chunk's groups side by side, and drop those that cannot be among the best."""
    for side in range(len(chunk.told)):
        _begin(world, question, chunk)
        _add_ranges(world, tables, tops, chunk, side)
        _add_near(world, tables, chunk, side)
        _add_own(world, tables, chunk, side)
        _drop(question, tables, chunk, side, least_of(found.best, found.sure))
    note(world, chunk, found)


@njit(cache=True, nogil=True, error_model="numpy")
def _begin(world, question, chunk):
    """Note the most that likeness of texts can add to each group."""
    written, of_groups, text = world.written, question.most_of_groups, question.text[0]
    groups, texts, most, closely = chunk.groups, chunk.texts, chunk.most, len(of_groups) > 0
    for i in range(chunk.size[0]):
        group = groups[i]
        texts[i] = of_groups[group] if closely else text
        texts[i] = texts[i] if written[group] else 0.0
        most[i] = texts[i]


@njit(cache=True, nogil=True, error_model="numpy")
def _add_ranges(world, tables, tops, chunk, side):
    """Add the most that size and rank can be worth within each group."""
    groups, told, most, known = chunk.groups, chunk.told, chunk.most, world.known
    ranges, wide_before, wide_tops = world.ranges, world.wide_before, world.wide_tops
    cells, values = tables.cells, tops.values
    for ranged in range(RANGES):
        weight = tables.weights[side, COMMONS + OWNS + ranged]
        if weight <= 0:
            continue
        start, top = tables.starts[side, COMMONS + OWNS + ranged], tops.starts[side, ranged]
        for i in range(chunk.size[0]):
            group = groups[i]
            if known[group, ranged]:
                first, last = ranges[ranged, 0, group], ranges[ranged, 1, group]
                told[side, i] += weight
                if first == last:
                    most[i] += cells[start + first, 1]
                else:
                    wide = wide_before[group]
                    low = values[top + wide_tops[wide, ranged, 0]]
                    high = values[top + wide_tops[wide, ranged, 1]]
                    most[i] += low if low > high else high


@njit(cache=True, nogil=True, error_model="numpy")
def _add_near(world, tables, chunk, side):
    """Add the most that location can be worth within each group."""
    groups, told, most, far = chunk.groups, chunk.told, chunk.most, tables.far[side]
    located, near = world.located, tables.near
    for i in range(chunk.size[0]):
        group = groups[i]
        if located[group] and far > 0:
            told[side, i] += far
            most[i] += far * near[group]


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def _add_own(world, tables, chunk, side):
    """Add what the own columns say: column by column, which no guess of a branch holds up."""
    groups, told, worth, cells = chunk.groups, chunk.told, chunk.worth, tables.cells
    for own in range(OWNS):
        start = tables.starts[side, COMMONS + own]
        if start >= 0:
            for i in range(chunk.size[0]):
                cell = start + world.own[own, groups[i]]
                told[side, i] += cells[cell, 0]
                worth[side, i] += cells[cell, 1]


@njit(cache=True, nogil=True, error_model="numpy")
def _drop(question, tables, chunk, side, least):
    """Drop the groups that cannot be among the best on a side."""
    coverages, scale, kept = question.coverages, COVERAGES / question.total, 0
    groups, told, worth, reach = chunk.groups, chunk.told, chunk.worth, chunk.reach
    texts, most, loose = chunk.texts, chunk.most, 2 * LOOSE * tables.far[side]
    for i in range(chunk.size[0]):
        known, value = told[side, i], worth[side, i] + most[i]
        step = int(known * scale)
        if value * coverages[step] < least * known:
            continue
        share, less = 1 / known if known > 0 else 0.0, texts[i] + loose
        below = coverages[step - 1] if step > 0 else 0.0
        reach[0, kept] = min(reach[0, i], value * share * coverages[step])
        reach[1, kept] = min(reach[1, i], (value - less) * share * below)
        groups[kept] = groups[i]
        for each in range(len(told)):
            told[each, kept], worth[each, kept] = told[each, i], worth[each, i]
        kept += 1
    chunk.size[0] = kept
