"""Ordinary questions are answered at the door; whatever is odd goes on as it came."""

import asyncio
import re
from collections.abc import Iterator
from errno import ENOSPC
from typing import Any

import pytest
from fastapi.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from services.load.patience import Impatient
from services.load.rates import Rates, rates_of
from services.stepwise import in_one_go, in_step
from services.web.wire import Wire
from tests.services.matcher.asking import BILBAO, ask
from tests.services.web.on_the_wire import connected, posted

PEERS = "/v1/matches/peers"
BODY = b'{"place_id": "%s", "limit": 3}' % BILBAO.encode()
BEHIND = b"behind"


@pytest.fixture(scope="module", autouse=True)
def _asked_before(client: TestClient) -> None:
    """What answers rest on is derived at the first one."""
    ask(client, "peers", {"place_id": BILBAO})


def knock(
    asked: TestClient,
    body: bytes = BODY,
    parts: int = 1,
    late: float = 0.0,
    whole: bool = False,
    **odd: Any,
) -> Any:
    """What is told at the door, else what whoever is behind it was asked; `whole` with its head."""
    fields = {"host": "a", "content-type": "application/json", "content-length": str(len(body))}
    fields |= odd.pop("fields", {})
    scope = {
        "type": "http", "method": "POST", "path": PEERS, "query_string": b"", "app": asked.app,
        "client": ("127.0.0.1", 5), "state": {},
        "headers": [(name.encode(), value.encode()) for name, value in fields.items()], **odd,
    }  # fmt: skip
    sent, told = iter(_messages(body, parts)), []

    async def receive() -> Message:
        if late:
            await asyncio.sleep(late)
        return next(sent)

    async def send(message: Message) -> None:
        told.append(message)

    asyncio.run(asked.app.state.door.before(_behind)(scope, receive, send))  # type: ignore[attr-defined]
    return told if whole else b"".join(message.get("body", b"") for message in told)


