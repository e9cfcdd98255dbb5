"""Operations that will go away say so in every answer: Deprecation, Sunset and a successor."""

import re
from email.utils import format_datetime

from fastapi import FastAPI
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.web.contract.operation import Deprecation, Operations, pattern

_PAGE = "/docs"


class Ageing:
    """Adds the headers of RFC 9745 and RFC 8594 to what the contract lists as deprecated."""

    def __init__(self, app: ASGIApp, api: FastAPI) -> None:
        self.app = app
        self.api = api
        self._old: list[tuple[str, re.Pattern[str], Deprecation]] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        old = self._deprecation(scope) if scope["type"] == "http" else None
        if old is None:
            await self.app(scope, receive, send)
            return

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Deprecation"] = f"@{int(old.since.timestamp())}"
                headers["Sunset"] = format_datetime(old.sunset, usegmt=True)
                headers.append("Link", f'<{old.successor}>; rel="successor-version"')
                headers.append("Link", f'<{_PAGE}>; rel="deprecation"')
            await send(message)

        await self.app(scope, receive, told)

    def _deprecation(self, scope: Scope) -> Deprecation | None:
        if self._old is None:
            listed: Operations = getattr(self.api.state, "operations", {})
            self._old = [
                (*_asked_by(key), operation.deprecated)
                for key, operation in listed.items()
                if operation.deprecated is not None
            ]
        for method, path, deprecation in self._old:
            if method == scope["method"] and path.fullmatch(scope["path"]):
                return deprecation
        return None


def _asked_by(key: str) -> tuple[str, re.Pattern[str]]:
    method, path = key.split(" ", 1)
    return method, pattern(path)
