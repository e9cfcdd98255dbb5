"""Who waits for an answer, one after another in the order in which they asked.

A loop that finds many connections ready would answer them all before it looks who asked meanwhile,
and finds these last again: whoever comes just too late waits for twice as many as there are.
"""

import asyncio
from collections import deque
from collections.abc import Callable

Turn = Callable[[], None]


class Turns:
    """The turns of a loop: it goes on between two of them."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._waiting: deque[Turn] = deque()

    def wait(self, turn: Turn) -> None:
        """Call this once it is its turn."""
        if not self._waiting:
            self._loop.call_soon(self._next)
        self._waiting.append(turn)

    def _next(self) -> None:
        turn = self._waiting.popleft()
        if self._waiting:
            self._loop.call_soon(self._next)
        turn()
