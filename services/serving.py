"""The HTTP server: a port taken before any work, and a word when it answers."""

import socket

import uvicorn
from fastapi import FastAPI
from uvicorn.supervisors import Multiprocess

from models.errors import Problem
from services import logs, printing
from services.load.patience import Impatient
from services.matcher import app as matcher

# A busy machine imports slowly; a matcher that says nothing for longer is replaced.
STARTING_SECONDS = 120
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}
_EXAMPLE = (
    '{"place_id": "gn:3128026", "limit": 3, '
    '"needs": [{"sector": "regeneration", "stage": "implement"}]}'
)


def listen(host: str, port: int) -> socket.socket:
    """A bound socket that does not accept yet; a port in use is said at once."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
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
    """Serve until interrupted; the log of requests is the app's own."""
    config = uvicorn.Config(
        app, http=Impatient, log_config=None, log_level="warning", access_log=False
    )
    _Server(config, _greeting(app, address(listener))).run([listener])


def run_matchers(listener: socket.socket, workers: int) -> None:
    """Answer with several matchers; what they read of the snapshot is in memory once."""
    config = uvicorn.Config(
        "services.serving:matcher_of_its_own",
        factory=True,
        workers=workers,
        http=Impatient,
        timeout_worker_healthcheck=STARTING_SECONDS,
        log_config=None,
        log_level="warning",
        access_log=False,
    )
    printing.say(f"Counterpart answers at {address(listener)} with {workers} matchers.")
    Multiprocess(config, [listener]).run()


def matcher_of_its_own() -> FastAPI:
    """The matcher in a process of its own, by the settings in its environment."""
    logs.configure()
    return matcher.create_app()


def _greeting(app: FastAPI, at: str) -> str:
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


class _Server(uvicorn.Server):
    """A server that says where it is once it answers."""

    def __init__(self, config: uvicorn.Config, greeting: str) -> None:
        super().__init__(config)
        self.greeting = greeting

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        printing.say(self.greeting)
