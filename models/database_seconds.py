"""How long PostgreSQL may be silent: one that stopped must not keep every thread of a server.

A request waits so many seconds for each thing that it asks, and then ends with an error; jobs and
commands wait as long as it takes. SQLite answers from a file and is not waited for like this.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_seconds: ContextVar[float | None] = ContextVar("database_seconds", default=None)


@contextmanager
def answered_within(seconds: float) -> Iterator[None]:
    """In here, each question to PostgreSQL is given so many seconds; 0 is as long as it takes."""
    before = _seconds.set(seconds or None)
    try:
        yield
    finally:
        _seconds.reset(before)


def seconds_to_wait() -> float | None:
    """How long whoever asks now may wait; None is as long as it takes."""
    return _seconds.get()
