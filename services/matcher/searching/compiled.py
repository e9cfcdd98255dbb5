"""The compiled search: made ready beside the answering, and asked with a question's own terms.

Until the kernel is ready, and wherever it cannot be made, the search in steps answers the same.
No feature is known here: the kernel's tables are those of the terms.
"""

import hashlib
import logging
import time
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from threading import Thread
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.file_lock import FileLock
from models.snapshot.groups import COMMON, OWN, OpenGroups
from models.snapshot.packed import BITS, PACKED, RANGED, nothing_packed
from services.matcher.collector import let_stay
from services.matcher.features import PEER_FEATURES, Scores, fully
from services.matcher.searching.by_line import LOOSE, STEPS, line_table
from services.matcher.searching.coverages import COVERAGES, coverage_table
from services.matcher.searching.query import BOTH, ROUNDING, Found, Query
from services.matcher.terms import ColumnTerm, ComparedByLine, Rows

log = logging.getLogger(__name__)

# Seconds that a new matcher has for its first answers, before the compiler takes its share.
FIRST_ANSWERS = 3.0
# No question has more terms, on two sides: the kernel is compiled for so many.
MOST_TERMS = sum(1 if feature.told_once else 2 for feature in PEER_FEATURES)
MOST_TRUSTS = sum(2 for feature in PEER_FEATURES if feature.trust is not fully)
_NOTHING = np.empty(0)
_NOWHERE = (np.zeros(3), _NOTHING)
_ALL_GROUPS = np.empty(0, np.bool_)
_COLUMN = {name: at for at, name in enumerate(PACKED)}


class Question(NamedTuple):
    """What is asked for besides the columns."""

    given: Scores
    """What tells of every row alike (sides, 2): how much told, and what it is worth."""
    queries: NDArray[np.float32]
    """The asking side's texts (texts, dimension)."""
    text: Scores
    """The weight of likeness of texts, and the cosine that is worth nothing."""
    most: Scores
    """The most that each text's best cosine can be, where texts decide; else of none."""
    most_of_groups: Scores
    """The most that likeness of texts can add to each group, where texts decide; else of none."""
    far: Scores
    """The weight of how far apart two places lie (sides)."""
    point: Scores
    """Where the asking place lies in space, where that counts."""
    by_line: Scores
    """What lines from there are worth, by steps; nothing where they do not count."""
    coverages: Scores
    """Coverage ** gamma at the end of each of many small steps, for bounds."""
    total: float
    gamma: float


class Terms(NamedTuple):
    """The features as tables over the codes of a column."""

    weights: Scores
    read: NDArray[np.int64]
    """The side, the column and the trust of each (terms, 3); -1 where all of its weight counts."""
    values: tuple[Scores, ...]
    trusts: tuple[Scores, ...]
    """The parts of weights that count."""


class Kernel:
    """The kernel in its making, and then to be asked."""

    def __init__(self) -> None:
        self._search: Callable[..., Found] | None = None
        self._begun = False

    def start(self, folder: Path) -> None:
        """Make it soon, beside whatever else is done; what is compiled is kept in a folder."""
        if not self._begun:
            self._begun = True
            Thread(target=self._make_soon, args=(folder,), daemon=True, name="kernel").start()

    def make(self, folder: Path) -> bool:
        """Make it now; says whether that went well."""
        self._begun = True
        try:
            self._search = _compiled(folder)
        except Exception:
            # Whatever a compiler may lack here: answers do not depend on it.
            log.warning("the search cannot be compiled; it runs in steps", exc_info=True)
        return self._search is not None

    def _make_soon(self, folder: Path) -> None:
        time.sleep(FIRST_ANSWERS)
        self.make(folder)
        let_stay()  # a compiler is 100 ms to walk, meanwhile nobody is answered

    def rows(self, query: Query, open_: OpenGroups, barred: Rows, best: Scores) -> Found | None:
        """The open groups' rows, but the barred ones, that can be the best; and the least score.

        `best` are the scores held before, from the least up. None where there is no kernel.
        """
        if self._search is None:
            return None
        packed = query.places.packed
        groups = _ALL_GROUPS if open_.groups is None else open_.groups
        question = _question(query, packed.vectors.shape[1])
        asked = (open_.commons, groups, barred)
        return self._search(packed, question, _terms(query), asked, best)


