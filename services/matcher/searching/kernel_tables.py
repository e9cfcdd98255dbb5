"""The compiled search's tables: a question's terms laid out to be looked up by code."""

# mypy: allow-untyped-defs, allow-untyped-calls

from typing import NamedTuple

import numpy as np
from numba import njit

from models.snapshot.groups import COMMON, FINE, OWN
from models.snapshot.packed import BITS

COMMONS, OWNS, FINES = len(COMMON), len(OWN), len(FINE)
COLUMNS = COMMONS + OWNS + FINES


class Tables(NamedTuple):
    """All tables one after another: how much each code told, and what it was worth (cells, 2)."""

    cells: np.ndarray
    starts: np.ndarray
    """Where the table of each column begins; -1 where none is read from it (sides, columns)."""
    lengths: np.ndarray
    weights: np.ndarray
    """The most that each column can tell (sides, columns)."""


class Tops(NamedTuple):
    """The greatest values of ranges of 1, 2, 4, … steps of the fine columns' tables."""

    values: np.ndarray
    starts: np.ndarray
    """Where those of each table begin (sides, fine columns)."""
    widths: np.ndarray
    """How many steps each table has."""


@njit(cache=True, nogil=True)
def laid_out(terms, sides):
    """The terms' tables one after another, added up where two are read from one column."""
    starts, weights = np.full((sides, COLUMNS), -1), np.zeros((sides, COLUMNS))
    lengths, size = np.zeros((sides, COLUMNS), np.int64), 0
    for i in range(len(terms.weights)):
        side, column = terms.read[i]
        if starts[side, column] < 0:
            starts[side, column], lengths[side, column] = size, len(terms.values[i])
            size += lengths[side, column]
        weights[side, column] += terms.weights[i]
    cells = np.zeros((size, 2))
    for i in range(len(terms.weights)):
        start = starts[terms.read[i, 0], terms.read[i, 1]]
        _lay(cells[start:], terms.weights[i], terms.values[i], terms.trusts[i])
    return Tables(cells, starts, lengths, weights)


@njit(cache=True, nogil=True)
def _lay(cells, weight, values, trusts):
    """Add one term's table: nothing where it is not known."""
    in_full = len(trusts) == 0
    for code in range(len(values)):
        value, told = values[code], weight if in_full else weight * trusts[code]
        known = value == value
        cells[code, 0] += told if known else 0.0
        cells[code, 1] += told * value if known else 0.0


@njit(cache=True, nogil=True)
def tops_of(tables):
    """The greatest values of ranges, for the fine columns on each side."""
    sides = len(tables.starts)
    starts, widths = np.zeros((sides, FINES), np.int64), np.zeros((sides, FINES), np.int64)
    size = 0
    for side in range(sides):
        for fine in range(FINES):
            starts[side, fine] = size
            length = tables.lengths[side, COMMONS + OWNS + fine]
            widths[side, fine] = (length + (1 << BITS[fine]) - 1) >> BITS[fine]
            size += widths[side, fine] * _levels(widths[side, fine])
    values = np.zeros(size)
    for side in range(sides):
        for fine in range(FINES):
            start = tables.starts[side, COMMONS + OWNS + fine]
            table = tables.cells[start : start + tables.lengths[side, COMMONS + OWNS + fine], 1]
            _raise(values[starts[side, fine] :], table, widths[side, fine], BITS[fine])
    return Tops(values, starts, widths)


@njit(cache=True, nogil=True)
def _levels(width):
    levels = 0
    while (1 << levels) <= width:
        levels += 1
    return levels


@njit(cache=True, nogil=True)
def _raise(values, table, width, bits):
    """Fill in the greatest values, level by level, each of `width`."""
    for i in range(len(table)):
        values[i >> bits] = max(values[i >> bits], table[i])
    for level in range(1, _levels(width)):
        half, at = 1 << (level - 1), level * width
        for i in range(width - 2 * half + 1):
            values[at + i] = max(values[at - width + i], values[at - width + i + half])


@njit(cache=True, nogil=True)
def top_of(tops, side, fine, first, last):
    """The most that a fine column says of the codes from one to another, or a little more."""
    width, low, high = tops.widths[side, fine], first >> BITS[fine], last >> BITS[fine]
    level = 0
    while (2 << level) <= high - low + 1:
        level += 1
    at = tops.starts[side, fine] + level * width
    return max(tops.values[at + low], tops.values[at + high + 1 - (1 << level)])
