"""What a feature is: one function over columns, and one beside it that says why."""

import weakref
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float32]
"""A column's values as rows (places, width); NaN is "not known"."""

Scores = NDArray[np.float64]
"""One value in [0, 1] per place; NaN is "cannot tell"."""

Facts = dict[str, Any]


class Because(NamedTuple):
    """Why a feature has its value: a template's code, its arguments, and the facts it used.

    `ours` and `theirs` name the fields read on either side; evidence is made from them.
    """

    code: str
    args: Facts
    ours: tuple[str, ...] = ()
    theirs: tuple[str, ...] = ()


Seen = tuple[Facts, tuple[str, ...], Any]
"""Of the asking side: the arguments it gives a sentence, the fields read, and what is compared."""

Beside = tuple[str, Facts, tuple[str, ...]]
"""Of another side: the feature's word, the other arguments, and the fields read there."""


@dataclass(frozen=True)
class Between:
    """Why a feature has its value, by what is seen of each side alone.

    So the asking place is looked at once for all others: `sees` is what is seen of it, and
    `beside` looks at the others one after another, with their values. `args` are all arguments,
    in the order in which answers have them.
    """

    feature: str
    args: tuple[str, ...]
    sees: Callable[[Facts], Seen]
    beside: Callable[[Any, Sequence[Facts], Sequence[float]], Iterator[Beside]]

    def __call__(self, ours: Facts, theirs: Facts, value: float) -> Because:
        mine, fields, compared = self.sees(ours)
        ((word, other, fields_there),) = self.beside(compared, [theirs], [value])
        found = {**mine, **other}
        args = {name: found[name] for name in self.args}
        return Because(f"{self.feature}.{word}", args, fields, fields_there)


def fully(ours: Values, theirs: Values) -> Scores:
    """All of the weight counts."""
    return np.ones(max(len(ours), len(theirs)))


@dataclass(frozen=True)
class Feature:
    """Compares the asking side's column `asks` with the other side's column `answers`.

    `compare` takes rows of both columns, one side a single row, and broadcasts. Its name is the
    feature's name and its docstring the public description. `trust` says how far the values may
    be trusted: the share of the weight that counts (1 unless the facts are averages). `mirrored`
    tells the asking place why the other side has its value, where `because` would not. A
    `mutual` feature has the same value seen from either side. A `one_way` feature speaks of the
    tie as the asking place sees it, on both sides alike. `by_fields` are fields of few values, and
    all that `because` looks at on either side: what was told of two values is remembered.
    What rests on nothing but how far apart two places lie is told `by_line` too: by straight lines
    between them, from 0 to 1 at opposite ends of the earth.
    """

    compare: Callable[[Values, Values], Scores]
    asks: str
    answers: str
    because: Callable[[Facts, Facts, float], Because]
    trust: Callable[[Values, Values], Scores] = fully
    mirrored: Callable[[Facts, Facts, float], Because] | None = None
    mutual: bool = False
    one_way: bool = False
    by_fields: tuple[str, ...] = ()
    by_line: Callable[[Scores], Scores] | None = None

    @property
    def told_once(self) -> bool:
        """Whether what the asking place sees is what counts on the other side too."""
        return self.mutual or self.one_way

    @property
    def name(self) -> str:
        return self.compare.__name__

    @property
    def says(self) -> str:
        return (self.compare.__doc__ or "").strip().splitlines()[0]


def close(value: float) -> str:
    """The part of a template's code that says how alike two things are."""
    return "alike" if value >= 0.6 else "apart" if value < 0.3 else "roughly"


Table = TypeVar("Table", bound=NDArray[np.floating[Any]])
Derived = TypeVar("Derived")


def once_a_table(derive: Callable[[Table], Derived]) -> Callable[[Table], Derived]:
    """Remember what is derived from a column's table for as long as the table is there."""
    held: dict[int, Derived] = {}

    @wraps(derive)
    def remembered(values: Table) -> Derived:
        if len(values) == 1:
            return derive(values)
        found = held.get(id(values))
        if found is None:
            found = held[id(values)] = derive(values)
            weakref.finalize(values, held.pop, id(values), None)
        return found

    return remembered


@once_a_table
def members(values: Values) -> Values:
    """How many members each row's set has."""
    return values.sum(axis=1)


@once_a_table
def _bits(values: Values) -> NDArray[np.uint32]:
    """Each row's set as bits, 32 members in a number (numbers, rows)."""
    bits = np.packbits(values > 0, axis=1, bitorder="little")
    whole = np.zeros((len(values), -(-bits.shape[1] // 4) * 4), np.uint8)
    whole[:, : bits.shape[1]] = bits
    return np.ascontiguousarray(whole.view("<u4").T)


def in_common(ours: Values, theirs: Values) -> Scores:
    """How many members two sets have in common, one side being a single row."""
    one, many = (ours, theirs) if len(ours) == 1 else (theirs, ours)
    count = np.zeros(len(many), np.uint8)
    for mine, held in zip(_bits(one)[:, 0], _bits(many), strict=True):
        if mine:
            count += np.bitwise_count(held & mine)
    return count.astype(np.float64)


def either_unknown(ours: Values, theirs: Values) -> NDArray[np.bool_]:
    """Where one of two sets is empty: nothing is on file, so nothing can be told."""
    known: NDArray[np.bool_] = (members(ours) > 0) & (members(theirs) > 0)
    return ~known


@once_a_table
def nothing(values: Values) -> Scores:
    """A sum of nothing for each row's set: NaN where it is empty, as nothing can be told."""
    return np.where(members(values) > 0, 0.0, np.nan)


@once_a_table
def _counted(values: Values) -> NDArray[np.intp]:
    """How many members each row's set has, to look up by."""
    return members(values).astype(np.intp)


def overlap(ours: Values, theirs: Values) -> Scores:
    """How far two sets are the same, from 0 to 1 (their cosine); NaN where one is empty."""
    one, many = (ours, theirs) if len(ours) == 1 else (theirs, ours)
    # Sets have few sizes: roots of these, not of each row's.
    sizes = np.sqrt(members(one)[0] * np.arange(many.shape[1] + 1.0))
    return in_common(ours, theirs) / np.where(sizes > 0, sizes, np.nan).take(_counted(many))
