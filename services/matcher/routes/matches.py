"""POST /v1/matches/peers and /v1/matches/collaborations."""

from datetime import UTC, datetime

from fastapi import APIRouter, Depends, FastAPI, Request, Response

from services.access.callers import Matching
from services.load.lane import Lane
from services.matcher.catalogue import Catalogue
from services.matcher.decisions.asked import Answered, Kind, answering
from services.matcher.decisions.decisions import Decisions
from services.matcher.matcher import Matcher
from services.matcher.matching import Context
from services.matcher.matching.brief import is_brief
from services.matcher.routes import batch, whole
from services.matcher.routes.actor import actor_of
from services.matcher.routes.decisions import written
from services.matcher.routes.dependencies import CatalogueDep, WordsDep
from services.matcher.routes.direct import Direct
from services.matcher.schemas import CollaborationsRequest, MatchRequest, PeersRequest
from services.matcher.wording import Wording
from services.stepwise import Stepwise, in_one_go
from services.web.parameters import known_parameters

router = APIRouter(prefix="/matches", tags=["matching"])
router.include_router(batch.router)
router.include_router(whole.router)


def add_questions(app: FastAPI) -> None:
    """The two questions stand at the app itself: a router in routers is searched at each level."""
    for path, answer in (("peers", peers), ("collaborations", collaborations)):
        app.router.add_api_route(
            f"/v1/matches/{path}",
            answer,
            methods=["POST"],
            tags=["matching"],
            dependencies=[Depends(known_parameters)],
            route_class_override=Direct,
        )


async def peers(
    request: Request, body: PeersRequest, caller: Matching, catalogue: CatalogueDep, words: WordsDep
) -> Response:
    """Which places are this place's peers, why, and what stands in the way?"""
    context = asked_with(request.app.state.matcher, body, caller.tenant, catalogue, words)
    return await _answered(request, "peers", body, context)


async def collaborations(
    request: Request,
    body: CollaborationsRequest,
    caller: Matching,
    catalogue: CatalogueDep,
    words: WordsDep,
) -> Response:
    """Which collaborations fit this place, why, and would they let it in?"""
    context = asked_with(request.app.state.matcher, body, caller.tenant, catalogue, words)
    return await _answered(request, "collaborations", body, context)


def asked_with(
    matcher: Matcher, body: MatchRequest, tenant: str, catalogue: Catalogue, words: Wording
) -> Context:
    """What a question is answered with: on the day it says, else today."""
    today = body.as_of or datetime.now(UTC).date()
    return matcher.context(catalogue, tenant, words, today)


async def _answered(request: Request, kind: Kind, body: MatchRequest, context: Context) -> Response:
    """The answer, made here where that is brief, else in the lane."""
    decisions: Decisions = request.app.state.decisions
    asking, actor = answered_with(decisions, kind, body, context), actor_of(request)
    if is_brief(context, body):
        return recorded(decisions, in_one_go(asking), actor)
    lane: Lane = request.app.state.matcher.lane
    return await lane.run(lambda: recorded(decisions, in_one_go(asking), actor))


def answered_with(
    decisions: Decisions, kind: Kind, body: MatchRequest, context: Context
) -> Stepwise[Answered]:
    """The answer, by the weights that the caller's own outcomes gave where there are some."""
    tuned = decisions.tuned(context.catalogue, context.tenant, kind, body)
    answered = yield from answering(context, kind, body, tuned)
    context.catalogue.answered(type(body))
    return answered


def recorded(decisions: Decisions, answered: Answered, actor: str) -> Response:
    """The answer, addressed by its content and recorded."""
    decisions.recorder.record(answered, actor)
    return written(answered.answer, answered.language)
