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
from services.matcher.searching.kernel_tables import COMMONS, FINES, OWNS, top_of

# Bits of what is worth, below what told; the parts of the whole weight that each is counted in.
BITS_OF_WORTH = 16
PARTS_TOLD = 32 * COVERAGES - 1
# Rounded up, a sum over so many terms must still fit.
PARTS_WORTH = (1 << BITS_OF_WORTH) - 100
# From what told to its step in the table of coverages.
TO_STEP = BITS_OF_WORTH + 5


class Sieve(NamedTuple):
    """The tables of a question in whole numbers."""

    cells: np.ndarray
    """What the tables' cells say."""
    needed: np.ndarray
    """By what told, step by step: the worth that is needed for each part of the score."""
    told: float
    """How many parts a weight of 1 is."""
    worth: float


@njit(cache=True, nogil=True)
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


@njit(cache=True, nogil=True, inline="always")
def _number(told, worth):
    return (np.int32(told) << BITS_OF_WORTH) + np.int32(np.ceil(worth))


@njit(cache=True, nogil=True)
def sift(world, question, tables, tops, sieve, common, groups, least):
    """Move the groups of a combination to the front that can reach the least; how many they are.

    `common` is what the combination told and is worth on each side (sides, 2).
    """
    count = len(groups)
    for side in range(len(common)):
        count = _sift(
            world, question, tables, tops, sieve, side, common[side], groups[:count], least
        )
    return count


@njit(cache=True, nogil=True)
def _sift(world, question, tables, tops, sieve, side, common, groups, least):
    cells, starts, kept = sieve.cells, tables.starts[side, COMMONS:], 0
    for group in groups:
        text = question.text[0] if world.written[group] else 0.0
        told, most = common[0] + text, common[1] + question.most_of_groups[group]
        total = np.int64(_number(told * sieve.told, most * sieve.worth))
        for own in range(OWNS):
            if starts[own] >= 0:
                total += cells[starts[own] + world.own[group, own]]
        for fine in range(FINES):
            if starts[OWNS + fine] >= 0:
                first, last = world.ranges[group, fine, 0], world.ranges[group, fine, 1]
                cell = cells[starts[OWNS + fine] + first]
                if first != last:
                    top = top_of(tops, side, fine, first, last) * sieve.worth
                    cell = (cell >> BITS_OF_WORTH << BITS_OF_WORTH) + np.int32(np.ceil(top))
                total += cell
        groups[kept] = group
        worth = total & ((1 << BITS_OF_WORTH) - 1)
        kept += worth >= least * sieve.needed[total >> TO_STEP]
    return kept
