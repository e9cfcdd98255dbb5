"""Answers on their way to the database.

Of a record, all but its time is put together for many at once: between two answers each step takes
several times as long.
"""

import logging
import threading
from collections.abc import Iterable
from itertools import islice
from typing import Any

from models.tables.base import now
from models.tables.decisions import digest_keys
from services.matcher.decisions.asked import SOFTWARE, Answered
from services.matcher.decisions.marks import Key, Marks
from services.matcher.decisions.packer import Packer, Waiting

BATCH = 500
# More than this wait only where the database cannot be written: the oldest are then let go.
WAITING = 10_000
Actors = dict[str, None]
"""Who asked, in order."""
Columns = dict[str, Any]
"""A record as the columns of its row: objects of the database would take longer than answers."""

Batch = dict[Key, tuple[Columns, tuple[str, ...]]]
log = logging.getLogger(__name__)


class Pending:
    """What was answered and is not written yet, each answer once, with all who asked it."""

    def __init__(self, marks: Marks | None = None) -> None:
        self._marks = marks
        self._numbers: dict[Key, int] = {}
        self._waiting: dict[Key, Waiting] = {}
        self._packer = Packer()
        self._actors: dict[Key, Actors] = {}
        self._digest_keys = digest_keys()
        self._lock = threading.Lock()

    def has(self, key: Key, actor: str) -> bool:
        return actor in self._actors.get(key, ())

    def add(self, key: Key, answered: Answered, actor: str) -> bool:
        """Take an answer in; says whether just so many wait now as are written at once."""
        with self._lock:
            if key not in self._actors:
                self._let_go()
                if self._marks is not None:
                    self._numbers[key] = self._marks.put(key)
                waiting = Waiting(answered.made, answered.answer, now(), next(self._digest_keys))
                self._waiting[key] = waiting
                self._packer.add(waiting)
            self._actors.setdefault(key, {})[actor] = None
            return len(self._actors) == BATCH

    def _let_go(self) -> None:
        if len(self._actors) < WAITING:
            return
        log.error("match records lost: the database cannot be written")
        oldest = next(iter(self._actors))
        del self._actors[oldest]
        self._waiting.pop(oldest, None)
        self._unmark([oldest])

    def _unmark(self, keys: Iterable[Key]) -> None:
        """Others need not wait for these any more."""
        if self._marks is not None:
            for key in keys:
                self._numbers.pop(key, None)
            self._marks.wait_from(next(iter(self._numbers.values()), None))

    def find(self, key: Key) -> Columns | None:
        with self._lock:
            waiting = self._waiting.get(key)
        if waiting is None:
            return None
        self._packer.pack()
        return _columns(waiting)

    def one(self, key: Key) -> Batch:
        """A record that waits, as a batch of its own; none where it waits no more."""
        columns = self.find(key)
        with self._lock:
            actors = tuple(self._actors.get(key, ()))
        return {key: (columns, actors)} if columns is not None and actors else {}

    def batch(self) -> Batch:
        """The next records to be written; none where none wait."""
        with self._lock:
            next_ones = [
                (key, waiting, tuple(self._actors[key]))
                for key, waiting in islice(self._waiting.items(), BATCH)
            ]
        self._packer.pack()
        return {key: (_columns(waiting), actors) for key, waiting, actors in next_ones}

    def forget(self, batch: Batch) -> None:
        """Let go of what was written; who asked meanwhile still waits."""
        with self._lock:
            for key, (_, actors) in batch.items():
                waiting = self._actors.get(key, {})
                for actor in actors:
                    waiting.pop(actor, None)
                if not waiting:
                    self._waiting.pop(key, None)
                    self._actors.pop(key, None)
            self._unmark(batch)


def _columns(waiting: Waiting) -> Columns:
    made = waiting.made
    return {
        "tenant_id": made.tenant,
        "id": made.id,
        "kind": made.kind,
        "request": made.request.decode(),
        "as_of": made.as_of,
        "language": made.language,
        "snapshot_id": made.snapshot_id,
        "weights": made.weights.decode(),
        "answer": waiting.answer,
        "answer_hash": "",
        "software": SOFTWARE,
        "recorded_at": waiting.recorded_at,
        "digest_key": waiting.digest_key,
    }
