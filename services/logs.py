"""Logging: JSON lines on stderr, one event a request, never a body, a key or a query text."""

import logging
import re
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from random import getrandbits
from time import perf_counter
from typing import Any

import structlog
from prometheus_client import Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.typing import EventDict

from services.measures import REQUESTS, SECONDS

# A line of up to 4,096 bytes is written at once: those of several processes never mix.
FRAMES, MOST_OF_FRAMES = 30, 3_000
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
ID = b"x-request-id"
_ID_IN_HAND: ContextVar[str] = ContextVar("request_id", default="")
_SAFE_ID = re.compile(r"^[A-Za-z0-9._-]{1,64}$")


def configure(level: int = logging.INFO) -> None:
    """Log JSON lines to stderr; what is bound to the request comes with every event."""
    structlog.configure(
        processors=[
            _whose,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _what_failed,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_: _Stderr(),
        cache_logger_on_first_use=False,
    )
    _access.cache_clear()
    root = logging.getLogger()
    if not any(isinstance(handler, _AsEvents) for handler in root.handlers):
        root.addHandler(_AsEvents(logging.WARNING))


class _AsEvents(logging.Handler):
    """What libraries and the server log becomes an event of ours: one line, without values."""

    def emit(self, record: logging.LogRecord) -> None:
        log = structlog.get_logger(record.name)
        log.log(record.levelno, record.getMessage().strip(), exc_info=record.exc_info)


class _Stderr:
    """Writes a line and is done: one event, one write."""

    def msg(self, line: str) -> None:
        sys.stderr.write(line + "\n")
        sys.stderr.flush()

    debug = info = warning = error = critical = exception = fatal = log = msg


@lru_cache(maxsize=1)
def _access() -> Any:
    """The logger of requests, made once: it takes longer to make than to use."""
    return structlog.get_logger("access").bind()


def _whose(_: Any, __: str, event: EventDict) -> EventDict:
    """The request that is being answered."""
    id = _ID_IN_HAND.get()
    return {"request_id": id, **event} if id else event


def _what_failed(_: Any, __: str, event: EventDict) -> EventDict:
    """An exception by its kind and where it was raised; its text may quote what was sent."""
    given = event.pop("exc_info", None)
    error = given[1] if isinstance(given, tuple) else sys.exc_info()[1] if given else None
    if isinstance(given, BaseException):
        error = given
    if error is not None:
        event["exception"] = type(error).__name__
        frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
        event["raised_at"] = _last([f"{f.filename}:{f.lineno} {f.name}" for f in frames])
    return event


def _last(frames: list[str]) -> list[str]:
    """The last of them, as many as a line has room for."""
    while sum(map(len, frames)) > MOST_OF_FRAMES:
        frames = frames[1:]
    return frames


def request_id(scope: Scope) -> str:
    """The id of the request, as in its answer's X-Request-Id."""
    state = scope.get("state", {})
    return str(state.get("request_id", ""))


class RequestLog:
    """Gives each request an id, and logs and counts it once when it is answered."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status, started = 500, perf_counter()
        with named(scope) as id:

            async def send_with_id(message: Message) -> None:
                nonlocal status
                if message["type"] == "http.response.start":
                    status = message["status"]
                    _name(message, id.encode())
                await send(message)

            try:
                await self.app(scope, receive, send_with_id)
            except Exception:
                structlog.get_logger("access").exception("request failed")
                raise
            finally:
                record(scope, status, perf_counter() - started)


@contextmanager
def named(scope: Scope) -> Iterator[str]:
    """Give a request its id, which comes with every event that is logged meanwhile."""
    id = _given_id(scope) or f"{getrandbits(128):032x}"
    scope.setdefault("state", {})["request_id"] = id
    before = _ID_IN_HAND.set(id)
    try:
        yield id
    finally:
        _ID_IN_HAND.reset(before)


def _given_id(scope: Scope) -> str | None:
    """The id that a caller gave its request, where it is one that may be logged."""
    for name, value in scope["headers"]:
        if name == ID:
            given: str = value.decode("latin-1")
            return given if _SAFE_ID.match(given) else None
    return None


def _name(start: Message, id: bytes) -> None:
    """Tell the id in the head of an answer; problems tell it themselves."""
    if all(name != ID for name, _ in start["headers"]):
        start["headers"] = [*start["headers"], (ID, id)]


def record(scope: Scope, status: int, seconds: float) -> None:
    """Count and log by the route's template: a path may hold what nobody should log."""
    route = _template(scope)
    method = scope["method"] if scope["method"] in _METHODS else "OTHER"
    count, times = _counts(method, route, str(status))
    count.inc()
    times.observe(seconds)
    _access().info(
        "request", method=method, route=route, status=status, ms=round(seconds * 1000, 2)
    )


@lru_cache(maxsize=1000)
def _counts(method: str, route: str, status: str) -> tuple[Counter, Histogram]:
    return REQUESTS.labels(method, route, status), SECONDS.labels(method, route)


def _template(scope: Scope) -> str:
    """The whole template of the path, such as /v1/places/{place_id}.

    A route of a router that is included elsewhere knows the end of it alone; the framework keeps
    the whole beside it. What no route took is unknown: its path is whatever somebody sent.
    """
    included = scope.get("fastapi", {}).get("effective_route_context")
    route = included or scope.get("route")
    return getattr(route, "path", "") or "unknown"
