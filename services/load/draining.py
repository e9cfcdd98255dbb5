"""Going down without failing a request: not ready first, then no new connections, then the end.

A balancer needs some seconds to see that `/readyz` says no. Until then requests are answered as
ever, and each connection is closed after its answer, so that none is kept by a server that goes.
"""

import asyncio
import signal
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from types import FrameType
from typing import Any

from fastapi import APIRouter, FastAPI

DRAINING = "The server is going down; another one answers."


class Draining:
    """Whether the server is going down: a SIGTERM begins it, and ends it some time later."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.is_on = False

    def why_not(self) -> list[str]:
        return [DRAINING] if self.is_on else []

    def begin(self, end: Callable[[], Any]) -> None:
        """Say no from now on; `end` what is served when balancers have had time to see it."""
        if self.is_on or not self.seconds:
            end()
            return
        self.is_on = True
        asyncio.get_running_loop().call_later(self.seconds, end)

    def watch(self) -> None:
        """Come between SIGTERM and the server's own handler, where this runs in a server."""
        ends = signal.getsignal(signal.SIGTERM)
        if not callable(ends) or threading.current_thread() is not threading.main_thread():
            return
        loop = asyncio.get_running_loop()

        def received(number: int, frame: FrameType | None) -> None:
            loop.call_soon_threadsafe(self.begin, lambda: ends(number, frame))

        signal.signal(signal.SIGTERM, received)


def add_draining(app: FastAPI, seconds: float) -> Draining:
    """Let an app go down as this module says."""
    draining = Draining(seconds)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        draining.watch()
        yield

    app.include_router(APIRouter(lifespan=lifespan))
    return draining
