"""One compiled pass over the groups: what `retrieval` does in steps, with the same tables.

No feature is known here. Groups are taken some hundreds at a time, the likeliest combinations
first; a sieve leaves most of them out. Of the others the bounds are added up column by column, the
likeliest are opened, since the scores of their rows say what is to be reached, and what is left
is put off to the end, when most of it cannot reach that any more. The rows returned hold the true
top; their scores are as close to the true ones as rounding lets them be.

Importing this module imports the compiler; `compiled` does it aside. The arguments are those of
`models.snapshot.packed` and of `compiled`; types are the compiler's to infer.
"""

# mypy: allow-untyped-defs, allow-untyped-calls

from typing import NamedTuple

import numpy as np
from numba import njit

from services.matcher.searching.coverages import COVERAGES
from services.matcher.searching.kernel_sieve import sieve_of, sift
from services.matcher.searching.kernel_tables import (
    COMMONS,
    FINES,
    OWNS,
    laid_out,
    top_of,
    tops_of,
)
from services.matcher.searching.kernel_texts import likeness, sketches_of

# How many groups are taken at first, and at most: the first ones only say what is to be reached.
FEW_GROUPS, MOST_GROUPS = 64, 1024
# How many of these are opened at once, and how many put off until the end.
LIKELIEST, MOST_PUT_OFF = 4, 4096
# Room for sums taken in another order.
ROUNDING = 1e-9


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


class Found(NamedTuple):
    """Rows that were among the best when they came, and the best scores from the least up."""

    rows: np.ndarray
    scores: np.ndarray
    best: np.ndarray
    sure: np.ndarray
    """The best of what some rows reach at least, before they are scored."""
    size: np.ndarray
    barred: np.ndarray
    """Rows that are left out, sorted."""


@njit(cache=True, nogil=True)
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


@njit(cache=True, nogil=True)
def _likeliest(question, tables, commons, coverages, open_):
    """The open combinations, the likeliest first, and how far each can reach."""
    reach = np.full(len(open_), -1.0)
    for at in range(len(open_)):
        if open_[at]:
            reach[at] = 2.0
            for side in range(len(tables.weights)):
                rest = question.text[0] + tables.weights[side, COMMONS:].sum()
                told, worth = commons[at, side, 0] + rest, commons[at, side, 1] + rest
                covered = coverages[int(told / question.total * COVERAGES)]
                reach[at] = min(reach[at], worth / told * covered if told > 0 else 0.0)
    order = np.argsort(-reach)
    return order[: np.sum(reach >= 0)], reach


@njit(cache=True, nogil=True)
def _listing(chunk, first, last, open_groups):
    """The open groups from one to another, written behind those of the chunk."""
    groups, count = chunk.groups[chunk.size[0] :], 0
    for group in range(first, last):
        groups[count] = group
        count += len(open_groups) == 0 or open_groups[group]
    return groups[:count]


@njit(cache=True, nogil=True)
def _take_in(world, question, common, chunk, count):
    """Take the next groups written there into the chunk, with what their combination says."""
    first = chunk.size[0]
    for i in range(first, first + count):
        text = question.text[0] if world.written[chunk.groups[i]] else 0.0
        for side in range(len(common)):
            chunk.told[side, i] = common[side, 0] + text
            chunk.worth[side, i] = common[side, 1]
        chunk.reach[:, i] = 2.0
    chunk.size[0] += count


@njit(cache=True, nogil=True, inline="always")
def _listed(rows, row):
    at = np.searchsorted(rows, row)
    return at < len(rows) and rows[at] == row


@njit(cache=True, nogil=True, inline="always")
def _least(found):
    """What is to be reached, with room for rounding."""
    return max(found.best[0], found.sure[0]) - ROUNDING


@njit(cache=True, nogil=True, inline="always")
def _put(best, score):
    """Put a score in the place of the least of the best, which are sorted from the least up."""
    at = 0
    while at + 1 < len(best) and best[at + 1] < score:
        best[at] = best[at + 1]
        at += 1
    best[at] = score


@njit(cache=True, nogil=True)
def _add_fine(world, tables, tops, chunk, side):
    """Add the most that size, rank and location can be worth within each group."""
    for fine in range(FINES):
        weight = tables.weights[side, COMMONS + OWNS + fine]
        if weight <= 0:
            continue
        start = tables.starts[side, COMMONS + OWNS + fine]
        for i in range(chunk.size[0]):
            group = chunk.groups[i]
            if world.known[group, fine]:
                first, last = world.ranges[group, fine, 0], world.ranges[group, fine, 1]
                chunk.told[side, i] += weight
                if first == last:
                    chunk.most[i] += tables.cells[start + first, 1]
                else:
                    chunk.most[i] += top_of(tops, side, fine, first, last)


