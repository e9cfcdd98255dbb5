"""One compiled pass over the groups: what `retrieval` does in steps, with the same tables.

No feature is known here. Groups are taken some hundreds at a time, the likeliest combinations
first; a sieve leaves most of them out. Of the others the bounds are added up column by column, the
likeliest are opened, since the scores of their rows say what is to be reached, and what is left
is put off to the end, when most of it cannot reach that any more. The rows returned hold the true
top; their scores are as close to the true ones as rounding lets them be.

A tuple of arrays is dear to hand to a function: its arrays are copied and counted one by one. So
what is called once a group or a row is handed plain arrays, and a function takes out of its tuples
first what its loops read, leaves no loop early by `return`, and cuts no array within one: only then
does the compiler see that there is nothing to count.

Importing this module imports the compiler; `compiled` does it aside. The arguments are those of
`models.snapshot.packed` and of `compiled`; types are the compiler's to infer.
"""

# mypy: allow-untyped-defs, allow-untyped-calls

import numpy as np
from numba import njit

from services.matcher.searching.coverages import COVERAGES
from services.matcher.searching.kernel_bounds import empty_chunk, look_into, take_in
from services.matcher.searching.kernel_rows import (
    best_of,
    least_of,
    nothing_found,
    open_likeliest,
    open_rest,
)
from services.matcher.searching.kernel_sieve import sieve_of, sift, sums_of
from services.matcher.searching.kernel_tables import COMMONS, laid_out, tops_of
from services.matcher.searching.kernel_texts import sketches_of

# How many groups are taken at first, and at most: the first ones only say what is to be reached.
FEW_GROUPS, MOST_GROUPS = 64, 1024
# How many can be put off until the end.
MOST_PUT_OFF = 4096
# Steps of reach that combinations are ordered by.
STEPS = 256


@njit(cache=True, nogil=True, error_model="numpy")
def _commons(world, question, tables, open_):
    """What the common columns say of each combination (combinations, sides, 2)."""
    sides, count = len(tables.weights), len(world.common)
    sums = np.zeros((count, sides, 2))
    for at in range(count):
        if open_[at]:
            for side in range(sides):
                told, worth = question.given[side]
                for column in range(COMMONS):
                    if tables.starts[side, column] >= 0:
                        cell = tables.starts[side, column] + world.common[at, column]
                        told += tables.cells[cell, 0]
                        worth += tables.cells[cell, 1]
                sums[at, side] = told, worth
    return sums


@njit(cache=True, nogil=True, error_model="numpy")
def _likeliest(question, tables, commons, coverages, open_):
    """The open combinations, the likeliest first, and how far each can reach."""
    reach = np.full(len(open_), -1.0)
    for at in range(len(open_)):
        if open_[at]:
            reach[at] = 2.0
            for side in range(len(tables.weights)):
                rest = question.text[0] + tables.far[side] + tables.weights[side, COMMONS:].sum()
                told, worth = commons[at, side, 0] + rest, commons[at, side, 1] + rest
                covered = coverages[int(told / question.total * COVERAGES)]
                reach[at] = min(reach[at], worth / told * covered if told > 0 else 0.0)
    return _in_order(reach), reach


@njit(cache=True, nogil=True, error_model="numpy")
def _in_order(reach):
    """The open combinations from the farthest reach down, by its steps: sorting takes longer."""
    begins = np.zeros(STEPS + 2, np.int32)
    for at in range(len(reach)):
        if reach[at] >= 0:
            begins[_step(reach[at]) + 1] += 1
    for step in range(STEPS + 1):
        begins[step + 1] += begins[step]
    order = np.empty(begins[-1], np.int32)
    for at in range(len(reach)):
        if reach[at] >= 0:
            step = _step(reach[at])
            order[begins[step]] = at
            begins[step] += 1
    return order


@njit(cache=True, nogil=True, error_model="numpy")
def _step(reach):
    return STEPS - int(min(reach, 1.0) * STEPS)


@njit(cache=True, nogil=True, error_model="numpy")
def search(world, question, terms, asked, best):
    """The open groups' rows, but the barred ones, that can be the best; and the least score.

    `asked` are the open combinations, the open groups (none where all are) and the barred rows,
    sorted; `best` the scores held before, from the least up: they are written over.
    """
    open_commons, open_groups, barred = asked
    sides = len(question.given)
    found = nothing_found(world, sides, best, barred)
    tables = laid_out(terms, question, len(world.written))
    tops = tops_of(tables)
    sketches = sketches_of(world, question.queries)
    commons = _commons(world, question, tables, open_commons)
    order, reach = _likeliest(question, tables, commons, question.coverages, open_commons)
    sieve, chunk = sieve_of(tables, question), empty_chunk(sides, MOST_GROUPS)
    sums = sums_of(world, question, tables, tops, sieve, open_commons)
    later, seen, most = empty_chunk(sides, MOST_PUT_OFF), 0, FEW_GROUPS
    for at in order:
        least = least_of(found.best, found.sure)
        if reach[at] + 1 / STEPS < least:
            break
        if reach[at] < least:
            continue
        group, end = world.common_starts[at], world.common_starts[at + 1]
        while group < end:
            last = min(end, group + most - seen)
            span, groups = (group, last, least_of(found.best, found.sure)), chunk.groups
            left = sift(sieve, commons[at], sums, span, groups[chunk.size[0] :])
            if left > 0:
                take_in(world, question, commons[at], chunk, left, open_groups)
            seen, group = seen + last - group, last
            if seen == most:
                look_into(world, question, tables, tops, chunk, found)
                open_likeliest(world, question, tables, sketches, chunk, found, later)
                seen, most = 0, min(2 * most, MOST_GROUPS)
    look_into(world, question, tables, tops, chunk, found)
    open_likeliest(world, question, tables, sketches, chunk, found, later)
    open_rest(world, question, tables, sketches, later, found)
    return best_of(found)
