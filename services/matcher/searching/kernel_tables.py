"""The compiled search's tables: a question's terms laid out to be looked up by code."""

# mypy: allow-untyped-defs, allow-untyped-calls

from typing import NamedTuple

import numpy as np
from numba import njit

from models.snapshot.groups import COMMON, OWN
from models.snapshot.packed import BITS, RANGED
from services.matcher.searching.query import BOTH

COMMONS, OWNS, RANGES = len(COMMON), len(OWN), len(RANGED)
COLUMNS = COMMONS + OWNS + RANGES


class Tables(NamedTuple):
    """All tables one after another: how much each code told, and what it was worth (cells, 2)."""

    cells: np.ndarray
    starts: np.ndarray
    """Where the table of each column begins; -1 where none is read from it (sides, columns).

    Where all that is read from a column is the same on both sides, both read one table.
    """
    lengths: np.ndarray
    weights: np.ndarray
    """The most that each column can tell (sides, columns)."""
    far: np.ndarray
    """The most that location can tell (sides)."""
    near: np.ndarray
    """How near any row of each group can lie, written as groups are read where that counts."""


class Tops(NamedTuple):
    """The greatest values of ranges of 1, 2, 4, … steps of the ranged columns' tables."""

    values: np.ndarray
    starts: np.ndarray
    """Where those of each table begin (sides, ranged columns)."""


@njit(cache=True, nogil=True, error_model="numpy")
def laid_out(terms, question, groups):
    """The terms' tables one after another, added up where two are read from one column."""
    sides = len(question.far)
    starts, weights = np.full((sides, COLUMNS), -1), np.zeros((sides, COLUMNS))
    lengths, size = np.zeros((sides, COLUMNS), np.int64), 0
    shared = _shared(terms)
    for i in range(len(terms.weights)):
        column = terms.read[i, 1]
        for side in _sides_of(terms, i):
            if starts[side, column] < 0:
                lengths[side, column] = len(terms.values[i])
                if side > 0 and shared[column]:
                    starts[side, column] = starts[0, column]
                else:
                    starts[side, column] = size
                    size += lengths[side, column]
            weights[side, column] += terms.weights[i]
    cells = np.zeros((size, 2))
    for i in range(len(terms.weights)):
        column, trusted = terms.read[i, 1], terms.read[i, 2]
        for side in _sides_of(terms, i):
            if side == 0 or not shared[column]:
                cells_of = cells[starts[side, column] :]
                if trusted < 0:
                    _lay(cells_of, terms.weights[i], terms.values[i])
                else:
                    _lay_trusted(cells_of, terms.weights[i], terms.values[i], terms.trusts[trusted])
    return Tables(cells, starts, lengths, weights, question.far, np.empty(groups, np.float32))


@njit(cache=True, nogil=True, error_model="numpy")
def _sides_of(terms, i):
    side = terms.read[i, 0]
    return range(2) if side == BOTH else range(side, side + 1)


@njit(cache=True, nogil=True, error_model="numpy")
def _shared(terms):
    """The columns of which both sides read the same."""
    shared = np.ones(COLUMNS, np.bool_)
    for i in range(len(terms.weights)):
        if terms.read[i, 0] != BOTH:
            shared[terms.read[i, 1]] = False
    return shared


@njit(cache=True, nogil=True, error_model="numpy")
def _lay(cells, weight, values):
    """Add one term's table: nothing where it is not known."""
    for code in range(len(values)):
        value = values[code]
        known = value == value
        cells[code, 0] += weight if known else 0.0
        cells[code, 1] += weight * value if known else 0.0


@njit(cache=True, nogil=True, error_model="numpy")
def _lay_trusted(cells, weight, values, trusts):
    """The same of a term of whose weight a part counts."""
    for code in range(len(values)):
        value, told = values[code], weight * trusts[code]
        known = value == value
        cells[code, 0] += told if known else 0.0
        cells[code, 1] += told * value if known else 0.0


@njit(cache=True, nogil=True, error_model="numpy")
def tops_of(tables):
    """The greatest values of ranges, for the ranged columns on each side."""
    sides = len(tables.starts)
    starts, size = np.zeros((sides, RANGES), np.int64), 0
    for side in range(sides):
        for ranged in range(RANGES):
            if _seen_before(tables, side, ranged):
                starts[side, ranged] = starts[0, ranged]
            else:
                width = _width(tables, side, ranged)
                starts[side, ranged] = size
                size += width * _levels(width)
    values = np.zeros(size)
    for side in range(sides):
        for ranged in range(RANGES):
            if not _seen_before(tables, side, ranged):
                start = tables.starts[side, COMMONS + OWNS + ranged]
                table = tables.cells[
                    start : start + tables.lengths[side, COMMONS + OWNS + ranged], 1
                ]
                width = _width(tables, side, ranged)
                _raise(values[starts[side, ranged] :], table, width, BITS[ranged])
    return Tops(values, starts)


@njit(cache=True, nogil=True, error_model="numpy")
def _seen_before(tables, side, ranged):
    """Whether a side's table of a ranged column is that of the first side."""
    starts = tables.starts[:, COMMONS + OWNS + ranged]
    return side > 0 and starts[side] == starts[0]


@njit(cache=True, nogil=True, error_model="numpy")
def _width(tables, side, ranged):
    """How many steps a ranged column's table has."""
    return (tables.lengths[side, COMMONS + OWNS + ranged] + (1 << BITS[ranged]) - 1) >> BITS[ranged]


@njit(cache=True, nogil=True, error_model="numpy")
def _levels(width):
    levels = 0
    while (1 << levels) <= width:
        levels += 1
    return levels


@njit(cache=True, nogil=True, error_model="numpy")
def _raise(values, table, width, bits):
    """Fill in the greatest values, level by level, each of `width`."""
    for step in range(width):
        most = 0.0
        for i in range(step << bits, min((step + 1) << bits, len(table))):
            most = table[i] if table[i] > most else most
        values[step] = most
    for level in range(1, _levels(width)):
        half, at = 1 << (level - 1), level * width
        below, above = values[at - width : at], values[at : at + width]
        for i in range(width - 2 * half + 1):
            above[i] = below[i] if below[i] > below[i + half] else below[i + half]
