"""The officer's portfolio: its review, an invitation to check, and the tenant's checklist."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request, Response

from services.access import Caller, Matching
from services.matcher.matching import Context
from services.matcher.portfolio.review import review
from services.matcher.portfolio.schemas import PortfolioRequest
from services.matcher.portfolio.situation import Situation
from services.matcher.routes.decisions import context_of
from services.matcher.routes.dependencies import CatalogueDep, WordsDep
from services.matcher.wording.officer import officer_wording
from services.web import answer

router = APIRouter(prefix="/portfolios", tags=["portfolio"])


def situation_of(
    request: Request,
    body: PortfolioRequest,
    caller: Caller,
    catalogue: CatalogueDep,
    words: WordsDep,
) -> Situation:
    """Where the place stands on the day asked for."""
    day = body.as_of or datetime.now(UTC).date()
    context: Context = context_of(request.app.state.matcher, catalogue, caller.tenant, words, day)
    return Situation(context, body, officer_wording(words.language))


def said(situation: Situation, content: Mapping[str, Any]) -> Response:
    """An answer with the snapshot and the day it rests on."""
    head = {"snapshot_id": situation.context.snapshot.id, "as_of": situation.as_of.isoformat()}
    return answer(head | dict(content), headers={"Content-Language": situation.words.language})


@router.post("/review")
def review_portfolio(
    request: Request,
    body: PortfolioRequest,
    caller: Matching,
    catalogue: CatalogueDep,
    words: WordsDep,
) -> Response:
    """What do all commitments cover together, and what should be kept, reviewed or changed?"""
    situation = situation_of(request, body, caller, catalogue, words)
    return said(situation, review(situation))
