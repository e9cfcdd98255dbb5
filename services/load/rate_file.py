"""Counters of rate limits that the processes of one machine share: an SQLite file of their own.

What is lost in a crash is a minute's counts, so nothing waits for the disk.
"""

import sqlite3
import threading
from time import time

from limits.storage import Storage

SCHEME = "counterpart-file"
_FORGOTTEN_EVERY = 1_000
_ADD = """
INSERT INTO counted (name, count, ends) VALUES (:name, :amount, :now + :expiry)
ON CONFLICT (name) DO UPDATE SET
  count = CASE WHEN ends <= :now THEN 0 ELSE count END + :amount,
  ends = CASE WHEN ends <= :now THEN :now + :expiry ELSE ends END
RETURNING count
"""


class RateFile(Storage):
    """A storage for `limits`, by the path of a file."""

    STORAGE_SCHEME = [SCHEME]  # noqa: RUF012 (the library's own convention)

    def __init__(self, uri: str, **options: float | str | bool) -> None:
        super().__init__(uri, **options)  # type: ignore[arg-type]
        self.path = uri.removeprefix(f"{SCHEME}://")
        self._own = threading.local()
        self._since = 0
        self._connection().execute(
            "CREATE TABLE IF NOT EXISTS counted"
            " (name TEXT PRIMARY KEY, count INTEGER NOT NULL, ends REAL NOT NULL) WITHOUT ROWID"
        )

    @property
    def base_exceptions(self) -> type[Exception]:
        return sqlite3.Error

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        values = {"name": key, "amount": amount, "now": time(), "expiry": expiry}
        connection = self._connection()
        (count,) = connection.execute(_ADD, values).fetchone()
        self._since += 1
        if self._since >= _FORGOTTEN_EVERY:
            self._since = 0
            connection.execute("DELETE FROM counted WHERE ends <= ?", (time(),))
        return int(count)

    def get(self, key: str) -> int:
        row = self._row(key)
        return int(row[0]) if row else 0

    def get_expiry(self, key: str) -> float:
        row = self._row(key)
        return float(row[1]) if row else time()

    def check(self) -> bool:
        return self._connection().execute("SELECT 1").fetchone() == (1,)

    def reset(self) -> int | None:
        return self._connection().execute("DELETE FROM counted").rowcount

    def clear(self, key: str) -> None:
        self._connection().execute("DELETE FROM counted WHERE name = ?", (key,))

    def _row(self, key: str) -> tuple[int, float] | None:
        query = "SELECT count, ends FROM counted WHERE name = ? AND ends > ?"
        row: tuple[int, float] | None = self._connection().execute(query, (key, time())).fetchone()
        return row

    def _connection(self) -> sqlite3.Connection:
        """A connection for each thread; the file is locked for a statement at a time."""
        connection: sqlite3.Connection | None = getattr(self._own, "connection", None)
        if connection is None:
            connection = sqlite3.connect(self.path, timeout=5, isolation_level=None)
            connection.execute("PRAGMA journal_mode=MEMORY")
            connection.execute("PRAGMA synchronous=OFF")
            self._own.connection = connection
        return connection
