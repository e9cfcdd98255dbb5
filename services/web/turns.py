"""Who waits for an answer, a few together in the order in which they asked.

A loop that finds many connections ready would answer them all before it looks who asked meanwhile,
and finds these last again: whoever comes just too late waits for twice as many as there are. And
to answer them one by one takes longer than to take each step for a few of them; whoever asks for
something else meanwhile is answered after these few.
"""

import asyncio
from collections import deque
from collections.abc import Callable

from services.stepwise import TOGETHER, Stepwise, in_step

# In two rounds of the loop a request that needs no thread is read and answered.
ROUNDS = 2
Turn = Callable[[], Stepwise[None]]


class Turns:
    """The turns of a loop: it goes on between any few of them."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._waiting: deque[Turn] = deque()

    def wait(self, turn: Turn) -> None:
        """Have this done once it is its turn."""
        if not self._waiting:
            self._loop.call_soon(self._next)
        self._waiting.append(turn)

    def _next(self) -> None:
        count = min(TOGETHER, len(self._waiting))
        turns = [self._taken(self._waiting.popleft()) for _ in range(count)]
        if self._waiting:
            self._loop.call_soon(self._go_round, ROUNDS)
        in_step(turns)

    def _go_round(self, rounds: int) -> None:
        """Let the loop go round so often before it is anybody's turn."""
        if rounds:
            self._loop.call_soon(self._go_round, rounds - 1)
        else:
            self._next()

    def _taken(self, turn: Turn) -> Stepwise[None]:
        """A turn that keeps nobody from theirs, however it goes."""
        try:
            yield from turn()
        except Exception as error:
            told = {"message": "A turn failed", "exception": error}
            self._loop.call_exception_handler(told)
