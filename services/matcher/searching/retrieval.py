"""The exact bounded search: rows enough to hold the best, without scoring every place.

Places are searched by group (see `models/snapshot/groups.py`). A group's features are known but
for size, rank and location, of which the best value within the group's range bounds it from
above; a text is bounded by a sketch of its vector. What cannot be among the best is not read any
further. What comes back holds every place of the true top; the caller ranks it by the same
arithmetic as it would all places.
"""

import numpy as np

from models.snapshot.groups import OpenGroups
from services.matcher.features import Scores
from services.matcher.searching.compiled import KERNEL
from services.matcher.searching.query import ROUNDING, Found, Query
from services.matcher.searching.steps import Steps
from services.matcher.terms import Rows

# How many texts near the question's have their places scored first, where texts decide.
NEAREST = 128


def best_rows(query: Query, open_: OpenGroups, barred: Rows, count: int) -> Rows | None:
    """Rows that hold the best `count` of the open groups' rows but the barred ones.

    None where the search cannot be bounded: then all rows are to be scored.
    """
    if not query.bounded:
        return None
    first, best = _first(query, open_, barred), np.full(count, -1.0)
    if not len(first):
        return _searched(query, open_, barred, best)[0]
    scores = query.in_full(first)
    best = np.sort(np.append(best, scores))[-count:]
    rows, least = _searched(query, open_, np.union1d(barred, first), best)
    return np.sort(np.append(rows, first[scores >= least - 2 * ROUNDING]))


def _searched(query: Query, open_: OpenGroups, barred: Rows, best: Scores) -> Found:
    found = KERNEL.rows(query, open_, barred, best)
    return Steps(query).rows(open_, barred, best) if found is None else found


def _first(query: Query, open_: OpenGroups, barred: Rows) -> Rows:
    """The rows that are scored first, by themselves.

    Those that a term tells of one by one, as no group's bound holds for them; and where texts
    decide those that wrote the nearest, so that little is left that can still be among the best.
    """
    rows = np.empty(0, np.intp) if query.ties is None else query.ties.rows
    if query.text is not None and query.text_decides:
        most, texts = query.most_of_texts, query.text.texts
        near = np.argpartition(-most, NEAREST)[:NEAREST] if len(most) > NEAREST else slice(None)
        rows = np.union1d(rows, texts.owners[near])
    if not len(rows):
        return rows
    groups = query.places.groups
    return np.setdiff1d(rows[open_.holds(groups, groups.of_row[rows])], barred)
