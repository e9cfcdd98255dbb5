"""The door: a question that is ordinary in every way is answered at it, past the layers behind.

Each layer (`install` in services/web/app.py) looks at every request and does nothing for a
question as most are. What they would look at is looked at here in one step. Whatever is odd in
any way takes its way through them as ever: a key or a cookie, a header or a parameter that is not
named here, a body that has to be waited for or is not well-formed, an answer that takes long or
cannot be given, a server that is full or going down. Tests hold both ways equal.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache, partial

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
from services.matcher.routes.matches import answered_with, asked_with, recorded
from services.matcher.schemas import CollaborationsRequest, MatchRequest, PeersRequest
from services.matcher.wording import choose_language, wording
from services.sent_json import loads
from services.stepwise import Stepwise, in_one_go
from services.web.app import COMPRESSED_FROM
from services.web.at_once import at_once, sent_at_once
from services.web.bodies import again
from services.web.failing import BENEATH

Head = Mapping[bytes, bytes]

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
# Heads that are remembered: a client's are alike for the most part.
MOST_HEADS = 1_000
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
    """Answers ordinary questions: where they come in from the wire, else before the first layer."""

    def __init__(self, api: FastAPI) -> None:
        self.api = api
        # Known once somebody came by the framework.
        self._is_traced = True

    def at_once(self, scope: Scope, message: Message) -> Stepwise[Response | None]:
        """The answer to an ordinary question that never saw the framework, else nothing."""
        head = None if self._is_traced else self._head(scope)
        if head is None:
            return None
        scope["app"] = self.api
        with self.api.state.hand:
            return (yield from self._answer(scope, head, message))

    def before(self, app: ASGIApp) -> ASGIApp:
        """An app to which what is not answered here goes on."""
        return partial(self._come, app)

    async def _come(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        self._is_traced = _TRACED in scope
        head = self._head(scope)
        # What has to be waited for is waited for behind the door.
        message = at_once(receive()) if head is not None else None
        if head is None or message is None:
            await app(scope, receive, send)
            return
        with self.api.state.hand:
            answer = in_one_go(self._answer(scope, head, message))
            if answer is not None:
                await answer(scope, receive, send)
                return
        await app(scope, again(message, receive), send)

    def _head(self, scope: Scope) -> Head | None:
        """The head of an ordinary question, as long as there is room for it."""
        state = self.api.state
        if scope["path"] not in QUESTIONS or state.draining.is_on or state.hand.is_full:
            return None
        return _ordinary(scope)

    def _answer(self, scope: Scope, head: Head, message: Message) -> Stepwise[Response | None]:
        """The answer as it is sent, where there is one."""
        question = QUESTIONS[scope["path"]]
        answer = yield from self._made(question, Request(scope), head, message)
        if answer is not None:
            scope["route"] = question
            _pack(answer, head, scope)
        return answer

    def _made(
        self, question: Question, request: Request, head: Head, message: Message
    ) -> Stepwise[Response | None]:
        """The answer to a brief question of somebody without a key, else nothing."""
        state = self.api.state
        # Whoever asks from this machine may read, and is not counted.
        limit = None if is_local(request) else Limit(self.api, request)
        if limit is not None and not (may_read(request) and limit.lets_in):
            return None
        body, catalogue = _body(question.model, head, message), state.matcher.current.held()
        if body is None or catalogue is None:
            return None
        words = wording(choose_language(head.get(b"accept-language", b"").decode("latin-1")))
        context = asked_with(state.matcher, body, PUBLIC, catalogue, words)
        if not is_brief(context, body):
            return None
        try:
            answered = yield from answered_with(state.decisions, question.kind, body, context)
            # Others that are answered in step with it may have taken the room there was.
            if limit is not None and not limit.lets_in:
                return None
            answer = recorded(state.decisions, answered, NOBODY)
        except (Problem, *BENEATH):
            return None
        if limit is not None:
            answer.headers.update(limit.take(question.path))
        return answer


def _ordinary(scope: Scope) -> Head | None:
    """The head of a question as most are; None where it says anything else."""
    is_ordinary = scope["method"] == "POST" and not scope["query_string"] and _TRACED not in scope
    return _head(tuple(scope["headers"])) if is_ordinary else None


@lru_cache(maxsize=MOST_HEADS)
def _head(fields: tuple[tuple[bytes, bytes], ...]) -> Head | None:
    head = dict(fields)
    is_ordinary = (
        len(head) == len(fields)
        and head.keys() <= FIELDS
        and head.get(b"content-type") in JSON
        and head.get(b"accept", b"*/*") in ACCEPTED
    )
    return head if is_ordinary else None


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


def _pack(answer: Response, head: Head, scope: Scope) -> None:
    """Pack an answer where it is wanted so."""
    if b"accept-encoding" not in head:
        if len(answer.body) >= COMPRESSED_FROM:
            answer.raw_headers.append((b"vary", b"Accept-Encoding"))
        return
    start, *parts = sent_at_once(CompressMiddleware(answer, minimum_size=COMPRESSED_FROM), scope)
    answer.raw_headers = start["headers"]
    answer.body = b"".join(part["body"] for part in parts)