KERNEL = Kernel()


def _compiled(folder: Path) -> Callable[..., Found]:
    """The kernel, compiled for this machine or read from the folder."""
    from numba.core import config

    folder = folder / _version()
    config.CACHE_DIR = str(folder)  # type: ignore[attr-defined]
    # One process compiles; the others read what it has kept, and search in steps meanwhile.
    with FileLock(folder / "making.lock"):
        return _made()


def _made() -> Callable[..., Found]:
    from services.matcher.searching import kernel

    question = Question(
        np.zeros((1, 2)),
        np.empty((0, 1), np.float32),
        np.zeros(2),
        _NOTHING,
        _NOTHING,
        np.zeros(1),
        *_NOWHERE,
        coverage_table(1.0),
        total=1.0,
        gamma=1.0,
    )
    nothing = Terms(
        np.empty(0), np.empty((0, 3), np.int64), (_NOTHING,) * MOST_TERMS, (_NOTHING,) * MOST_TRUSTS
    )
    asked = (np.empty(0, np.bool_), _ALL_GROUPS, np.empty(0, np.intp))
    search: Callable[..., Found] = kernel.search
    search(nothing_packed(), question, nothing, asked, np.zeros(1))
    return search


def _version() -> str:
    """A name for all that shapes what is compiled: a kept part is not asked what it was made of."""
    digest = hashlib.sha256(
        repr((COMMON, OWN, RANGED, BITS, COVERAGES, STEPS, LOOSE, ROUNDING, BOTH)).encode()
    )
    for path in sorted(Path(__file__).parent.glob("kernel*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _question(query: Query, dimension: int) -> Question:
    given, text = np.zeros((len(query.sides), 2)), query.text
    if query.ties is not None:
        given[:] = query.ties.weight, query.ties.weight * (query.ties.otherwise or 0)
    queries, weights = _no_text(dimension)
    if text is not None:
        queries = np.array(text.queries, np.float32, order="C")
        weights = np.array([text.weight, text.floor])
    return Question(
        given,
        queries,
        weights,
        query.most_of_texts if query.text_decides else _NOTHING,
        query.most_of_groups if query.text_decides else _NOTHING,
        *_by_line(query),
        coverage_table(float(query.gamma)),
        float(query.total),
        float(query.gamma),
    )


def _by_line(query: Query) -> tuple[Scores, Scores, Scores]:
    """What is told by how far apart two places lie: its weight on each side, and what by."""
    far, found = np.zeros(len(query.sides)), _NOWHERE
    for side, terms in enumerate(query.sides):
        for term in terms:
            if isinstance(term, ColumnTerm) and isinstance(term.compared, ComparedByLine):
                far[side] = term.weight
                found = term.compared.point[:, 0], line_table(term.compared.by_line)
    return far, *found


@lru_cache(maxsize=8)
def _no_text(dimension: int) -> tuple[NDArray[np.float32], Scores]:
    return np.empty((0, dimension), np.float32), np.zeros(2)


def _terms(query: Query) -> Terms:
    """The terms of all sides, once each; what likeness of texts and ties tell is not among them."""
    weights: list[float] = []
    read: list[tuple[int, int, int]] = []
    values: list[Scores] = []
    trusts: list[Scores] = []
    theirs = {id(term) for term in query.sides[-1]} if len(query.sides) > 1 else ()
    ours = {id(term) for term in query.sides[0]} if theirs else ()
    for side, terms in enumerate(query.sides):
        for term in terms:
            if not isinstance(term, ColumnTerm) or (side and id(term) in ours):
                continue
            compared = term.compared
            if isinstance(compared, ComparedByLine):
                continue
            on = BOTH if id(term) in theirs and not side else side
            read.append((on, _COLUMN[term.column], -1 if compared.trust is None else len(trusts)))
            weights.append(term.weight)
            values.append(compared.values)
            if compared.trust is not None:
                trusts.append(compared.trust)
    return Terms(
        np.array(weights, np.float64),
        np.array(read, np.int64).reshape(-1, 3),
        (*values, *_no_tables(MOST_TERMS - len(values))),
        (*trusts, *_no_tables(MOST_TRUSTS - len(trusts))),
    )


def _no_tables(count: int) -> tuple[Scores, ...]:
    return (_NOTHING,) * count
