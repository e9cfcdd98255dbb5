"""HTTP/1.1 that has an ordinary request answered where it comes in, past the server's own way.

To read and write HTTP in general, with a task and a scope for each request and the layers around
it, takes a fifth of an answer's time. Here a request is read that came alone, whole or with its
body right behind, in the plainest form there is; any other, and whatever nobody answers at once,
goes the server's own way as it came. Tests hold both ways equal, to the byte.
"""

import asyncio
import re
from functools import lru_cache
from time import perf_counter
from typing import Any, NamedTuple, Protocol, cast
from weakref import WeakKeyDictionary

import h11
from fastapi import Response
from starlette.types import ASGIApp, Message, Scope
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from uvicorn.protocols.http.h11_impl import STATUS_PHRASES
from uvicorn.server import ServerState

from services.load.patience import Impatient
from services.logs import ID, named, record
from services.stepwise import Stepwise, in_one_go
from services.web.at_once import sent_at_once
from services.web.turns import Turns

# Of a head, and heads that are remembered: a client's are alike for the most part.
MOST_HEAD, MOST_HEADS = 2_000, 1_000
# A body that comes right behind its head comes within that, and is no longer.
HELD_SECONDS, MOST_BODY = 0.05, 10_000
_END = b"\r\n\r\n"
_PLAIN = re.compile(
    rb"POST (?P<path>/[a-z0-9/]+) HTTP/1\.1(?P<fields>(?:\r\n[A-Za-z0-9-]+:[ -~]*)+)"
)
# What says more of the connection, or of the length of a body, than is read here.
_OF_THE_CONNECTION = frozenset((b"expect", b"te", b"trailer", b"transfer-encoding", b"upgrade"))
_LENGTH = re.compile(rb"0|[1-9][0-9]{0,8}")
_PASSED_ON = frozenset((b"x-forwarded-for", b"x-forwarded-proto"))


class _Head(NamedTuple):
    path: bytes
    headers: tuple[tuple[bytes, bytes], ...]
    length: int
    is_passed_on: bool


class _Asked(NamedTuple):
    """A request that waits for its turn."""

    sent: bytes
    head: _Head
    body: bytes


class Door(Protocol):
    """Who answers at once, or not."""

    def at_once(self, scope: Scope, message: Message) -> Stepwise[Response | None]: ...


