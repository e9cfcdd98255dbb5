"""The compiled search's texts: cosines with the question's, read no further than is needed."""

# mypy: allow-untyped-defs, allow-untyped-calls

import numpy as np
from numba import njit

# Room for products of single precision.
ROUNDING_OF_SKETCHES = 1e-5


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"reassoc", "contract"})
def _product(ours, at, theirs, query):
    """The product of two rows; loops from 0 on are the ones that the compiler makes wide."""
    total = 0.0
    for i in range(ours.shape[1]):
        total += np.float64(ours[at, i]) * np.float64(theirs[query, i])
    return total


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"reassoc", "contract"})
def _product_in_brief(ours, at, theirs, query):
    total = np.float32(0)
    for i in range(ours.shape[1]):
        total += ours[at, i] * theirs[query, i]
    return total


@njit(cache=True, nogil=True, error_model="numpy")
def sketches_of(world, queries):
    """The queries' parts along the directions, and the length of what these leave of each."""
    leads = np.zeros((len(queries), len(world.directions)), np.float32)
    rests = np.zeros(len(queries), np.float32)
    for query in range(len(queries)):
        left = _product(queries, query, queries, query)
        for at in range(len(world.directions)):
            lead = _product(world.directions, at, queries, query)
            leads[query, at] = lead
            left -= lead * lead
        rests[query] = np.sqrt(max(left, 0.0))
    return leads, rests


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _most(world, text, sketches, query):
    """The most that a text's cosine with a query can be, by what is sketched of both."""
    leads, rests = sketches
    part = _product_in_brief(world.leads, text, leads, query)
    return part + world.rests[text] * rests[query] + ROUNDING_OF_SKETCHES


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def most_alike(world, at, sketches):
    """The most that the best cosine of a position's texts with the queries can be."""
    most = np.float32(-2.0)
    for text in range(world.text_starts[at], world.text_starts[at + 1]):
        for query in range(len(sketches[1])):
            most = max(most, _most(world, text, sketches, query))
    return most


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def likeness(world, at, question, sketches, least):
    """The best cosine of a position's texts with the queries, where it is `least` or more."""
    best, known = -2.0, len(question.most) > 0
    for text in range(world.text_starts[at], world.text_starts[at + 1]):
        row = world.texts[text]
        if known and question.most[row] < max(least, best):
            continue
        for query in range(len(question.queries)):
            if known or _most(world, text, sketches, query) >= max(least, best):
                best = max(best, _product(world.vectors, row, question.queries, query))
    return best
