"""Answers on their way to the database: taken in at once, packed where nobody waits for it."""

import hashlib
import logging
import threading
from collections.abc import Iterable
from datetime import datetime
from itertools import islice
from typing import Any

from models.tables.base import now
from models.tables.decisions import new_digest_key
from services.matcher.decisions.asked import SOFTWARE, Answered
from services.matcher.decisions.marks import Key, Marks
from services.matcher.decisions.packing import packed

BATCH = 500
# As they were given, answers are large: so many are packed, and wait on for their transaction.
ENOUGH = 100
# More than this wait only where the database cannot be written: the oldest are then let go.
WAITING = 10_000
# Where that does not keep up, whoever brings one more than these packs it.
FRESH = 500
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
        self._fresh: dict[Key, tuple[Answered, datetime, str]] = {}
        self._packed: dict[Key, Columns] = {}
        self._actors: dict[Key, Actors] = {}
        self._lock = threading.Lock()

    def has(self, key: Key, actor: str) -> bool:
        return actor in self._actors.get(key, ())

    def add(self, key: Key, answered: Answered, actor: str) -> bool:
        """Take an answer in; says whether enough wait to be packed now."""
        with self._lock:
            if key not in self._actors:
                self._let_go()
                if self._marks is not None:
                    self._numbers[key] = self._marks.put(key)
                fresh = answered, now(), new_digest_key()
                if len(self._fresh) < FRESH:
                    self._fresh[key] = fresh
                else:
                    self._packed[key] = _columns(*fresh)
            self._actors.setdefault(key, {})[actor] = None
            return len(self._fresh) >= ENOUGH

    def _let_go(self) -> None:
        if len(self._actors) < WAITING:
            return
        log.error("match records lost: the database cannot be written")
        oldest = next(iter(self._actors))
        del self._actors[oldest]
        self._packed.pop(oldest, None)
        self._fresh.pop(oldest, None)
        self._unmark([oldest])

    def _unmark(self, keys: Iterable[Key]) -> None:
        """Others need not wait for these any more."""
        if self._marks is not None:
            for key in keys:
                self._numbers.pop(key, None)
            self._marks.wait_from(next(iter(self._numbers.values()), None))

    def find(self, key: Key) -> Columns | None:
        with self._lock:
            fresh, columns = self._fresh.get(key), self._packed.get(key)
        return columns if fresh is None else _columns(*fresh)

    def one(self, key: Key) -> Batch:
        """A record that waits, as a batch of its own; none where it waits no more."""
        columns = self.find(key)
        with self._lock:
            actors = tuple(self._actors.get(key, ()))
        return {key: (columns, actors)} if columns is not None and actors else {}

    def batch(self) -> Batch:
        """The next records to be written; none where none wait."""
        self.pack()
        with self._lock:
            return {
                key: (columns, tuple(self._actors[key]))
                for key, columns in islice(self._packed.items(), BATCH)
            }

    def is_full(self) -> bool:
        """Whether as many wait as are written at once."""
        return len(self._actors) >= BATCH

    def pack(self) -> None:
        """Pack what came since."""
        with self._lock:
            fresh = list(self._fresh.items())
        for key, one in fresh:
            columns = _columns(*one)
            with self._lock:
                if self._fresh.pop(key, None) is not None:
                    self._packed[key] = columns

    def forget(self, batch: Batch) -> None:
        """Let go of what was written; who asked meanwhile still waits."""
        with self._lock:
            for key, (_, actors) in batch.items():
                waiting = self._actors.get(key, {})
                for actor in actors:
                    waiting.pop(actor, None)
                if not waiting:
                    self._packed.pop(key, None)
                    self._actors.pop(key, None)
            self._unmark(batch)


def _columns(answered: Answered, recorded_at: datetime, digest_key: str) -> Columns:
    return {
        "tenant_id": answered.tenant,
        "id": answered.id,
        "kind": answered.kind,
        "request": answered.request.decode(),
        "as_of": answered.as_of,
        "language": answered.language,
        "snapshot_id": answered.snapshot_id,
        "weights": answered.weights.decode(),
        "answer": packed(answered.answer),
        "answer_hash": hashlib.sha256(answered.answer).hexdigest(),
        "software": SOFTWARE,
        "recorded_at": recorded_at,
        "digest_key": digest_key,
    }
