"""What need not be waited for is had at once, by whoever is in no task of the loop."""

from collections.abc import Awaitable
from typing import TypeVar

from starlette.types import ASGIApp, Message, Scope

T = TypeVar("T")


def at_once(awaited: Awaitable[T]) -> T | None:
    """What comes of it; None where that has to be waited for, and then it is given up."""
    steps = awaited.__await__()
    try:
        next(steps)
    except StopIteration as came:
        result: T = came.value
        return result
    steps.close()
    return None


def sent_at_once(app: ASGIApp, scope: Scope) -> list[Message]:
    """What an app sends that waits for nothing."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    at_once(app(scope, _gone, send))
    return sent


async def _gone() -> Message:
    return {"type": "http.disconnect"}
