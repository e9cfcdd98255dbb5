"""Pages of other origins may call the reconciliation API, as its specification asks; no more."""

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

_PATHS = "/reconcile/"


class CrossOrigin:
    """Adds the headers of CORS under /reconcile/; no credentials of the browser are taken."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.open = CORSMiddleware(
            app, allow_origins=["*"], allow_methods=["GET", "POST"], allow_headers=["Authorization"]
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_open = scope["type"] == "http" and scope["path"].startswith(_PATHS)
        await (self.open if is_open else self.app)(scope, receive, send)
