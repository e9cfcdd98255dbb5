"""The compiled search's rows: those of groups that can be among the best, scored one by one."""

# mypy: allow-untyped-defs, allow-untyped-calls

from typing import NamedTuple

import numpy as np
from numba import njit

from services.matcher.searching.coverages import COVERAGES
from services.matcher.searching.kernel_lines import near_rows
from services.matcher.searching.kernel_tables import COMMONS, OWNS, RANGES
from services.matcher.searching.kernel_texts import likeness, most_alike
from services.matcher.searching.query import ROUNDING

# How many groups of a chunk are opened at once; the others can wait.
LIKELIEST = 4


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
    side: np.ndarray
    """Room for a row's factor and worth on each side (2, sides)."""
    near: np.ndarray
    """Room for how near the rows of a group lie."""


@njit(cache=True, nogil=True)
def nothing_found(world, sides, best, barred):
    """None of the rows yet; `best` are the scores held before."""
    size, room, near = np.zeros(1, np.int64), np.empty((2, sides)), np.empty(world.largest)
    listed, scores = np.empty(len(world.members), np.int32), np.empty(len(world.members))
    return Found(listed, scores, best, best.copy(), size, barred, room, near)


@njit(cache=True, nogil=True, inline="always")
def least_of(found):
    """What is to be reached, with room for rounding."""
    return max(found.best[0], found.sure[0]) - ROUNDING


@njit(cache=True, nogil=True)
def best_of(found):
    """The rows that are still among the best, in order, and the least score of the best."""
    least, rows, count = found.best[0], np.empty(found.size[0], np.int64), 0
    for i in range(len(rows)):
        if found.scores[i] >= least - 2 * ROUNDING:
            rows[count] = found.rows[i]
            count += 1
    return np.sort(rows[:count]), least


@njit(cache=True, nogil=True, inline="always")
def _listed(rows, row):
    at = np.searchsorted(rows, row)
    return at < len(rows) and rows[at] == row


@njit(cache=True, nogil=True, inline="always")
def _put(best, score):
    """Put a score in the place of the least of the best, which are sorted from the least up."""
    at = 0
    while at + 1 < len(best) and best[at + 1] < score:
        best[at] = best[at + 1]
        at += 1
    best[at] = score


@njit(cache=True, nogil=True)
def note(world, chunk, found):
    """Note what groups of one row, whose every column is read, reach at least."""
    for i in range(chunk.size[0]):
        first, last = world.starts[chunk.groups[i]], world.starts[chunk.groups[i] + 1]
        better = last == first + 1 and chunk.reach[1, i] > found.sure[0]
        if better and not _listed(found.barred, world.members[first]):
            _put(found.sure, chunk.reach[1, i])


@njit(cache=True, nogil=True)
def open_likeliest(world, question, tables, sketches, chunk, found, later):
    """Open the likeliest groups of a chunk; the others that can be among the best put off.

    Their scores say what is to be reached, and at the end most of the others cannot any more.
    """
    order = np.argsort(-chunk.reach[0, : chunk.size[0]])
    for nth in range(len(order)):
        i = order[nth]
        if chunk.reach[0, i] < least_of(found):
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
def open_rest(world, question, tables, sketches, later, found):
    """Open the groups that were put off, the likeliest first."""
    _sharpen(world, question, sketches, later, found)
    for i in np.argsort(-later.reach[0, : later.size[0]]):
        if later.reach[0, i] < least_of(found):
            break
        _open(world, question, tables, sketches, later, i, found)


@njit(cache=True, nogil=True)
def _sharpen(world, question, sketches, later, found):
    """Bound what was put off by the sketches of its texts: all at once, as memory is slow."""
    weight, floor = question.text
    if weight == 0 or len(question.most) > 0:
        return
    least, span = least_of(found), max(1 - floor, 1e-6)
    for i in range(later.size[0]):
        group = later.groups[i]
        at = world.starts[group]
        if (
            later.reach[0, i] < least
            or not world.written[group]
            or world.starts[group + 1] > at + 1
        ):
            continue
        less = weight * (1 - max((most_alike(world, at, sketches) - floor) / span, 0.0))
        counts = np.inf
        for side in range(len(later.told)):
            told = later.told[side, i]
            step = int(told / question.total * COVERAGES)
            counts = min(counts, question.coverages[step] / told)
        later.reach[0, i] -= max(less, 0.0) * counts


@njit(cache=True, nogil=True)
def _open(world, question, tables, sketches, chunk, i, found):
    """Score the rows of one of a chunk's groups; hold the best."""
    sides, group = len(tables.starts), chunk.groups[i]
    factor, worth = found.side
    for side in range(sides):
        told = chunk.told[side, i]
        factor[side] = (told / question.total) ** question.gamma / told if told > 0 else 0.0
    first, end = world.starts[group], world.starts[group + 1]
    if len(question.by_line) > 0 and world.located[group]:
        near_rows(question.point, world.points[first:end], question.by_line, found.near)
    else:
        found.near[: end - first] = 0.0
    if not world.written[group] or question.text[0] == 0:
        _score_rows(world, tables, chunk, i, factor, worth, found)
        return
    for at in range(first, end):
        _of_row(world, tables, chunk, i, at, found.near[at - first], worth)
        least = least_of(found)
        score = _with_text(world, at, question, sketches, worth, factor, least)
        if score >= least and not _listed(found.barred, world.members[at]):
            _hold(found, world.members[at], score)


@njit(cache=True, nogil=True)
def _score_rows(world, tables, chunk, i, factor, worth, found):
    """Score the rows of a group without texts; hold those among the best."""
    first, end = world.starts[chunk.groups[i]], world.starts[chunk.groups[i] + 1]
    for at in range(first, end):
        _of_row(world, tables, chunk, i, at, found.near[at - first], worth)
        score = _score(worth, factor)
        if score >= least_of(found) and not _listed(found.barred, world.members[at]):
            _hold(found, world.members[at], score)


@njit(cache=True, nogil=True, inline="always")
def _of_row(world, tables, chunk, i, at, near, worth):
    """What a row is worth on each side, but for its texts; `near` is what its location is."""
    for side in range(len(worth)):
        worth[side] = chunk.worth[side, i] + near * tables.far[side]
        for ranged in range(RANGES):
            start = tables.starts[side, COMMONS + OWNS + ranged]
            if start >= 0:
                worth[side] += tables.cells[start + world.fine[at, ranged], 1]


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