class Wire(Impatient):
    """A connection that leads to a door, where the app has one."""

    _quiet_since = 0.0
    _held = b""
    _asked: _Asked | None = None
    _no_longer: asyncio.TimerHandle | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._door: Door | None = getattr(self.config.app.state, "door", None)  # type: ignore[union-attr]
        self._turns = _turns_of(self.server_state, self.loop)

    def data_received(self, data: bytes) -> None:
        before = self._asked.sent if self._asked is not None else self._held
        self._asked, self._held = None, b""
        self._received(before + data)
        if self._no_longer is not None and not self._held:
            self._stop_holding()

    def _received(self, data: bytes) -> None:
        end = data.find(_END, 0, MOST_HEAD)
        can_be = end > 0 and self._door is not None and self._is_between_requests()
        read, body = _head(data[:end]) if can_be else None, data[end + len(_END) :]
        if read is not None and len(body) < read.length <= MOST_BODY:
            self._hold(data)
        elif read is not None and len(body) == read.length:
            self._asked, self._quiet_since = _Asked(data, read, body), self.loop.time()
            self._turns.wait(self._take_turn)
        else:
            super().data_received(data)

    def _take_turn(self) -> Stepwise[None]:
        """Answer what was asked; the server's own way where nobody takes or gives an answer."""
        asked, self._asked = self._asked, None
        if asked is None:
            return
        if not (self._is_between_requests() and (yield from self._is_answered(asked))):
            super().data_received(asked.sent)

    def _hold(self, data: bytes) -> None:
        """Wait for the rest of a request: many clients send the body for itself, right behind."""
        self._held = data
        self._unset_keepalive_if_required()
        if self._no_longer is None:
            self._no_longer = self.loop.call_later(HELD_SECONDS, self._go_on)

    def _go_on(self) -> None:
        """What comes too slowly goes the server's own way from here on."""
        held, self._held = self._held, b""
        self._stop_holding()
        if held:
            super().data_received(held)

    def _stop_holding(self) -> None:
        if self._no_longer is not None:
            self._no_longer.cancel()
            self._no_longer = None

    def shutdown(self) -> None:
        in_one_go(self._take_turn())
        self._go_on()
        super().shutdown()

    def connection_lost(self, exc: Exception | None) -> None:
        self._asked = None
        self._stop_holding()
        super().connection_lost(exc)

    def _is_answered(self, asked: _Asked) -> Stepwise[bool]:
        assert self._door is not None
        scope = self._scope(asked.head)
        message: Message = {"type": "http.request", "body": asked.body, "more_body": False}
        began = perf_counter()
        with named(scope) as id:
            try:
                answer = yield from self._door.at_once(scope, message)
            except Exception:
                # Met again, and told, on the server's own way.
                answer = None
            if answer is None:
                return False
            self._write(answer, id)
            record(scope, answer.status_code, perf_counter() - began)
        return True

    def _is_between_requests(self) -> bool:
        """Whether all that came is answered, and all that was answered is taken."""
        return (
            self.conn.their_state is h11.IDLE
            and self.conn.our_state is h11.IDLE
            and not self.conn.trailing_data[0]
            and not self.flow.write_paused
            and not self.transport.is_closing()
        )

    def _scope(self, read: _Head) -> Scope:
        """A request as apps are given it; who asks, by the server's own rules of proxies."""
        scope: Scope = {
            "type": "http",
            "http_version": "1.1",
            "method": "POST",
            "root_path": "",
            "path": read.path.decode(),
            "raw_path": read.path,
            "query_string": b"",
            "headers": read.headers,
            "client": self.client,
            "server": self.server,
            "scheme": self.scheme,
            "state": {},
        }
        if self.config.proxy_headers and read.is_passed_on:
            trusted = self.config.forwarded_allow_ips
            sent_at_once(cast("ASGIApp", ProxyHeadersMiddleware(_nobody, trusted)), scope)
        return scope

    def _write(self, answer: Response, id: str) -> None:
        fields = [*self.server_state.default_headers, *answer.raw_headers, (ID, id.encode())]
        status = answer.status_code
        lines = [
            b"HTTP/1.1 %d %b" % (status, STATUS_PHRASES[status]),
            *(b"%b: %b" % field for field in fields),
            b"",
            answer.body,
        ]
        self.transport.write(b"\r\n".join(lines))
        self.server_state.total_requests += 1
        self._stop_waiting()
        self._quiet_since = self.loop.time()
        if self.timeout_keep_alive_task is None:
            self._close_once_quiet(self.timeout_keep_alive)

    def _close_once_quiet(self, seconds: float) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(
            seconds, self.timeout_keep_alive_handler
        )

    def timeout_keep_alive_handler(self) -> None:
        """Close a quiet connection: looked at again and again, not timed anew by each answer."""
        left = self._quiet_since + self.timeout_keep_alive - self.loop.time()
        if left > 0:
            self._close_once_quiet(left)
        else:
            super().timeout_keep_alive_handler()


_turns: WeakKeyDictionary[ServerState, Turns] = WeakKeyDictionary()


def _turns_of(server: ServerState, loop: asyncio.AbstractEventLoop) -> Turns:
    """The turns of all connections of a server."""
    found = _turns.get(server)
    if found is None:
        found = _turns[server] = Turns(loop)
    return found


@lru_cache(maxsize=MOST_HEADS)
def _head(head: bytes) -> _Head | None:
    """A head in the plainest form, with nothing said twice or of the connection; remembered."""
    plain = _PLAIN.fullmatch(head)
    if plain is None:
        return None
    lines = [line.partition(b":") for line in plain["fields"].split(b"\r\n")[1:]]
    headers = tuple((name.lower(), value.strip(b" ")) for name, _, value in lines)
    fields = dict(headers)
    is_alone = (
        b"host" in fields
        and len(fields) == len(headers)
        and fields.get(b"connection", b"keep-alive").lower() == b"keep-alive"
        and fields.keys().isdisjoint(_OF_THE_CONNECTION)
        and _LENGTH.fullmatch(fields.get(b"content-length", b""))
    )
    if not is_alone:
        return None
    is_passed_on = not fields.keys().isdisjoint(_PASSED_ON)
    return _Head(plain["path"], headers, int(fields[b"content-length"]), is_passed_on)


async def _nobody(*_: object) -> None:
    """An app that leaves a scope as it was made."""
