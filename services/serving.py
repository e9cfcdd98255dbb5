"""The HTTP server: a port taken before any work, and a word when it answers."""

import signal
import socket
from collections.abc import Callable

import uvicorn
from fastapi import FastAPI

from models.errors import Problem
from services import printing
from services.web.wire import Wire

_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}
_EXAMPLE = (
    '{"place_id": "gn:3128026", "limit": 3, '
    '"needs": [{"sector": "regeneration", "stage": "implement"}]}'
)


def listen(host: str, port: int) -> socket.socket:
    """A bound socket that does not accept yet; a port in use is said at once."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named: only of such sockets does asyncio know that they are TCP, and has them
    # send at once. Left out, each answer below 64 KB waits 40 ms for the client's next word.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        # Where addresses are reused, only listening shows that somebody else does.
        listener.listen(1)
    except (OSError, OverflowError) as error:
        listener.close()
        why = getattr(error, "strerror", None) or str(error)
        raise Problem(
            f"Cannot listen on {host}, port {port}: {why}. Choose another with --port."
        ) from error
    return listener


def address(listener: socket.socket) -> str:
    """The address to open in a browser on this machine."""
    host, port, *_ = listener.getsockname()
    host = _EVERYWHERE.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def run(app: FastAPI, listener: socket.socket) -> None:
    """Serve until interrupted, in this process."""
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        # A closed terminal ends it in order, too.
        signal.signal(signal.SIGHUP, lambda *_: signal.raise_signal(signal.SIGTERM))
    said = greeting(app, address(listener))  # opens the snapshot, before anybody asks for it
    Server(app, lambda: printing.say(said)).run([listener])


class Server(uvicorn.Server):
    """A server that does something once it answers; the log of requests is the app's own."""

    def __init__(self, app: FastAPI, up: Callable[[], object]) -> None:
        config = uvicorn.Config(
            app, http=Wire, log_config=None, log_level="warning", access_log=False
        )
        super().__init__(config)
        self._up = up

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._up()


def greeting(app: FastAPI, at: str) -> str:
    """What to open and what to paste, or what to run first."""
    said = f"Counterpart answers at {at} (the API is described at {at}/docs)."
    if not hasattr(app.state, "matcher"):
        return said
    reasons = app.state.matcher.current.why_not()
    if reasons:
        advice = "Or start with `counterpart serve --prepare`."
        return "\n".join([said, *(f"Not ready: {reason} {advice}" for reason in reasons)])
    return (
        f"{said}\nAsk it for peers of Bilbao:\n"
        f"  curl -s {at}/v1/matches/peers -H 'Content-Type: application/json' -d '{_EXAMPLE}'"
    )
