"""A match question on its way to bytes: the same way when it is asked and when it is replayed."""

from collections.abc import Mapping
from datetime import date
from importlib.metadata import version
from typing import Any, Literal, NamedTuple

from services.matcher.matching import Context, match_collaborations, match_peers
from services.matcher.schemas import CollaborationsRequest, MatchRequest, PeersRequest
from services.written_json import as_json

Kind = Literal["peers", "collaborations"]
SOFTWARE = f"counterpart {version('counterpart')}"


class Made(NamedTuple):
    """What an answer was made of, and its id: a plain tuple, since each answer makes one."""

    tenant: str
    id: str
    kind: Kind
    request: Mapping[str, Any]
    as_of: date
    language: str
    snapshot_id: str
    weights: Mapping[str, float]


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
    asked = body.model_copy(update={"weights": {**weights, **body.weights}}) if weights else body
    if isinstance(asked, PeersRequest):
        content = match_peers(context, asked)
    else:
        assert isinstance(asked, CollaborationsRequest)
        content = match_collaborations(context, asked)
    request = body.model_dump(mode="json", exclude_unset=True)
    as_of = context.today.isoformat()
    identity = {
        "kind": kind,
        "tenant": context.tenant,
        "request": request,
        "as_of": as_of,
        "language": context.words.language,
        "snapshot": context.snapshot.id,
        "weights": content["weights"],
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
        content["weights"],
    )
    return Answered(made, as_json(head | content))


def parse_request(kind: str, request: Any) -> MatchRequest:
    """A recorded request, as it was sent."""
    model = PeersRequest if kind == "peers" else CollaborationsRequest
    return model.model_validate_json(request)
