"""Bodies of requests: none too large, and JSON that every part of the service can read."""

import asyncio
import re
from collections.abc import Callable
from time import monotonic

import orjson
from fastapi import Request, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from models.errors import InvalidInput, Problem, SlowSender, TooLarge, UnreadEncoding
from services.sent_json import loads

JSON_LIMIT = 2_000_000
FILE_LIMIT = 50_000_000
# A body comes at once, or at this rate after these seconds: what is slower is not waited for.
SECONDS = 10.0
BYTES_A_SECOND = 50_000
_LONG_NUMBER = re.compile(rb"[0-9]{19}")


class BodyGuard:
    """Refuses bodies over the limit, and JSON with NaN, lone surrogates or endless nesting.

    Python's own reader takes all three, and each fails later where no answer can be written.
    """

    def __init__(
        self,
        app: ASGIApp,
        json_limit: int,
        file_limit: int,
        refuse: Callable[[Request, Problem], Response],
    ) -> None:
        self.app = app
        self.json_limit = json_limit
        self.file_limit = file_limit
        self.refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        receive = _in_time(receive)
        request = Request(scope, receive)
        kind = medium_of(request)
        is_file = kind == "multipart/form-data"
        limit = self.file_limit if is_file else self.json_limit
        try:
            _check_declared(request, limit)
            _check_encoding(request)
            if is_file:
                receive = _limited(receive, limit)
            else:
                body = await _read(receive, limit)
                body = _readable(body) if kind.endswith("json") else body
                whole = {"type": "http.request", "body": body, "more_body": False}
                receive = again(whole, receive)
            await self.app(scope, receive, send)
        except _Refused as refused:
            await self.refuse(request, refused.problem)(scope, receive, send)


class _Refused(Exception):
    def __init__(self, problem: Problem) -> None:
        self.problem = problem


def _too_large(limit: int) -> _Refused:
    return _Refused(TooLarge(f"A request here has at most {limit:,} bytes.", limit=limit))


def _check_declared(request: Request, limit: int) -> None:
    length = request.headers.get("content-length", "0")
    if length.isdecimal() and (len(length) > 18 or int(length) > limit):
        raise _too_large(limit)


def _check_encoding(request: Request) -> None:
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("", "identity"):
        raise _Refused(UnreadEncoding(encoding[:40]))


async def _read(receive: Receive, limit: int) -> bytes:
    parts: list[bytes] = []
    size, more = 0, True
    while more:
        try:
            message = await receive()
        except SlowSender as slow:
            raise _Refused(slow) from slow
        if message["type"] != "http.request":
            break
        part = message.get("body", b"")
        size += len(part)
        if size > limit:
            raise _too_large(limit)
        parts.append(part)
        more = message.get("more_body", False)
    return b"".join(parts)


def _readable(body: bytes) -> bytes:
    """The body when it is JSON for everyone; numbers beyond 64 bits come back as floats."""
    if not body:
        return body
    try:
        value = loads(body)
    except orjson.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        detail = f"The body is not valid JSON: {error.msg} at {where}."
        raise _Refused(InvalidInput.at("", detail, "json_invalid")) from error
    return orjson.dumps(value) if _LONG_NUMBER.search(body) else body


def medium_of(request: Request) -> str:
    """What the body is said to be, without what qualifies it."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def again(message: Message, receive: Receive) -> Receive:
    """What came, once more; after it, what comes."""
    sent = False

    async def replayed() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return message

    return replayed


def _limited(receive: Receive, limit: int) -> Receive:
    """The same stream, refused once more bytes came than the request may have."""
    size = 0

    async def counted() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > limit:
            raise TooLarge(f"A request here has at most {limit:,} bytes.", limit=limit)
        return message

    return counted


def _in_time(receive: Receive) -> Receive:
    """The same stream, given up where it comes byte by byte."""
    began, size, is_whole = monotonic(), 0, False

    async def hurried() -> Message:
        nonlocal size, is_whole
        if is_whole:
            return await receive()
        left = SECONDS + size / BYTES_A_SECOND - (monotonic() - began)
        try:
            async with asyncio.timeout(max(left, 0)):
                message = await receive()
        except TimeoutError:
            raise SlowSender(SECONDS) from None
        size += len(message.get("body", b""))
        is_whole = not message.get("more_body", False)
        return message

    return hurried
