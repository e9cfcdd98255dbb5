"""Too much at once, or for too long: refused with Retry-After, so that the rest is answered."""

import asyncio
from collections.abc import Callable

from fastapi import Request, Response
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from models.database_seconds import answered_within
from models.errors import Overloaded, Problem, TookTooLong
from models.settings import Settings
from services.load.draining import Draining
from services.measures import SHED, in_hand

# Asked by whoever decides whether this server lives: never refused, and not counted.
ALWAYS = frozenset({"/healthz", "/readyz", "/metrics"})


class InHand:
    """The requests being answered, of which there may be so many at once."""

    def __init__(self, at_once: int) -> None:
        self.at_once = at_once
        self._count, self._told = 0, in_hand()

    @property
    def is_full(self) -> bool:
        return self._count >= self.at_once

    def __enter__(self) -> None:
        self._count += 1
        self._told.inc()

    def __exit__(self, *_: object) -> None:
        self._count -= 1
        self._told.dec()


class Shedding:
    """Answers so many requests at once, each within so many seconds; the others are refused.

    A deadline holds until an answer begins: what is streamed may take as long as it is read.
    """

    def __init__(
        self,
        app: ASGIApp,
        settings: Settings,
        hand: InHand,
        draining: Draining,
        refuse: Callable[[Request, Problem], Response],
    ) -> None:
        self.app, self.hand = app, hand
        self.seconds, self.database_seconds = settings.deadline_seconds, settings.database_seconds
        self.draining, self.refuse = draining, refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        with answered_within(self.database_seconds):
            await self._one(scope, receive, send)

    async def _one(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] in ALWAYS:
            await self.app(scope, receive, send)
            return
        if self.hand.is_full:
            SHED.labels("busy").inc()
            await self.refuse(Request(scope), Overloaded())(scope, receive, send)
            return
        with self.hand:
            await self._in_time(scope, receive, send)

    async def _in_time(self, scope: Scope, receive: Receive, send: Send) -> None:
        has_begun = False

        async def begun(message: Message) -> None:
            nonlocal has_begun
            if message["type"] == "http.response.start":
                has_begun = True
                deadline.reschedule(None)
                if self.draining.is_on:
                    MutableHeaders(scope=message)["Connection"] = "close"
            await send(message)

        try:
            async with asyncio.timeout(self.seconds or None) as deadline:
                await self.app(scope, receive, begun)
        except TimeoutError:
            if has_begun or not deadline.expired():
                raise
            SHED.labels("late").inc()
            await self.refuse(Request(scope), TookTooLong(self.seconds))(scope, receive, send)
