"""The compiled search's texts: cosines with the question's, read no further than is needed."""

# mypy: allow-untyped-defs, allow-untyped-calls

import numpy as np
from numba import njit

from models.snapshot.texts import STEP

# Room for products of single precision.
ROUNDING_OF_SKETCHES = 1e-5


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract"})
def _product(ours, theirs):
    total = 0.0
    for i in range(len(ours)):
        total += np.float64(ours[i]) * np.float64(theirs[i])
    return total


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract"})
def _part(ours, theirs, start):
    total = np.float32(0)
    for i in range(start, start + STEP):
        total += ours[i] * theirs[i]
    return total


@njit(cache=True, nogil=True)
def sketches_of(world, queries):
    """The queries' parts along the directions, and what is left of them after each step."""
    steps = world.rests.shape[1]
    leads = np.zeros((len(queries), steps * STEP), np.float32)
    rests = np.zeros((len(queries), steps), np.float32)
    for query in range(len(queries)):
        left = _product(queries[query], queries[query])
        for at in range(steps * STEP):
            lead = _product(world.directions[at], queries[query])
            leads[query, at] = lead
            left -= lead * lead
            rests[query, at // STEP] = np.sqrt(max(left, 0.0))
    return leads, rests


@njit(cache=True, nogil=True, inline="always")
def _likely(world, text, lead, rest, least):
    """Whether a text's cosine with a query can be so much, by what is sketched of both."""
    part = np.float32(0)
    for step in range(world.rests.shape[1]):
        part += _part(world.leads[text], lead, step * STEP)
        if part + world.rests[text, step] * rest[step] + ROUNDING_OF_SKETCHES < least:
            return False
    return True


@njit(cache=True, nogil=True, inline="always")
def likeness(world, at, question, sketches, least):
    """The best cosine of a position's texts with the queries, where it is `least` or more."""
    leads, rests = sketches
    best = -2.0
    for text in range(world.text_starts[at], world.text_starts[at + 1]):
        row, known = world.texts[text], len(question.most) > 0
        if known and question.most[row] < max(least, best):
            continue
        for query in range(len(question.queries)):
            if known or _likely(world, text, leads[query], rests[query], max(least, best)):
                best = max(best, _product(world.vectors[row], question.queries[query]))
    return best
