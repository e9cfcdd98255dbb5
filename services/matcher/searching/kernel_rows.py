"""The compiled search's rows: those of groups that can be among the best, scored one by one."""

# mypy: allow-untyped-defs, allow-untyped-calls

from typing import NamedTuple

import numpy as np
from numba import njit

from services.matcher.searching.coverages import COVERAGES
from services.matcher.searching.kernel_lines import near_row
from services.matcher.searching.kernel_tables import COMMONS, OWNS, RANGES
from services.matcher.searching.kernel_texts import likeness, most_alike
from services.matcher.searching.query import ROUNDING

# How many groups of a chunk are opened at once; the others can wait.
LIKELIEST = 4
# The worth of what cannot be among the best.
NOWHERE = -1e9


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
    factor: np.ndarray
    """Room for what the worth of a group's rows counts on each side."""
    worth: np.ndarray
    """Room for what the rows of a group are worth (sides, rows)."""


@njit(cache=True, nogil=True, error_model="numpy")
def nothing_found(world, sides, best, barred):
    """None of the rows yet; `best` are the scores held before."""
    size, factor, worth = np.zeros(1, np.int64), np.empty(sides), np.empty((sides, world.largest))
    listed, scores = np.empty(len(world.members), np.int32), np.empty(len(world.members))
    return Found(listed, scores, best, best.copy(), size, barred, factor, worth)


@njit(cache=True, nogil=True, error_model="numpy")
def least_of(best, sure):
    """What is to be reached, with room for rounding."""
    return max(best[0], sure[0]) - ROUNDING


@njit(cache=True, nogil=True, error_model="numpy")
def best_of(found):
    """The rows that are still among the best, in order, and the least score of the best."""
    least, rows, count = found.best[0], np.empty(found.size[0], np.int64), 0
    for i in range(len(rows)):
        if found.scores[i] >= least - 2 * ROUNDING:
            rows[count] = found.rows[i]
            count += 1
    return np.sort(rows[:count]), least


@njit(cache=True, nogil=True, error_model="numpy")
def _listed(rows, row):
    at = np.searchsorted(rows, row)
    return at < len(rows) and rows[at] == row


@njit(cache=True, nogil=True, error_model="numpy")
def _put(best, score):
    """Put a score in the place of the least of the best, which are sorted from the least up."""
    at = 0
    while at + 1 < len(best) and best[at + 1] < score:
        best[at] = best[at + 1]
        at += 1
    best[at] = score


@njit(cache=True, nogil=True, error_model="numpy")
def note(world, chunk, found):
    """Note what groups of one row, whose every column is read, reach at least."""
    groups, reach, sure, barred = chunk.groups, chunk.reach, found.sure, found.barred
    starts, members = world.starts, world.members
    for i in range(chunk.size[0]):
        first = starts[groups[i]]
        better = reach[1, i] > sure[0] and starts[groups[i] + 1] == first + 1
        if better and not _listed(barred, members[first]):
            _put(sure, reach[1, i])


@njit(cache=True, nogil=True, error_model="numpy")
def open_likeliest(world, question, tables, sketches, chunk, found, later):
    """Open the likeliest groups of a chunk; the others that can be among the best put off.

    Their scores say what is to be reached, and at the end most of the others cannot any more.
    """
    order = np.argsort(-chunk.reach[0, : chunk.size[0]])
    for nth in range(len(order)):
        i = order[nth]
        if chunk.reach[0, i] < least_of(found.best, found.sure):
            break
        if nth < LIKELIEST or later.size[0] == len(later.groups):
            _open(world, question, tables, sketches, chunk, i, found)
        else:
            _put_off(chunk, i, later)
    chunk.size[0] = 0


@njit(cache=True, nogil=True, error_model="numpy")
def _put_off(chunk, i, later):
    at = later.size[0]
    later.groups[at], later.reach[0, at] = chunk.groups[i], chunk.reach[0, i]
    for side in range(len(chunk.told)):
        later.told[side, at], later.worth[side, at] = chunk.told[side, i], chunk.worth[side, i]
    later.size[0] += 1


@njit(cache=True, nogil=True, error_model="numpy")
def open_rest(world, question, tables, sketches, later, found):
    """Open the groups that were put off, the likeliest first."""
    _sharpen(world, question, sketches, later, found)
    for i in np.argsort(-later.reach[0, : later.size[0]]):
        if later.reach[0, i] < least_of(found.best, found.sure):
            break
        _open(world, question, tables, sketches, later, i, found)


