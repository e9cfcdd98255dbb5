"""POST /v1/matches/peers and /v1/matches/collaborations."""

from datetime import UTC, datetime
from functools import partial
from typing import Any

from fastapi import APIRouter, Request, Response

from services.access import Caller, Matching
from services.matcher.matching import Context, match_collaborations, match_peers
from services.matcher.routes.dependencies import CatalogueDep, WordsDep
from services.matcher.schemas import CollaborationsRequest, MatchRequest, PeersRequest
from services.matcher.wording import Wording
from services.web import answer

router = APIRouter(prefix="/matches", tags=["matching"])


@router.post("/peers")
def peers(
    request: Request, body: PeersRequest, caller: Matching, catalogue: CatalogueDep, words: WordsDep
) -> Response:
    """Which places are this place's peers, why, and what stands in the way?"""
    context = _context(request, body, caller, catalogue, words)
    return _answer(context, "peers", body, match_peers(context, body))


@router.post("/collaborations")
def collaborations(
    request: Request,
    body: CollaborationsRequest,
    caller: Matching,
    catalogue: CatalogueDep,
    words: WordsDep,
) -> Response:
    """Which collaborations fit this place, why, and would they let it in?"""
    context = _context(request, body, caller, catalogue, words)
    return _answer(context, "collaborations", body, match_collaborations(context, body))


def _context(
    request: Request,
    body: MatchRequest,
    caller: Caller,
    catalogue: CatalogueDep,
    words: Wording,
) -> Context:
    matcher = request.app.state.matcher
    return Context(
        catalogue=catalogue,
        tenant=caller.tenant,
        words=words,
        today=body.as_of or datetime.now(UTC).date(),
        load_embedder=partial(matcher.embedder, catalogue.snapshot),
        load_reader=partial(matcher.reader, catalogue.snapshot),
        sign=matcher.sign,
    )


def _answer(context: Context, kind: str, body: MatchRequest, content: dict[str, Any]) -> Response:
    """The answer, addressed by its content."""
    as_of = context.today.isoformat()
    identity = {
        "kind": kind,
        "tenant": context.tenant,
        "request": body.model_dump(mode="json", exclude_unset=True),
        "as_of": as_of,
        "language": context.words.language,
        "snapshot": context.snapshot.id,
        "weights": content["weights"],
    }
    head = {"match_id": context.sign(identity), "snapshot_id": context.snapshot.id, "as_of": as_of}
    return answer(head | content, headers={"Content-Language": context.words.language})
