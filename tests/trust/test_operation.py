"""Checks 17-20: overload, deadlines, slow senders, going down."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI, Response
from fastapi.testclient import TestClient

from models.settings import Settings
from services.load import patience
from services.load.patience import Impatient
from services.web import app as web
from services.web import bodies
from services.web.app import answer
from tests.trust.report import Tried
from tests.waiting import PATIENCE, until


def app_of(settings: Settings, seconds: float = 1.0) -> FastAPI:
    """An app whose one path answers after so many seconds."""
    app = FastAPI(title="Test", docs_url=None, redoc_url=None)
    app.state.settings, app.state.begun = settings, threading.Event()
    web.install(app, lambda: [])

    @app.get("/slow")
    async def slow() -> Response:
        app.state.begun.set()
        await asyncio.sleep(seconds)
        return answer({})

    @app.post("/echo")
    def echo(body: dict[str, Any]) -> Response:
        return answer(body)

    return app


@contextmanager
def served(app: FastAPI, impatient: bool = True) -> Iterator[tuple[uvicorn.Server, int]]:
    """The app behind a real socket, in a thread."""
    protocol: Any = Impatient if impatient else "h11"
    server = uvicorn.Server(uvicorn.Config(app, port=0, http=protocol, log_level="critical"))
    thread = threading.Thread(target=server.run)
    thread.start()
    until(lambda: server.started, "it answers")
    try:
        yield server, server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()


def asked(port: int, sent: bytes, seconds: float = PATIENCE) -> bytes:
    """What comes back until the connection is closed, or all there is in time."""
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as connection:
        connection.sendall(sent)
        found = b""
        try:
            while part := connection.recv(65536):
                found += part
        except TimeoutError:
            found += b"<open>"
        return found


GET = b"GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


def at_once(port: int, count: int) -> list[bytes]:
    found: list[bytes] = []
    threads = [
        threading.Thread(target=lambda: found.append(asked(port, GET % b"/slow")))
        for _ in range(count)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def overloaded(at_most: int, count: int) -> tuple[int, int]:
    """How many of so many requests at once were answered, and how many told to come again."""
    settings = Settings(requests_at_once=at_most, rate_per_address="", _env_file=None)
    with served(app_of(settings)) as (_, port):
        found = at_once(port, count)
        alive = asked(port, GET % b"/healthz")
    assert b" 200 " in alive
    shed = [f for f in found if b" 503 " in f and b"/problems/too-busy" in f]
    assert all(b"retry-after: 1" in f.lower() for f in shed)
    return sum(b" 200 " in f for f in found), len(shed)


@pytest.mark.check(
    18, "More requests at once than are answered are told to come again", few=12, full=200
)
def test_overload_is_refused(count: int, tried: Tried) -> None:
    good, shed = overloaded(4, count)
    tried(good >= 4 and good + shed == count, f"{good} answered, {shed} refused of {count}")


@pytest.mark.planted(18, "no bound on what is answered at once")
def test_planted_without_a_bound_nothing_is_refused() -> None:
    assert overloaded(1_000, 12) == (12, 0)


def late(deadline: float) -> bytes:
    settings = Settings(deadline_seconds=deadline, rate_per_address="", _env_file=None)
    with served(app_of(settings, 1.0)) as (_, port):
        return asked(port, GET % b"/slow")


@pytest.mark.check(17, "An answer that does not begin in time is given up", few=1, full=10)
def test_a_deadline_holds(count: int, tried: Tried) -> None:
    for _ in range(count):
        found = late(0.2)
        tried(b" 503 " in found and b"/problems/took-too-long" in found, found)


@pytest.mark.planted(17, "no deadline")
def test_planted_without_a_deadline_it_is_waited_for() -> None:
    assert b" 200 " in late(0)


HEADERS = b"GET /healthz HTTP/1.1\r\nHo"
BODY = (
    b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    b"Content-Length: 9\r\n\r\n{"
)


@pytest.fixture
def in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "HEADER_SECONDS", 1.0)
    monkeypatch.setattr(bodies, "SECONDS", 1.0)


def begun(port: int, sent: bytes) -> socket.socket:
    """A request that does not come to its end."""
    found = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    found.sendall(sent)
    return found


@pytest.mark.usefixtures("in_a_hurry")
@pytest.mark.check(19, "Slow senders are cut, and others answered meanwhile", few=10, full=300)
def test_slow_senders_are_cut(count: int, tried: Tried) -> None:
    with served(app_of(Settings(rate_per_address="", _env_file=None))) as (server, port):
        slow = [begun(port, BODY if number % 2 else HEADERS) for number in range(count)]
        tried(b" 200 " in asked(port, GET % b"/healthz"), "nobody else is answered")
        for number, connection in enumerate(slow):
            said = connection.recv(1000)
            tried((b" 408 " in said) if number % 2 else not said, said)
            connection.close()
        until(lambda: not server.server_state.connections, "no connection is left")


@pytest.mark.usefixtures("in_a_hurry")
@pytest.mark.planted(19, "a server without a limit of time for headers")
def test_planted_a_patient_server_keeps_the_connection() -> None:
    app = app_of(Settings(rate_per_address="", _env_file=None))
    with served(app, impatient=False) as (_, port):
        assert asked(port, HEADERS, seconds=2) == b"<open>"


@pytest.mark.check(
    20, "A server says it goes before it goes, and finishes what it began", few=1, full=5
)
def test_going_down_is_said_first(count: int, tried: Tried) -> None:
    for _ in range(count):
        _goes_down(tried)


def _goes_down(tried: Tried) -> None:
    app = app_of(Settings(drain_seconds=0.1, rate_per_address="", _env_file=None))
    found: list[bytes] = []
    asking = threading.Thread(target=lambda: found.append(asked(port, GET % b"/slow")))
    ended = threading.Event()
    with served(app) as (server, port):
        loop = server.servers[0].get_loop()
        loop.call_soon_threadsafe(app.state.draining.begin, ended.set)
        until(lambda: app.state.draining.is_on, "it goes down")
        tried(b" 503 " in asked(port, GET % b"/readyz"), "ready while going down")
        other = asked(port, b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
        tried(b" 200 " in other and b"connection: close" in other.lower(), other)
        tried(ended.wait(PATIENCE), "it does not end")
        app.state.begun.clear()
        asking.start()
        tried(app.state.begun.wait(PATIENCE), "nothing in hand")
    asking.join()
    tried(b" 200 " in found[0], found)


@pytest.mark.planted(20, "a server that goes at once")
def test_planted_without_draining_nobody_is_told() -> None:
    app = app_of(Settings(drain_seconds=0, rate_per_address="", _env_file=None))
    ended: list[bool] = []
    app.state.draining.begin(lambda: ended.append(True))
    with TestClient(app) as client:
        assert ended
        assert client.get("/readyz").status_code == 200
