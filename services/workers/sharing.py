"""Connections are shared out: a server leaves a new one to another that has fewer.

Whoever wakes up first would take all that wait, and one worker would have the connections that
clients keep while the others have none.
"""

import socket
import time
from typing import Any

# In the place of a worker that is not up.
NOBODY = 2**31
# A server that has fewer and does not come may be at work, or hang: it is not waited for longer.
SECONDS_TO_WAIT = 0.02


class Shared(socket.socket):
    """A listening socket, as one of several workers sees it."""

    _held: Any
    _number: int
    _since: float | None = None

    @classmethod
    def of(cls, listener: socket.socket, held: Any, number: int) -> "Shared":
        """The same port; `held` counts the connections of each worker in shared memory."""
        found = cls(listener.family, listener.type, listener.proto, listener.detach())
        found._held, found._number = held, number
        return found

    def accept(self) -> tuple[socket.socket, Any]:
        """The next connection; none (`BlockingIOError`) as long as it is for another to take."""
        if self._is_anothers():
            raise BlockingIOError
        self._since = None
        accepted = super().accept()
        self._held[self._number] += 1
        return accepted

    def _is_anothers(self) -> bool:
        if self._held[self._number] <= min(self._held):
            return False
        now = time.monotonic()
        if self._since is None:
            self._since = now
        return now - self._since < SECONDS_TO_WAIT
