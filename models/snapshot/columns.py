"""Coded columns: each fact of a place as a small code into a table of distinct values.

A feature is evaluated on the distinct values of a column (some hundreds to some thousands),
never on every place; a place's value is then looked up by its code. Unknown is NaN in the
table (or a row of zeros where a set is empty: nothing on file), never a default.
"""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import nan

import numpy as np
from numpy.typing import NDArray

from models.snapshot.asking_columns import ASKING_COLUMNS
from models.snapshot.place_columns import PLACE_COLUMNS, Facts, Kind, Row


@dataclass(frozen=True, eq=False)
class Column:
    """Codes of all rows, and the table of distinct values they point into (values, width)."""

    codes: NDArray[np.int32]
    values: NDArray[np.float32]


def spread(rows: Sequence[Row], kind: Kind) -> NDArray[np.float32]:
    """Rows as a table: sets as zeros and ones, a row that says nothing as NaN (or zeros)."""
    if kind.hot:
        table = np.zeros((len(rows), kind.width), np.float32)
        for i, row in enumerate(rows):
            table[i, list(row)] = 1
        return table
    return np.array([row or (nan,) * kind.width for row in rows], np.float32).reshape(
        len(rows), kind.width
    )


class ColumnWriter:
    """Collects places one by one and codes their columns as it goes."""

    def __init__(self) -> None:
        self._seen: dict[str, dict[Row, int]] = {name: {} for name in PLACE_COLUMNS}
        self._codes: dict[str, array[int]] = {name: array("i") for name in PLACE_COLUMNS}

    def add(self, facts: Facts) -> None:
        """Append one place."""
        for name, kind in PLACE_COLUMNS.items():
            # Unknown is always `math.nan` itself, which a tuple finds again by identity.
            row, seen = kind.read(facts), self._seen[name]
            self._codes[name].append(seen.setdefault(row, len(seen)))

    def columns(self) -> dict[str, Column]:
        """The columns of all places added, in the order they came."""
        return {name: self._column(name, kind) for name, kind in PLACE_COLUMNS.items()}

    def _column(self, name: str, kind: Kind) -> Column:
        codes, values = np.array(self._codes[name], np.int32), spread(list(self._seen[name]), kind)
        if kind.order is None:
            return Column(codes, values)
        order = np.argsort(kind.order(values), kind="stable")
        return Column(np.argsort(order).astype(np.int32)[codes], values[order])


class StoredColumns(dict[str, NDArray[np.float32]]):
    """A stored place's values per column, each as a table of one row: looked up when asked for."""

    def __init__(self, columns: Mapping[str, Column], row: int) -> None:
        self._columns, self._row = columns, row

    def __missing__(self, name: str) -> NDArray[np.float32]:
        column = self._columns[name]
        at = column.codes.item(self._row)
        return column.values[at : at + 1]


class ProfileColumns(dict[str, NDArray[np.float32]]):
    """One place's values per column, each as a table of one row, read when first asked for."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts

    def __missing__(self, name: str) -> NDArray[np.float32]:
        self[name] = found = _single(name, _kind_of(name).read(self._facts))
        return found

    def says(self, name: str) -> bool:
        """Whether anything is on file that a column is read from."""
        found_in = _kind_of(name).found_in
        return not found_in or not self._facts.keys().isdisjoint(found_in)


def _kind_of(name: str) -> Kind:
    return PLACE_COLUMNS.get(name) or ASKING_COLUMNS[name]


@lru_cache(maxsize=20_000)
def _single(name: str, row: Row) -> NDArray[np.float32]:
    """One place's value as a table of one row; most places share theirs with many."""
    table = spread([row], _kind_of(name))
    table.flags.writeable = False
    return table


def profile_columns(facts: Facts) -> ProfileColumns:
    """One place's values per column, each as a table of one row."""
    return ProfileColumns(facts)
