"""A match question on its way to bytes: the same way when it is asked and when it is replayed."""

from collections.abc import Mapping
from datetime import date
from importlib.metadata import version
from typing import Any, Literal, NamedTuple

import orjson

from models.records.values import Record
from services.matcher.matching import Context, matching_collaborations, matching_peers
from services.matcher.schemas import CollaborationsRequest, MatchRequest, PeersRequest
from services.stepwise import Stepwise, in_one_go
from services.written_json import as_json

Kind = Literal["peers", "collaborations"]
# The same question has the same id, in whichever order it says what it does.
_BY_NAME = orjson.OPT_SORT_KEYS
SOFTWARE = f"counterpart {version('counterpart')}"


class Made(NamedTuple):
    """What an answer was made of, and its id: a plain tuple, since each answer makes one."""

    tenant: str
    id: str
    kind: Kind
    request: bytes
    as_of: date
    language: str
    snapshot_id: str
    weights: bytes


class Answered(NamedTuple):
    """An answer, and everything it was made of."""

    made: Made
    answer: bytes

    @property
    def id(self) -> str:
        return self.made.id

    @property
    def language(self) -> str:
        return self.made.language


def answer_match(
    context: Context, kind: Kind, body: MatchRequest, weights: Mapping[str, float] | None = None
) -> Answered:
    """Answer a question; `weights` are those that stand in for what the caller left open."""
    return in_one_go(answering(context, kind, body, weights))


def answering(
    context: Context, kind: Kind, body: MatchRequest, weights: Mapping[str, float] | None = None
) -> Stepwise[Answered]:
    """The same, step by step."""
    asked = body.model_copy(update={"weights": {**weights, **body.weights}}) if weights else body
    if isinstance(asked, PeersRequest):
        content = yield from matching_peers(context, asked)
    else:
        assert isinstance(asked, CollaborationsRequest)
        content = yield from matching_collaborations(context, asked)
    yield
    request, weights_used = _as_sent(body), orjson.dumps(content["weights"], option=_BY_NAME)
    as_of = context.today.isoformat()
    identity = {
        "kind": kind,
        "tenant": context.tenant,
        "request": orjson.Fragment(request),
        "as_of": as_of,
        "language": context.words.language,
        "snapshot": context.snapshot.id,
        "weights": orjson.Fragment(weights_used),
    }
    match_id = context.sign(identity)
    head = {"match_id": match_id, "snapshot_id": context.snapshot.id, "as_of": as_of}
    made = Made(
        context.tenant,
        match_id,
        kind,
        request,
        context.today,
        context.words.language,
        context.snapshot.id,
        weights_used,
    )
    return Answered(made, as_json(head | content))


def _as_sent(body: MatchRequest) -> bytes:
    """A question as it was sent; most say nothing that has to be taken apart."""
    sent = {name: getattr(body, name) for name in body.model_fields_set}
    return orjson.dumps(sent, default=_part_as_sent, option=_BY_NAME)


def _part_as_sent(part: Record) -> dict[str, Any]:
    return part.model_dump(mode="json", exclude_unset=True)


def parse_request(kind: str, request: Any) -> MatchRequest:
    """A recorded request, as it was sent."""
    model = PeersRequest if kind == "peers" else CollaborationsRequest
    return model.model_validate_json(request)
