"""The door: a question that is ordinary in every way is answered at it, past the layers behind.

Each layer (`install` in services/web/app.py) looks at every request and does nothing for a
question as most are. What they would look at is looked at here in one step. Whatever is odd in
any way takes its way through them as ever: a key or a cookie, a header or a parameter that is not
named here, a body that has to be waited for or is not well-formed, an answer that takes long or
cannot be given, a server that is full or going down. Tests hold both ways equal.
"""

from dataclasses import dataclass

import orjson
from fastapi import FastAPI, Request, Response
from pydantic import ValidationError
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette_compress import CompressMiddleware

from models.errors import Problem
from models.tables import PUBLIC
from services.access.callers import is_local, may_read
from services.load.rates import cost_of, rates_of
from services.matcher.decisions.asked import Kind
from services.matcher.matching.brief import is_brief
from services.matcher.routes.actor import NOBODY
from services.matcher.routes.matches import asked_with, recorded
from services.matcher.schemas import CollaborationsRequest, MatchRequest, PeersRequest
from services.matcher.wording import choose_language, wording
from services.sent_json import loads
from services.web.app import COMPRESSED_FROM
from services.web.bodies import again
from services.web.failing import BENEATH

Head = dict[bytes, bytes]

FIELDS = {
    b"host",
    b"user-agent",
    b"connection",
    b"accept",
    b"accept-encoding",
    b"accept-language",
    b"content-type",
    b"content-length",
    b"x-request-id",
    # What a proxy adds; whom it speaks for is the server's to tell.
    b"x-forwarded-for",
    b"x-forwarded-host",
    b"x-forwarded-proto",
    b"x-real-ip",
}
JSON = (b"application/json", b"application/json; charset=utf-8")
ACCEPTED = (b"*/*", b"application/json")
MOST_BYTES = 10_000
_ANSWER = "answer"
# Where OpenTelemetry is on, the framework names the route of each request in its span.
_TRACED = "fastapi.telemetry"


@dataclass(frozen=True)
class Question:
    """One of the two questions; its path is what the log calls it."""

    path: str
    kind: Kind
    model: type[MatchRequest]


QUESTIONS = {
    question.path: question
    for question in (
        Question("/v1/matches/peers", "peers", PeersRequest),
        Question("/v1/matches/collaborations", "collaborations", CollaborationsRequest),
    )
}


class Limit:
    """The rate limit of somebody from elsewhere: counted once the answer is there, else behind."""

    def __init__(self, api: FastAPI, request: Request) -> None:
        self.rates = rates_of(api)
        self.bucket = self.rates.bucket(request)

    @property
    def lets_in(self) -> bool:
        """Whether there is room for one more, and it is counted in no time."""
        if not self.rates.is_quick:
            return False
        return self.bucket is None or self.rates.look(self.bucket).has_room

    def take(self, path: str) -> dict[str, str]:
        """Count a question; what its answer says of the limit."""
        if self.bucket is None:
            return {}
        return self.rates.take(self.bucket, cost_of(path)).headers


class Door:
    """Answers ordinary questions; sends everything else on."""

    def __init__(self, app: ASGIApp, api: FastAPI) -> None:
        self.app, self.api = app, api
        self._packed = CompressMiddleware(_given, minimum_size=COMPRESSED_FROM)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        question = QUESTIONS.get(scope["path"]) if scope["type"] == "http" else None
        head = _head(scope) if question is not None else None
        state = self.api.state
        is_closed = question is None or head is None or state.draining.is_on or state.hand.is_full
        message = None if is_closed else _come(receive)
        if question is None or head is None or message is None:
            await self.app(scope, receive, send)
            return
        with state.hand:
            answer = self._answer(question, Request(scope), head, message)
            if answer is not None:
                scope["route"] = question
                await self._send(answer, head, scope, receive, send)
                return
        await self.app(scope, again(message, receive), send)

    def _answer(
        self, question: Question, request: Request, head: Head, message: Message
    ) -> Response | None:
        """The answer to a brief question of somebody without a key, else nothing."""
        state = self.api.state
        if not may_read(request):
            return None
        # Whoever asks from this machine is not counted.
        limit = None if is_local(request) else Limit(self.api, request)
        if limit is not None and not limit.lets_in:
            return None
        body, catalogue = _body(question.model, head, message), state.matcher.current.held()
        if body is None or catalogue is None:
            return None
        words = wording(choose_language(head.get(b"accept-language", b"").decode("latin-1")))
        context = asked_with(state.matcher, body, PUBLIC, catalogue, words)
        if not is_brief(context, body):
            return None
        try:
            answer = recorded(state.decisions, question.kind, body, context, NOBODY)
        except (Problem, *BENEATH):
            return None
        if limit is not None:
            answer.headers.update(limit.take(question.path))
        return answer

    async def _send(
        self, answer: Response, head: Head, scope: Scope, receive: Receive, send: Send
    ) -> None:
        if b"accept-encoding" in head:
            scope["state"][_ANSWER] = answer
            await self._packed(scope, receive, send)
            return
        if len(answer.body) >= COMPRESSED_FROM:
            answer.raw_headers.append((b"vary", b"Accept-Encoding"))
        await answer(scope, receive, send)


def _head(scope: Scope) -> Head | None:
    """The head of a question as most are; None where it says anything else."""
    fields: list[tuple[bytes, bytes]] = scope["headers"]
    head = dict(fields)
    is_ordinary = (
        scope["method"] == "POST"
        and not scope["query_string"]
        and _TRACED not in scope
        and len(head) == len(fields)
        and head.keys() <= FIELDS
        and head.get(b"content-type") in JSON
        and head.get(b"accept", b"*/*") in ACCEPTED
    )
    return head if is_ordinary else None


def _come(receive: Receive) -> Message | None:
    """What came with the head; None where it has to be waited for, as is done behind the door."""
    coming = receive().__await__()
    try:
        next(coming)
    except StopIteration as came:
        message: Message = came.value
        return message
    coming.close()
    return None


def _body(model: type[MatchRequest], head: Head, message: Message) -> MatchRequest | None:
    """The question, where it came whole and is well-formed."""
    sent: bytes = message.get("body", b"")
    is_whole = message["type"] == "http.request" and not message.get("more_body", False)
    if not is_whole or len(sent) > MOST_BYTES or head.get(b"content-length") != b"%d" % len(sent):
        return None
    try:
        return model.model_validate(loads(sent))
    except (orjson.JSONDecodeError, ValidationError):
        return None


async def _given(scope: Scope, receive: Receive, send: Send) -> None:
    """An app that sends the answer that is there, to be packed on its way."""
    await scope["state"][_ANSWER](scope, receive, send)