def _messages(body: bytes, parts: int) -> list[Message]:
    size = -(-len(body) // parts)
    return [
        {
            "type": "http.request",
            "body": body[at * size : (at + 1) * size],
            "more_body": at + 1 < parts,
        }
        for at in range(parts)
    ]


async def _behind(_: Scope, receive: Receive, send: Send) -> None:
    read, more = b"", True
    while more:
        message = await receive()
        read, more = read + message["body"], message["more_body"]
    await send({"type": "http.response.body", "body": BEHIND + read})


def test_an_ordinary_question_is_answered_at_the_door(client: TestClient) -> None:
    assert knock(client).startswith(b'{"match_id":')
    fields = {"accept": "*/*", "user-agent": "a", "accept-language": "fr", "x-request-id": "b"}
    in_french = knock(client, fields=fields)
    assert in_french.startswith(b'{"match_id":')
    assert in_french != knock(client)


@pytest.mark.parametrize(
    "odd",
    [
        {"fields": {"authorization": "Bearer cp_a"}},
        {"fields": {"cookie": "counterpart_session=a"}},
        {"fields": {"x-forwarded-for": "203.0.113.1"}},
        {"fields": {"accept": "text/csv"}},
        {"fields": {"content-encoding": "gzip"}},
        {"fields": {"idempotency-key": "a"}},
        {"fields": {"content-length": "1"}},
        {"client": ("203.0.113.1", 5)},
        {"query_string": b"format=csv"},
        {"method": "PUT"},
        {"fastapi.telemetry": object()},
        {"path": f"{PEERS}:batch"},
        {"parts": 2},
        {"body": b'{"place_id": "gn:none"}'},
        {"body": b'{"place_id": "%s", "text": "trams"}' % BILBAO.encode()},
        {"body": b'{"place_id": "%s", "colour": 1}' % BILBAO.encode()},
        {"body": b'{"place_id": '},
        {"body": b" " * 20_000 + BODY},
    ],
    ids=lambda odd: " ".join(map(str, odd)),
)
def test_what_is_odd_goes_on(client: TestClient, odd: dict[str, Any]) -> None:
    assert knock(client, **odd) == BEHIND + odd.get("body", BODY)


def test_a_server_that_goes_down_or_is_full_answers_behind_it(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    state: Any = client.app.state  # type: ignore[attr-defined]
    for name, value in ((state.draining, "is_on"), (state.hand, "_count")):
        with monkeypatch.context() as patched:
            patched.setattr(name, value, 10_000)
            assert knock(client) == BEHIND + BODY
    assert knock(client) != BEHIND + BODY


def test_what_cannot_be_recorded_is_told_behind_it(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(ENOSPC, "No space left on device")

    recorder = client.app.state.decisions.recorder  # type: ignore[attr-defined]
    monkeypatch.setattr(recorder, "record", full)
    assert knock(client) == BEHIND + BODY


@pytest.fixture
def public(client: TestClient) -> Iterator[TestClient]:
    """The service for all the world, with room for two questions a day from an address."""
    state: Any = client.app.state  # type: ignore[attr-defined]
    before = state.settings, rates_of(client.app)  # type: ignore[arg-type]
    rate = {"rate_per_address": "2/day", "rate_storage": "memory://"}
    state.settings = state.settings.model_copy(update={"public_read": True, **rate})
    state.rates = Rates(state.settings)
    yield client
    state.settings, state.rates = before


def test_whoever_asks_from_elsewhere_is_counted_and_told(public: TestClient) -> None:
    asker: dict[str, Any] = {"client": ("203.0.113.1", 5)}
    answers = [knock(public, **asker, whole=True) for _ in range(2)]
    told = [dict(start["headers"])[b"ratelimit"] for start, *_ in answers]
    assert [of.split(b";")[1] for of in told] == [b"r=1", b"r=0"]
    assert knock(public, **asker) == BEHIND + BODY
    passed_on: dict[str, Any] = {
        "fields": {"x-forwarded-for": "203.0.113.2"},
        "client": ("203.0.113.2", 0),
    }
    assert knock(public, **passed_on) != BEHIND + BODY


def test_what_cannot_be_answered_is_counted_once(public: TestClient) -> None:
    asker: dict[str, Any] = {"client": ("203.0.113.1", 5)}
    for _ in range(3):
        assert knock(public, b'{"place_id": "gn:none"}', **asker).startswith(BEHIND)
    assert knock(public, **asker) != BEHIND + BODY


def test_those_answered_in_step_have_the_room_there_is(public: TestClient) -> None:
    at_once = public.app.state.door.at_once  # type: ignore[attr-defined]
    knock(public)
    answers = in_step([at_once(*asked(client="203.0.113.1")) for _ in range(3)])
    assert [answer and answer.headers["ratelimit"].split(";")[1] for answer in answers] == [
        "r=1", "r=0", None,
    ]  # fmt: skip


def test_counts_that_several_processes_share_are_made_behind_it(
    public: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(public.app.state.rates, "is_quick", False)  # type: ignore[attr-defined]
    assert knock(public, client=("203.0.113.1", 5)) == BEHIND + BODY


def test_what_has_not_come_is_waited_for_behind_it(client: TestClient) -> None:
    assert knock(client, late=0.01) == BEHIND + BODY


@pytest.mark.parametrize(
    "fields",
    [
        (),
        ("Accept-Encoding: gzip, deflate, br, zstd", "Accept: */*", "User-Agent: a"),
        ("Accept-Encoding: gzip", "Accept-Language: fr"),
        ("Accept-Encoding: identity",),
        ("X-Forwarded-For: 203.0.113.1", "X-Forwarded-Proto: https"),
    ],
    ids=str,
)
@pytest.mark.parametrize("kind", ["peers", "collaborations"])
def test_on_the_wire_the_same_is_answered(
    public: TestClient, kind: str, fields: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Byte for byte, by whichever way it went."""
    app: Any = public.app
    at_once, given = app.state.door.at_once, []

    def watched(*asked: Any) -> Any:
        given.append((yield from at_once(*asked)))
        return given[-1]

    monkeypatch.setattr(app.state.door, "at_once", watched)
    ask(public, kind, {"place_id": BILBAO})
    sent = posted(f"/v1/matches/{kind}", BODY, "X-Request-Id: a", *fields)
    told = asyncio.run(_told_on(Wire, app, sent))
    assert [one is not None for one in given] == [True]
    assert told == asyncio.run(_told_on(Impatient, app, sent))


def asked(body: bytes = BODY, client: str = "127.0.0.1") -> tuple[Scope, Message]:
    """A question as it comes from the wire."""
    headers = ((b"content-type", b"application/json"), (b"content-length", b"%d" % len(body)))
    scope = {
        "type": "http", "method": "POST", "path": PEERS, "query_string": b"",
        "client": (client, 5), "state": {}, "headers": headers,
    }  # fmt: skip
    return scope, {"type": "http.request", "body": body, "more_body": False}


async def _told_on(protocol: Any, app: Any, sent: bytes) -> bytes:
    """What is answered, but for the seconds left of a limit."""
    app.state.rates = Rates(app.state.settings)
    async with connected(app, protocol) as line:
        return re.sub(rb";t=\d+", b"", await line.ask(sent))


def test_questions_answered_in_step_are_answered_as_each_alone(client: TestClient) -> None:
    at_once = client.app.state.door.at_once  # type: ignore[attr-defined]
    bodies = [BODY, b"{", BODY.replace(b" 3}", b" 4}"), b'{"place_id": "gn:none"}']
    knock(client)
    answers = in_step([at_once(*asked(body)) for body in bodies])
    assert [answer and answer.body for answer in answers] == [
        knock(client, bodies[0]), None, knock(client, bodies[2]), None,
    ]  # fmt: skip


def test_who_is_traced_is_answered_by_way_of_the_framework(client: TestClient) -> None:
    at_once = client.app.state.door.at_once  # type: ignore[attr-defined]
    traced: dict[str, Any] = {"fastapi.telemetry": object()}
    knock(client)
    assert in_one_go(at_once(*asked())) is not None
    knock(client, **traced)
    assert in_one_go(at_once(*asked())) is None
    knock(client, type="lifespan")
    assert in_one_go(at_once(*asked())) is None
    knock(client)