@njit(cache=True, nogil=True)
def _add_own(world, tables, chunk, side):
    """Add what the own columns say: column by column, which no guess of a branch holds up."""
    for own in range(OWNS):
        start = tables.starts[side, COMMONS + own]
        if start >= 0:
            for i in range(chunk.size[0]):
                cell = start + world.own[chunk.groups[i], own]
                chunk.told[side, i] += tables.cells[cell, 0]
                chunk.worth[side, i] += tables.cells[cell, 1]


@njit(cache=True, nogil=True)
def _drop(question, chunk, side, least):
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
        text = question.most_of_groups[group]
        below = coverages[step - 1] if step > 0 else 0.0
        chunk.reach[0, kept] = min(chunk.reach[0, i], value * share * coverages[step])
        chunk.reach[1, kept] = min(chunk.reach[1, i], (value - text) * share * below)
        chunk.groups[kept] = group
        for each in range(sides):
            chunk.told[each, kept] = chunk.told[each, i]
            chunk.worth[each, kept] = chunk.worth[each, i]
        kept += 1
    chunk.size[0] = kept


@njit(cache=True, nogil=True)
def _note(world, chunk, found):
    """Note what groups of one row, whose every column is read, reach at least."""
    for i in range(chunk.size[0]):
        first, last = world.starts[chunk.groups[i]], world.starts[chunk.groups[i] + 1]
        better = last == first + 1 and chunk.reach[1, i] > found.sure[0]
        if better and not _listed(found.barred, world.members[first]):
            _put(found.sure, chunk.reach[1, i])


@njit(cache=True, nogil=True)
def _look_into(world, question, tables, tops, chunk, found):
    """Read a chunk's groups side by side, and drop those that cannot be among the best."""
    for side in range(len(chunk.told)):
        for i in range(chunk.size[0]):
            chunk.most[i] = question.most_of_groups[chunk.groups[i]]
        _add_fine(world, tables, tops, chunk, side)
        _add_own(world, tables, chunk, side)
        _drop(question, chunk, side, _least(found))
    _note(world, chunk, found)


@njit(cache=True, nogil=True, inline="always")
def _score(worth, factor):
    score = worth[0] * factor[0]
    for side in range(1, len(factor)):
        score = min(score, worth[side] * factor[side])
    return score


@njit(cache=True, nogil=True, inline="always")
def _with_text(world, at, question, sketches, worth, factor, least):
    """The score of a row that wrote texts; -1 where it cannot reach the least."""
    weight, floor = question.text
    wanted = 0.0
    for side in range(len(factor)):
        if factor[side] > 0:
            wanted = max(wanted, (least / factor[side] - worth[side]) / weight)
    if wanted > 1:
        return -1.0
    span = max(1 - floor, 1e-6)
    cosine = likeness(world, at, question, sketches, floor + wanted * span)
    value = min(max((cosine - floor) / span, 0.0), 1.0)
    for side in range(len(factor)):
        worth[side] += weight * value
    return _score(worth, factor)


@njit(cache=True, nogil=True, inline="always")
def _hold(found, row, score):
    """Note a row that is among the best so far."""
    if score > found.best[0]:
        _put(found.best, score)
    found.rows[found.size[0]], found.scores[found.size[0]] = row, score
    found.size[0] += 1


@njit(cache=True, nogil=True, inline="always")
def _of_row(world, tables, chunk, i, at, worth):
    """What a row is worth on each side, but for its texts."""
    for side in range(len(worth)):
        worth[side] = chunk.worth[side, i]
        for fine in range(FINES):
            start = tables.starts[side, COMMONS + OWNS + fine]
            if start >= 0:
                worth[side] += tables.cells[start + world.fine[at, fine], 1]


@njit(cache=True, nogil=True)
def _score_rows(world, tables, chunk, i, factor, worth, found):
    """Score the rows of a group without texts; hold those among the best."""
    group = chunk.groups[i]
    for at in range(world.starts[group], world.starts[group + 1]):
        _of_row(world, tables, chunk, i, at, worth)
        score = _score(worth, factor)
        if score >= _least(found) and not _listed(found.barred, world.members[at]):
            _hold(found, world.members[at], score)


