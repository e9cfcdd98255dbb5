"""Idempotency-Key: a write that is sent again is answered as it was, and nothing is done twice.

The whole request runs in one transaction that holds its effect and its answer: a crash at any
point leaves both or neither. What fails leaves nothing, and may be sent again under its key.
"""

import hashlib
from contextlib import ExitStack, nullcontext
from datetime import timedelta
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from sqlalchemy import delete, text
from sqlalchemy.orm import Session
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from models.errors import InvalidInput, Problem
from models.failpoints import reached
from models.request_transaction import RequestTransaction, within
from models.tables import IdempotencyRow, now
from models.tenancy import EVERY, limit
from services.access.callers import caller
from services.web.bodies import again
from services.web.contract.operation import Those
from services.web.failing import BENEATH, beneath
from services.web.in_flight import InFlight, only_one

HEADER, REPLAYED = "idempotency-key", "Idempotent-Replayed"
LONGEST = 255
KEPT = timedelta(hours=24)
_KEPT_HEADERS = ("content-type", "content-language", "location", "retry-after")


class KeyReused(Problem):
    status, title, type = 422, "Key reused", "key-reused"

    def __init__(self) -> None:
        super().__init__(
            "This Idempotency-Key was sent with another request before: a new request needs a "
            "new key."
        )


class Idempotency:
    """Takes in hand the writes that create and come with a key."""

    def __init__(self, app: ASGIApp, api: FastAPI, refuse: Any) -> None:
        self.app, self.api, self.refuse = app, api, refuse
        self._creating = Those(api, lambda operation: operation.creates)
        self._in_flight: InFlight | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not self._creates(scope):
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            body = await _body(receive)
            tenant = (await caller(request, request.headers.get("x-csrf-token"))).tenant
            attempt = await run_in_threadpool(self._begin, request, body, tenant)
        except (Problem, *BENEATH) as error:
            await self._refuse(request, error, send)
            return
        if attempt.before is not None:
            await _again(attempt.before)(scope, receive, send)
            return
        try:
            told = await self._run(attempt, request, body)
        except BENEATH as error:
            await self._refuse(request, error, send)
            return
        for message in told:
            await send(message)

    async def _refuse(self, request: Request, error: Exception, send: Send) -> None:
        problem = error if isinstance(error, Problem) else beneath(error)
        await self.refuse(request, problem)(request.scope, request.receive, send)

    def _creates(self, scope: Scope) -> bool:
        return HEADER in Headers(scope=scope) and self._creating.of(scope) is not None

    def _begin(self, request: Request, body: bytes, tenant: str) -> "Attempt":
        key = request.headers[HEADER]
        if not 1 <= len(key) <= LONGEST or not key.isprintable():
            detail = f"an Idempotency-Key has 1 to {LONGEST} printable characters"
            raise InvalidInput.at("header Idempotency-Key", detail, "bad_idempotency_key")
        if self._in_flight is None:
            self._in_flight = InFlight(request.app.state.settings.var / "in-flight.lock")
        attempt = Attempt(tenant, hashlib.sha256(key.encode()).hexdigest(), _hash(request, body))
        attempt.begin(self.api, self._in_flight)
        return attempt

    async def _run(self, attempt: "Attempt", request: Request, body: bytes) -> list[Message]:
        """Answer, then put effect and answer on disk together; what is to be told."""
        told: list[Message] = []

        async def keep(message: Message) -> None:
            told.append(message)

        try:
            with within(attempt.whole):
                whole = {"type": "http.request", "body": body, "more_body": False}
                await self.app(request.scope, again(whole, request.receive), keep)
            status = next(m["status"] for m in told if m["type"] == "http.response.start")
            if 200 <= status < 300:
                await run_in_threadpool(attempt.commit, told)
            else:
                await run_in_threadpool(attempt.undo)
        except BaseException:
            await run_in_threadpool(attempt.undo)
            raise
        return told


class Attempt:
    """One try of a request with a key."""

    def __init__(self, tenant: str, key_hash: str, request_hash: str) -> None:
        self.tenant, self.key_hash, self.request_hash = tenant, key_hash, request_hash
        self.before: IdempotencyRow | None = None
        self._open = ExitStack()
        self.session: Session
        self.whole: RequestTransaction

    def begin(self, api: FastAPI, in_flight: InFlight) -> None:
        """Be the only one with this key, then begin; or find what was answered before."""
        number = int(
            hashlib.sha256(f"{self.tenant}\n{self.key_hash}".encode()).hexdigest()[:16], 16
        )
        decisions = getattr(api.state, "decisions", None)
        try:
            self.session = self._open.enter_context(api.state.every_tenant())
            connection = self.session.connection()
            if connection.dialect.name == "postgresql":
                only_one(connection, number)
            else:
                self._open.enter_context(in_flight.one(number))
            # Whoever writes takes the log's lock before the database's, here too.
            log = decisions.ledger.file.locked() if decisions is not None else nullcontext()
            self._open.enter_context(log)
            if connection.dialect.name == "sqlite":
                connection.execute(text("BEGIN IMMEDIATE"))
            self.whole = RequestTransaction(connection)
            self.before = self._found()
        except BaseException:
            self.undo()
            raise
        if self.before is not None:
            self.undo()

    def _found(self) -> IdempotencyRow | None:
        row = self.session.get(IdempotencyRow, (self.tenant, self.key_hash))
        if row is None or row.created_at <= now() - KEPT:
            gone = delete(IdempotencyRow).where(IdempotencyRow.created_at <= now() - KEPT)
            self.session.execute(gone)
            return None
        if row.request_hash != self.request_hash:
            raise KeyReused
        self.session.expunge(row)
        return row

    def commit(self, told: list[Message]) -> None:
        """The answer beside its effect, in the one transaction."""
        limit(self.session, EVERY)
        start = next(m for m in told if m["type"] == "http.response.start")
        headers = Headers(raw=start["headers"])
        kept = {name: headers[name] for name in _KEPT_HEADERS if name in headers}
        self.session.add(
            IdempotencyRow(
                tenant_id=self.tenant,
                key_hash=self.key_hash,
                request_hash=self.request_hash,
                status=start["status"],
                headers=orjson.dumps(kept).decode(),
                body=b"".join(m.get("body", b"") for m in told),
            )
        )
        self.session.flush()
        reached("idempotency-before-commit")
        self.session.commit()
        reached("idempotency-after-commit")
        self.whole.settle()
        self._open.close()

    def undo(self) -> None:
        """Nothing of it happened."""
        self._open.close()


def _hash(request: Request, body: bytes) -> str:
    """What was asked; the boundary of a form is chosen anew each time it is sent."""
    kind = request.headers.get("content-type", "")
    boundary = kind.partition("boundary=")[2].strip('" ').encode()
    said = body.replace(boundary, b"") if boundary else body
    asked = f"{request.method} {request.url.path}?{request.url.query}\n{kind.partition(';')[0]}\n"
    return hashlib.sha256(asked.encode() + said).hexdigest()


def _again(row: IdempotencyRow) -> Response:
    headers: dict[str, str] = orjson.loads(row.headers)
    return Response(row.body, row.status, {**headers, REPLAYED: "true"})


async def _body(receive: Receive) -> bytes:
    parts, more = [], True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        more = message["type"] == "http.request" and message.get("more_body", False)
    return b"".join(parts)
