"""HEAD, as any path answers it that answers GET: the same status and headers, and no body."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Heads:
    """Asks for the whole and sends its head; monitors and caches look at a service so."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        async def bare(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self.app({**scope, "method": "GET"}, receive, bare)
