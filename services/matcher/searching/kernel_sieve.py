"""The compiled search's sieve: bounds of groups in whole numbers, quick to add up, a little wide.

Most groups are far from the best. Of these nothing else is asked than whether they can be left
out: what a code told, rounded down, and what it is worth, rounded up, stand in one number, so that
one sum over a group's codes bounds both.
"""

# mypy: allow-untyped-defs, allow-untyped-calls

from typing import NamedTuple

import numpy as np
from numba import njit

from services.matcher.searching.coverages import COVERAGES
from services.matcher.searching.kernel_lines import near_groups
from services.matcher.searching.kernel_tables import COMMONS, OWNS, RANGES

# Bits of what is worth, below what told; the parts of the whole weight that each is counted in.
BITS_OF_WORTH = 16
PARTS_TOLD = 32 * COVERAGES - 1
# Rounded up, a sum over so many terms must still fit.
PARTS_WORTH = (1 << BITS_OF_WORTH) - 100
# From what told to its step in the table of coverages.
TO_STEP = BITS_OF_WORTH + 5
# How many groups are summed at a time: their sums stay in the nearest cache.
BLOCK = 4096


class Sieve(NamedTuple):
    """The tables of a question in whole numbers."""

    cells: np.ndarray
    """What the tables' cells say."""
    needed: np.ndarray
    """By what told, step by step: the worth that is needed for each part of the score."""
    told: float
    """How many parts a weight of 1 is."""
    worth: float


@njit(cache=True, nogil=True, error_model="numpy")
def sieve_of(tables, question):
    """The sieve of a question's tables."""
    needed = np.zeros(COVERAGES + 1)
    for step in range(1, COVERAGES + 1):
        needed[step] = PARTS_WORTH * step / COVERAGES / question.coverages[step - 1]
    told, worth = PARTS_TOLD / question.total, PARTS_WORTH / question.total
    cells = np.empty(len(tables.cells), np.int32)
    for i in range(len(cells)):
        cells[i] = _number(tables.cells[i, 0] * told, tables.cells[i, 1] * worth)
    return Sieve(cells, needed, told, worth)


@njit(cache=True, nogil=True, error_model="numpy")
def _number(told, worth):
    return (np.int32(told) << BITS_OF_WORTH) + np.int32(np.ceil(worth))


@njit(cache=True, nogil=True, error_model="numpy")
def sums_of(world, question, tables, tops, sieve, open_commons):
    """The sums over the codes of all groups of open combinations (sides, groups).

    Combinations beside each other are summed as one: column by column, several groups at once.
    """
    sums, at = np.empty((len(tables.starts), len(world.written)), np.int32), 0
    while at < len(open_commons):
        end = at + 1
        while end < len(open_commons) and open_commons[at] == open_commons[end]:
            end += 1
        if open_commons[at]:
            last = world.common_starts[end]
            for first in range(world.common_starts[at], last, BLOCK):
                span = (first, min(first + BLOCK, last))
                if len(question.by_line) > 0:
                    near_groups(world, question, span, tables.near)
                for side in range(len(sums)):
                    _sum_up(world, question, tables, sieve, side, span, sums[side])
                    _widen(world, tables, tops, sieve, side, span, sums[side])
                    _draw_near(world, tables, sieve, side, span, sums[side])
        at = end
    return sums


@njit(cache=True, nogil=True, error_model="numpy")
def _sum_up(world, question, tables, sieve, side, span, sums):
    """What likeness of texts and the columns say of the groups of a span."""
    first, end = span
    totals, written = sums[first:end], world.written[first:end]
    text = question.text[0]
    wrote = _number(text * sieve.told, text * sieve.worth)
    for i in range(len(totals)):
        totals[i] = wrote if written[i] else 0
    if len(question.most_of_groups) > 0:
        for i in range(len(totals)):
            if written[i]:
                most = question.most_of_groups[first + i]
                totals[i] = _number(text * sieve.told, most * sieve.worth)
    for own in range(OWNS):
        start = tables.starts[side, COMMONS + own]
        if start >= 0:
            _add(totals, sieve.cells[start:], world.own[own, first:end])
    for ranged in range(RANGES):
        start = tables.starts[side, COMMONS + OWNS + ranged]
        if start >= 0:
            _add(totals, sieve.cells[start:], world.ranges[ranged, 0, first:end])


@njit(cache=True, nogil=True, error_model="numpy")
def _draw_near(world, tables, sieve, side, span, sums):
    """Add what location told of the groups of a span, and the most that it is worth."""
    first, end = span
    far = tables.far[side]
    if far > 0:
        totals, located, near = sums[first:end], world.located[first:end], tables.near[first:end]
        told, worth = np.int32(far * sieve.told) << BITS_OF_WORTH, far * sieve.worth
        for i in range(len(totals)):
            number = told + np.int32(near[i] * worth) + 1
            totals[i] += number if located[i] else 0


@njit(cache=True, nogil=True, error_model="numpy")
def _add(totals, cells, codes):
    # Codes are unsigned: none can count from the end, which would be looked into for each.
    for i in range(len(totals)):
        totals[i] += cells[codes[i]]


@njit(cache=True, nogil=True, error_model="numpy")
def _widen(world, tables, tops, sieve, side, span, sums):
    """Of groups whose rows differ in size or rank, take the best within their ranges."""
    for nth in range(world.wide_before[span[0]], world.wide_before[span[1]]):
        group, more = world.wide[nth], np.int32(0)
        for ranged in range(RANGES):
            start, top = tables.starts[side, COMMONS + OWNS + ranged], tops.starts[side, ranged]
            if start >= 0:
                low = tops.values[top + world.wide_tops[nth, ranged, 0]]
                high = tops.values[top + world.wide_tops[nth, ranged, 1]]
                counted = sieve.cells[start + world.ranges[ranged, 0, group]]
                more += np.int32(np.ceil(max(low, high) * sieve.worth))
                more -= counted & ((1 << BITS_OF_WORTH) - 1)
        sums[group] += more


@njit(cache=True, nogil=True, error_model="numpy")
def sift(sieve, common, sums, span, groups):
    """Write down those groups of a span that can reach the least; how many they are.

    `common` is what their combination told and is worth on each side (sides, 2); `span` are the
    first, the end, and the least.
    """
    first, end, least = span
    needed, count = sieve.needed, end - first
    for i in range(count):
        groups[i] = first + i
    for side in range(len(common)):
        base, kept = _number(common[side, 0] * sieve.told, common[side, 1] * sieve.worth), 0
        for i in range(count):
            group = groups[i]
            total, groups[kept] = base + sums[side, group], group
            worth = total & ((1 << BITS_OF_WORTH) - 1)
            kept += worth >= least * needed[total >> TO_STEP]
        count = kept
    return count
