"""Operations that will go away say so in every answer: Deprecation, Sunset and a successor."""

from email.utils import format_datetime

from fastapi import FastAPI
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.web.contract.operation import Those

_PAGE = "/docs"


class Ageing:
    """Adds the headers of RFC 9745 and RFC 8594 to what the contract lists as deprecated."""

    def __init__(self, app: ASGIApp, api: FastAPI) -> None:
        self.app = app
        self._old = Those(api, lambda operation: operation.deprecated)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        operation = self._old.of(scope) if scope["type"] == "http" else None
        old = operation.deprecated if operation is not None else None
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
