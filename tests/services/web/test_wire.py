"""A plain request is answered where it comes in; any other goes the server's own way."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import structlog
from fastapi import FastAPI, Request, Response
from starlette.types import ASGIApp, Message, Scope

from services import logs
from services.web import app as web
from services.web import wire
from tests.services.web.on_the_wire import Line, connected, posted
from tests.waiting import PATIENCE

BODY, LONG, SHORT = b"{}", b"the server's own way", b"at once"
PLAIN = posted("/asked", BODY)


class Door:
    """Answers all that it is asked, and keeps it; or as it is told."""

    path = "/asked"

    def __init__(self, answer: Any = lambda: Response(SHORT)) -> None:
        self.asked: list[Scope] = []
        self.answer = answer

    def at_once(self, scope: Scope, message: Message) -> Any:
        self.asked.append({**scope, "body": message["body"], "route": self})
        scope["route"] = self
        yield
        return self.answer()

    def before(self, app: ASGIApp) -> ASGIApp:
        return app


def app_with(door: Door) -> FastAPI:
    app = FastAPI(docs_url=None, redoc_url=None)
    app.state.door = door
    web.install(app, lambda: [])

    @app.api_route("/asked", methods=["POST", "GET"])
    async def asked(request: Request) -> Response:
        await request.body()
        return Response(LONG)

    return app


def told(door: Door, *sent: bytes, **settings: Any) -> list[bytes]:
    """What is answered to each of these, on one connection."""

    async def ask() -> list[bytes]:
        async with connected(app_with(door), **settings) as line:
            return [await line.ask(one) for one in sent]

    return asyncio.run(ask())


@asynccontextmanager
async def answered(door: Door, **settings: Any) -> AsyncIterator[tuple[Line, Any]]:
    """A connection on which something was answered at once, and the server's end of it."""
    async with connected(app_with(door), **settings) as line:
        assert SHORT in await line.ask(PLAIN)
        yield line, next(iter(line.state.connections))


def test_plain_requests_are_answered_at_once() -> None:
    door = Door()
    answers = told(door, PLAIN, posted("/asked", b"[]", "Connection: Keep-Alive", "Accept:*/*"))
    assert all(answer.startswith(b"HTTP/1.1 200 OK\r\n") for answer in answers)
    assert all(answer.endswith(b"\r\n\r\n" + SHORT) for answer in answers)
    assert [scope["body"] for scope in door.asked] == [BODY, b"[]"]
    assert (b"accept", b"*/*") in door.asked[1]["headers"]


@pytest.mark.parametrize(
    "odd",
    [
        PLAIN.replace(b"POST", b"GET"),
        PLAIN.replace(b"/asked", b"/asked?q=1"),
        PLAIN.replace(b"/asked", b"/%61sked"),
        PLAIN.replace(b"/asked", b"http://here/asked"),
        PLAIN.replace(b"HTTP/1.1", b"HTTP/1.0"),
        PLAIN.replace(b"Host: here\r\n", b""),
        posted("/asked", BODY, "Host: there"),
        posted("/asked", BODY, "Content-Length: 2"),
        posted("/asked", b"0\r\n\r\n", "Transfer-Encoding: chunked"),
        PLAIN.replace(b"Content-Length: 2", b"Transfer-Encoding: chunked")[:-2] + b"0\r\n\r\n",
        posted("/asked", BODY, "Expect: 100-continue"),
        posted("/asked", BODY, "Connection: close"),
        posted("/asked", BODY, "Connection: upgrade", "Upgrade: h2c"),
        posted("/asked", BODY, "X-A: b", " folded"),
        posted("/asked", BODY, "X-A: caf\xe9"),
        posted("/asked", BODY, "X-A: a\tb"),
        posted("/asked", BODY, "X-A: a\rX-B: b"),
        posted("/asked", BODY, "X-A : b"),
        posted("/asked", BODY, "X-A: " + "a" * 12_000),
    ],
    ids=lambda odd: odd[:200].decode("latin-1"),
)
def test_whatever_is_not_plain_goes_the_servers_own_way(odd: bytes) -> None:
    door = Door()
    (answer,) = told(door, odd)
    assert not door.asked
    assert SHORT not in answer


def test_a_body_right_behind_its_head_is_answered_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "HELD_SECONDS", PATIENCE)

    async def ask() -> None:
        async with connected(app_with(door)) as line:
            for parts in ((PLAIN[:-2], PLAIN[-2:]), (PLAIN[:-1], PLAIN[-1:])):
                (connection,) = await line.send_in_parts(parts)
                assert (await line.ask(b"")).endswith(SHORT)
                assert connection._no_longer is None

    door = Door()
    asyncio.run(ask())
    assert [scope["body"] for scope in door.asked] == [BODY, BODY]


def test_what_comes_slowly_goes_the_servers_own_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """However little is missing: the time is that of the whole request, not of each part."""
    monkeypatch.setattr(wire, "HELD_SECONDS", 0.01)

    async def ask() -> None:
        async with connected(app_with(door)) as line:
            (connection,) = await line.send_in_parts([PLAIN[:-2]])
            while connection.cycle is None:
                await asyncio.sleep(0.01)
            await line.send_in_parts([PLAIN[-2:-1], PLAIN[-1:] + PLAIN])
            assert LONG in await line.ask(b"")
            assert LONG in await line.ask(b"")
            assert (await line.ask(PLAIN)).endswith(SHORT)

    door = Door()
    asyncio.run(ask())
    assert len(door.asked) == 1