@njit(cache=True, nogil=True)
def _open(world, question, tables, sketches, chunk, i, found):
    """Score the rows of one of a chunk's groups; hold the best."""
    sides, group = len(tables.starts), chunk.groups[i]
    factor, worth = np.zeros(sides), np.zeros(sides)
    for side in range(sides):
        told = chunk.told[side, i]
        factor[side] = (told / question.total) ** question.gamma / told if told > 0 else 0.0
    if not world.written[group] or question.text[0] == 0:
        _score_rows(world, tables, chunk, i, factor, worth, found)
        return
    for at in range(world.starts[group], world.starts[group + 1]):
        _of_row(world, tables, chunk, i, at, worth)
        least = _least(found)
        score = _with_text(world, at, question, sketches, worth, factor, least)
        if score >= least and not _listed(found.barred, world.members[at]):
            _hold(found, world.members[at], score)


@njit(cache=True, nogil=True)
def _open_likeliest(world, question, tables, sketches, chunk, found, later):
    """Open the likeliest groups of a chunk; the others that can be among the best put off.

    Their scores say what is to be reached, and at the end most of the others cannot any more.
    """
    order = np.argsort(-chunk.reach[0, : chunk.size[0]])
    for nth in range(len(order)):
        i = order[nth]
        if chunk.reach[0, i] < _least(found):
            break
        if nth < LIKELIEST or later.size[0] == len(later.groups):
            _open(world, question, tables, sketches, chunk, i, found)
        else:
            _put_off(chunk, i, later)
    chunk.size[0] = 0


@njit(cache=True, nogil=True)
def _put_off(chunk, i, later):
    at = later.size[0]
    later.groups[at], later.reach[0, at] = chunk.groups[i], chunk.reach[0, i]
    later.told[:, at], later.worth[:, at] = chunk.told[:, i], chunk.worth[:, i]
    later.size[0] += 1


@njit(cache=True, nogil=True)
def _open_rest(world, question, tables, sketches, later, found):
    """Open the groups that were put off, the likeliest first."""
    for i in np.argsort(-later.reach[0, : later.size[0]]):
        if later.reach[0, i] < _least(found):
            break
        _open(world, question, tables, sketches, later, i, found)


@njit(cache=True, nogil=True)
def _chunk(sides, size):
    sums, none = np.empty((2, sides, size)), np.zeros(1, np.int64)
    groups, most, reach = np.empty(size, np.int64), np.empty(size), np.empty((2, size))
    return Chunk(groups, sums[0], sums[1], most, reach, none)


@njit(cache=True, nogil=True)
def search(world, question, terms, asked, best):
    """(rows, scores) that hold the best of the open groups' rows but the barred ones.

    `asked` are the open combinations, the open groups (none where all are) and the barred rows,
    sorted; `best` the scores held before, from the least up.
    """
    open_commons, open_groups, barred = asked
    rows, sides = len(world.members), len(question.given)
    found = Found(
        np.empty(rows, np.int32), np.empty(rows), best, best.copy(), np.zeros(1, np.int64), barred
    )
    tables = laid_out(terms, sides)
    tops, sketches = tops_of(tables), sketches_of(world, question.queries)
    commons = _commons(world, question, tables, open_commons)
    order, reach = _likeliest(question, tables, commons, question.coverages, open_commons)
    sieve, chunk = sieve_of(tables, question), _chunk(sides, MOST_GROUPS)
    later, seen, most = _chunk(sides, MOST_PUT_OFF), 0, FEW_GROUPS
    for at in order:
        if reach[at] < _least(found):
            break
        group, end = world.common_starts[at], world.common_starts[at + 1]
        while group < end:
            last = min(end, group + most - seen)
            groups, common = _listing(chunk, group, last, open_groups), commons[at]
            left = sift(world, question, tables, tops, sieve, common, groups, _least(found))
            _take_in(world, question, common, chunk, left)
            seen, group = seen + last - group, last
            if seen == most:
                _look_into(world, question, tables, tops, chunk, found)
                _open_likeliest(world, question, tables, sketches, chunk, found, later)
                seen, most = 0, min(2 * most, MOST_GROUPS)
    _look_into(world, question, tables, tops, chunk, found)
    _open_likeliest(world, question, tables, sketches, chunk, found, later)
    _open_rest(world, question, tables, sketches, later, found)
    return found.rows[: found.size[0]], found.scores[: found.size[0]]
