"""Remembering what was computed from a column, up to a number of bytes, oldest forgotten first."""

import weakref
from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar

from models.snapshot.columns import Column

# Per column; a snapshot has about twenty. Of columns of many values few are worth their room: what
# is asked again is that nothing is on file, or a country's average.
MOST_BYTES, LEAST_ANSWERS = 4_000_000, 8
# What an answer takes besides its values: its key, and the objects that hold them.
BYTES_BESIDE = 1_000

Found = TypeVar("Found")
# What is remembered may be None.
_UNKNOWN = object()


class _Memory:
    """The answers of one column."""

    def __init__(self, values: int) -> None:
        self._held: OrderedDict[Hashable, Any] = OrderedDict()
        self._most = max(MOST_BYTES // (values * 8 + BYTES_BESIDE), LEAST_ANSWERS)
        self._lock = Lock()

    def get(self, key: Hashable, compute: Callable[[], Any]) -> Any:
        with self._lock:
            found = self._held.get(key, _UNKNOWN)
            if found is not _UNKNOWN:
                self._held.move_to_end(key)
                return found
        found = compute()
        with self._lock:
            self._held[key] = found
            if len(self._held) > self._most:
                self._held.popitem(last=False)
        return found


# By the column's identity, while it is there.
_memories: dict[int, _Memory] = {}


def remembered(column: Column, key: Hashable, compute: Callable[[], Found]) -> Found:
    """What `compute` says, from memory where it was asked before."""
    memory = _memories.get(id(column))
    if memory is None:
        memory = _memories.setdefault(id(column), _Memory(len(column.values)))
        weakref.finalize(column, _memories.pop, id(column), None)
    found: Found = memory.get(key, compute)
    return found
