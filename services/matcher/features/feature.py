"""What a feature is: one function over columns, and one beside it that says why."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float32]
"""A column's values as rows (places, width); NaN is "not known"."""

Scores = NDArray[np.float64]
"""One value in [0, 1] per place; NaN is "cannot tell"."""

Facts = dict[str, Any]


@dataclass(frozen=True)
class Because:
    """Why a feature has its value: a template's code, its arguments, and the facts it used.

    `ours` and `theirs` name the fields read on either side; evidence is made from them.
    """

    code: str
    args: dict[str, Any] = field(default_factory=dict)
    ours: tuple[str, ...] = ()
    theirs: tuple[str, ...] = ()


def _fully(ours: Values, theirs: Values) -> Scores:
    return np.ones(max(len(ours), len(theirs)))


@dataclass(frozen=True)
class Feature:
    """Compares the asking side's column `asks` with the other side's column `answers`.

    `compare` takes rows of both columns, one side a single row, and broadcasts. Its name is the
    feature's name and its docstring the public description. `trust` says how far the values may
    be trusted: the share of the weight that counts (1 unless the facts are averages). `mirrored`
    tells the asking place why the other side has its value, where `because` would not. A
    `one_way` feature speaks of the tie as the asking place sees it, on both sides alike.
    """

    compare: Callable[[Values, Values], Scores]
    asks: str
    answers: str
    because: Callable[[Facts, Facts, float], Because]
    trust: Callable[[Values, Values], Scores] = _fully
    mirrored: Callable[[Facts, Facts, float], Because] | None = None
    one_way: bool = False

    @property
    def name(self) -> str:
        return self.compare.__name__

    @property
    def says(self) -> str:
        return (self.compare.__doc__ or "").strip().splitlines()[0]


def close(value: float) -> str:
    """The part of a template's code that says how alike two things are."""
    return "alike" if value >= 0.6 else "apart" if value < 0.3 else "roughly"


def either_unknown(ours: Values, theirs: Values) -> NDArray[np.bool_]:
    """Where one of two sets is empty: nothing is on file, so nothing can be told."""
    known: NDArray[np.bool_] = (ours.sum(axis=1) > 0) & (theirs.sum(axis=1) > 0)
    return ~known
