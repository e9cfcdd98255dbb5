"""One transaction for a whole request: all that its sessions commit lands together, or nothing.

While one is open, every session that begins in the same context joins it as a savepoint.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from sqlalchemy import Connection


class RequestTransaction:
    """The transaction, and what waits for it to be on disk."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.head: Any = None
        """The head of the audit log before the first entry in here."""
        self._then: dict[str, Callable[[], None]] = {}

    def then(self, name: str, work: Callable[[], None]) -> None:
        """Do something once all is on disk; of what has one name, the last."""
        self._then[name] = work

    def settle(self) -> None:
        """All is on disk: do what waited for it."""
        for work in self._then.values():
            work()


_whole: ContextVar[RequestTransaction | None] = ContextVar("whole", default=None)


def whole_request() -> RequestTransaction | None:
    """The transaction of the running request, where it has one for all it does."""
    return _whole.get()


@contextmanager
def within(whole: RequestTransaction) -> Iterator[None]:
    """Sessions that begin in here belong to one transaction."""
    before = _whole.set(whole)
    try:
        yield
    finally:
        _whole.reset(before)


def once_durable(name: str, work: Callable[[], None]) -> None:
    """Do something that others see only when what led to it is on disk."""
    whole = _whole.get()
    if whole is None:
        work()
    else:
        whole.then(name, work)