@njit(cache=True, nogil=True, error_model="numpy")
def _sharpen(world, question, sketches, later, found):
    """Bound what was put off by the sketches of its texts: all at once, as memory is slow."""
    weight, floor = question.text
    if weight == 0 or len(question.most) > 0:
        return
    least, span = least_of(found.best, found.sure), max(1 - floor, 1e-6)
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


@njit(cache=True, nogil=True, error_model="numpy")
def _open(world, question, tables, sketches, chunk, i, found):
    """Score the rows of one of a chunk's groups; hold the best."""
    group = chunk.groups[i]
    _begin(world, question, tables, chunk, i, found)
    _draw_near(world, question, tables, group, found)
    _add_texts(world, question, sketches, group, found)
    _hold(world, group, found)


@njit(cache=True, nogil=True, error_model="numpy")
def _begin(world, question, tables, chunk, i, found):
    """Fill in what the rows of a group are worth on each side, but for location and texts."""
    fine, cells, group, worth = world.fine, tables.cells, chunk.groups[i], found.worth
    first, end, factor = world.starts[group], world.starts[group + 1], found.factor
    told, of_group, starts = chunk.told, chunk.worth, tables.starts
    for side in range(len(worth)):
        known = told[side, i]
        factor[side] = (known / question.total) ** question.gamma / known if known > 0 else 0.0
        for at in range(end - first):
            worth[side, at] = of_group[side, i]
        for ranged in range(RANGES):
            start = starts[side, COMMONS + OWNS + ranged]
            if start >= 0:
                for at in range(end - first):
                    worth[side, at] += cells[start + fine[first + at, ranged], 1]


@njit(cache=True, nogil=True, error_model="numpy")
def _draw_near(world, question, tables, group, found):
    """Add what location is worth to those rows of a group that can be among the best."""
    worth, factor, far = found.worth, found.factor, tables.far
    points, point, steps = world.points, question.point, question.by_line
    first, least = world.starts[group], least_of(found.best, found.sure)
    near, text = tables.near[group], question.text[0] * world.written[group]
    count = world.starts[group + 1] - first if len(steps) > 0 and world.located[group] else 0
    for at in range(count):
        reach = np.inf
        for side in range(len(worth)):
            reach = min(reach, (worth[side, at] + near * far[side] + text) * factor[side])
        if reach < least:
            worth[0, at] = NOWHERE
            continue
        value = near_row(point, points, first + at, steps)
        for side in range(len(worth)):
            worth[side, at] += value * far[side]


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def _add_texts(world, question, sketches, group, found):
    """Add what likeness of texts is worth to those rows of a group that can be among the best."""
    worth, factor, weight, floor = found.worth, found.factor, question.text[0], question.text[1]
    first, end, span = world.starts[group], world.starts[group + 1], max(1 - floor, 1e-6)
    least = least_of(found.best, found.sure)
    count = end - first if weight > 0 and world.written[group] else 0
    for at in range(count):
        wanted = 0.0
        for side in range(len(worth)):
            if factor[side] > 0:
                wanted = max(wanted, (least / factor[side] - worth[side, at]) / weight)
        if wanted > 1:
            worth[0, at] = NOWHERE
            continue
        cosine = likeness(world, first + at, question, sketches, floor + wanted * span)
        value = min(max((cosine - floor) / span, 0.0), 1.0)
        for side in range(len(worth)):
            worth[side, at] += weight * value


@njit(cache=True, nogil=True, error_model="numpy")
def _hold(world, group, found):
    """Hold those rows of a group that are among the best so far."""
    rows, scores, worth, factor = found.rows, found.scores, found.worth, found.factor
    best, sure, barred, members = found.best, found.sure, found.barred, world.members
    first, size = world.starts[group], found.size[0]
    for at in range(world.starts[group + 1] - first):
        score, row = np.inf, members[first + at]
        for side in range(len(worth)):
            score = min(score, worth[side, at] * factor[side])
        if score >= least_of(best, sure) and not _listed(barred, row):
            if score > best[0]:
                _put(best, score)
            rows[size], scores[size] = row, score
            size += 1
    found.size[0] = size
