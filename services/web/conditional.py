"""Conditional requests: what a caller already has is not sent again."""

import hashlib

from fastapi import Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from models.errors import PreconditionFailed

_PATHS = "/v1/"


def unchanged_since(request: Request, tag: str | None) -> None:
    """Refuse a write where what is on file is no longer what the caller says it has seen.

    `tag` is that of what is on file, None where nothing is. Without If-Match all is written.
    """
    asked = request.headers.get("if-match")
    if asked is not None and (tag is None or not _holds(asked, f'"{tag}"')):
        raise PreconditionFailed("What is on file is no longer as If-Match says: read it again.")
    if request.headers.get("if-none-match", "").strip() == "*" and tag is not None:
        raise PreconditionFailed("There is one already, and If-None-Match: * asks for a new one.")


class Conditional:
    """Gives what is read under /v1/ an ETag by its content; 304 where the caller has it.

    The tag is weak, since the same content may be compressed in several ways.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET" or _PATHS not in scope["path"]:
            await self.app(scope, receive, send)
            return
        asked = Headers(scope=scope).get("if-none-match", "")
        start: Message | None = None

        async def tagged(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and message["status"] == 200:
                start = message
                return
            if start is not None:
                # What comes in several parts is sent as it comes, without a tag.
                if not message.get("more_body", False):
                    message = _with_tag(start, message, asked)
                await send(start)
                start = None
            await send(message)

        await self.app(scope, receive, tagged)


def _with_tag(start: Message, message: Message, asked: str) -> Message:
    """The body of an answer whose start gets its tag; an empty body where the caller has it."""
    tag = f'W/"{hashlib.sha256(message.get("body", b"")).hexdigest()[:32]}"'
    headers = MutableHeaders(scope=start)
    headers["ETag"] = tag
    headers["Cache-Control"] = "private, no-cache"
    headers.add_vary_header("Authorization")
    headers.add_vary_header("Accept-Language")
    if not _holds(asked, tag):
        return message
    start["status"] = 304
    del headers["Content-Length"]
    return {**message, "body": b""}


def _holds(asked: str, tag: str) -> bool:
    """Whether an If-None-Match names the tag; weak and strong ones count alike."""
    opaque = tag.removeprefix("W/")
    return any(
        one.strip() == "*" or one.strip().removeprefix("W/") == opaque for one in asked.split(",")
    )
