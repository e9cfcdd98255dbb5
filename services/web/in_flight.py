"""Which idempotency keys are being worked on; a process that dies lets go of them."""

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, text

from models.errors import Problem

_OFFSETS = 2**31


class KeyInFlight(Problem):
    status, title, type = 409, "Key in flight", "key-in-flight"
    headers = {"Retry-After": "1"}  # noqa: RUF012

    def __init__(self) -> None:
        super().__init__(
            "A request with this Idempotency-Key is being worked on: ask again in a second."
        )


class InFlight:
    """Keys by their hashes: a file's byte each on SQLite, an advisory lock on PostgreSQL."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._held: set[int] = set()
        self._guard = threading.Lock()
        self._file: int | None = None

    @contextmanager
    def one(self, number: int) -> Iterator[None]:
        """The only request with a key, of all processes that share the folder."""
        offset = number % _OFFSETS
        with self._guard:
            if offset in self._held or not self._lock(offset):
                raise KeyInFlight
            self._held.add(offset)
        try:
            yield
        finally:
            with self._guard:
                self._held.discard(offset)
                fcntl.lockf(self._opened(), fcntl.LOCK_UN, 1, offset)

    def _lock(self, offset: int) -> bool:
        try:
            fcntl.lockf(self._opened(), fcntl.LOCK_EX | fcntl.LOCK_NB, 1, offset)
        except OSError:
            return False
        return True

    def _opened(self) -> int:
        # Never closed: closing it would let go of every lock of this process.
        if self._file is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        return self._file


def only_one(connection: Connection, number: int) -> None:
    """The same on PostgreSQL, for as long as the transaction lasts."""
    query = text("SELECT pg_try_advisory_xact_lock(:number)")
    if not connection.scalar(query, {"number": number - 2**63}):
        raise KeyInFlight