def test_what_is_held_is_held_so_long_however_it_drips(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "HELD_SECONDS", PATIENCE)

    async def ask() -> None:
        async with connected(app_with(Door())) as line:
            (connection,) = await line.send_in_parts([PLAIN[:-2]])
            held_until = connection._no_longer.when()
            await line.send_in_parts([PLAIN[-2:-1]])
            assert connection._no_longer.when() == held_until
            connection.shutdown()
            assert connection.cycle is not None
            assert LONG in await line.ask(PLAIN[-1:])

    asyncio.run(ask())


def test_whoever_says_more_before_its_turn_goes_the_servers_own_way() -> None:
    async def ask() -> None:
        async with connected(app_with(door)) as line:
            (connection,) = await line.send_in_parts([PLAIN[:-2]])
            connection.data_received(PLAIN[-2:])
            connection.data_received(PLAIN)
            assert LONG in await line.ask(b"")
            assert LONG in await line.ask(b"")
            assert (await line.ask(PLAIN)).endswith(SHORT)

    door = Door()
    asyncio.run(ask())
    assert len(door.asked) == 1


def test_who_waits_for_a_turn_when_the_server_goes_down_is_answered() -> None:
    async def ask() -> None:
        async with answered(door) as (line, connection):
            connection.data_received(PLAIN)
            connection.shutdown()
            assert SHORT in await line.ask(b"")
            assert await line.ask(b"") == b""

    door = Door()
    asyncio.run(ask())
    assert len(door.asked) == 2


def test_those_who_wait_together_are_answered_together_each_under_its_name(
    capsys: pytest.CaptureFixture[str],
) -> None:
    class Telling(Door):
        def at_once(self, scope: Scope, message: Message) -> Any:
            log = structlog.get_logger()
            log.info("begun")
            answer = yield from super().at_once(scope, message)
            log.info("goes on")
            if message["body"] == BODY:
                raise RuntimeError("broken")
            return answer

    async def ask() -> dict[str, bytes]:
        async with connected(app_with(Telling())) as line, line.beside() as second:
            for name, body, asks in (("a", BODY, line), ("b", b"[]", second)):
                sent = posted("/asked", body, f"X-Request-Id: {name}")
                asks.of_the_server().data_received(sent)
            return {"a": await line.ask(b""), "b": await second.ask(b"")}

    logs.configure()
    told = asyncio.run(ask())
    assert told["a"].endswith(LONG)
    assert told["b"].endswith(SHORT)
    events = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [(event["event"], event["request_id"]) for event in events] == [
        ("begun", "a"), ("begun", "b"), ("goes on", "a"), ("goes on", "b"),
        ("request", "b"), ("request", "a"),
    ]  # fmt: skip


def test_who_is_gone_when_its_turn_comes_is_not_answered() -> None:
    async def ask() -> None:
        async with answered(door) as (line, connection):
            connection.data_received(PLAIN)
            connection.transport.abort()
            while line.state.connections:
                await asyncio.sleep(0)

    door = Door()
    asyncio.run(ask())
    assert len(door.asked) == 1


def test_who_does_not_read_is_waited_for_on_the_servers_own_way() -> None:
    async def ask() -> None:
        async with answered(door) as (line, connection):
            connection.pause_writing()
            waiting = asyncio.create_task(line.ask(PLAIN))
            while connection.cycle is None:
                await asyncio.sleep(0.01)
            connection.resume_writing()
            assert LONG in await waiting

    door = Door()
    asyncio.run(ask())
    assert len(door.asked) == 1


def failed() -> None:
    raise RuntimeError("broken")


@pytest.mark.parametrize("answer", [lambda: None, failed])
def test_what_is_not_answered_at_once_goes_the_servers_own_way(answer: Any) -> None:
    door = Door(answer)
    assert all(LONG in one for one in told(door, PLAIN, PLAIN))
    assert len(door.asked) == 2


def test_who_asks_is_whom_a_trusted_proxy_names() -> None:
    passed_on = posted("/asked", BODY, "X-Forwarded-For: 203.0.113.1", "X-Forwarded-Proto: https")
    for trusted, client, scheme in (
        ("127.0.0.1", "203.0.113.1", "https"),
        ("192.0.2.1", "127.0.0.1", "http"),
    ):
        door = Door()
        told(door, passed_on, forwarded_allow_ips=trusted)
        (scope,) = door.asked
        assert (scope["client"][0], scope["scheme"]) == (client, scheme)


def test_it_is_named_logged_and_counted_once(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure()
    (answer,) = told(Door(), posted("/asked", BODY, "X-Request-Id: id-1"))
    assert b"x-request-id: id-1\r\n" in answer
    (line,) = capsys.readouterr().err.splitlines()
    event = json.loads(line)
    assert (event["route"], event["status"], event["request_id"]) == ("/asked", 200, "id-1")


def test_a_quiet_connection_is_closed_and_one_that_asks_is_not() -> None:
    async def ask() -> None:
        async with answered(Door(), timeout_keep_alive=PATIENCE) as (line, connection):
            connection.timeout_keep_alive_handler()
            assert SHORT in await line.ask(PLAIN)
            connection._quiet_since -= PATIENCE
            connection.timeout_keep_alive_handler()
            assert await line.ask(b"") == b""

    asyncio.run(ask())
