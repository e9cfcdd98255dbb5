"""The officer's portfolio: its review, an invitation to check, and the tenant's checklist."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request, Response

from services.access.callers import Caller, Matching
from services.matcher.decisions.audit import Entry
from services.matcher.decisions.decisions import Decisions
from services.matcher.decisions.digests import digests
from services.matcher.decisions.tuning import latest, next_version
from services.matcher.matcher import Matcher
from services.matcher.portfolio.checklist import CHECKLIST, lines_of
from services.matcher.portfolio.invitation import check_invitation
from services.matcher.portfolio.review import review
from services.matcher.portfolio.schemas import Checklist, InvitationRequest, PortfolioRequest
from services.matcher.portfolio.situation import Situation
from services.matcher.routes.actor import actor_of
from services.matcher.routes.dependencies import CatalogueDep, WordsDep
from services.matcher.routes.outcomes import Deciding
from services.matcher.wording.officer import officer_wording
from services.web.app import answer

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
    matcher: Matcher = request.app.state.matcher
    context = matcher.context(catalogue, caller.tenant, words, day)
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


@router.post("/invitation")
def invitation(
    request: Request,
    body: InvitationRequest,
    caller: Matching,
    catalogue: CatalogueDep,
    words: WordsDep,
) -> Response:
    """Should this invitation be accepted, given all that the place is committed to?"""
    situation = situation_of(request, body, caller, catalogue, words)
    return said(
        situation, check_invitation(situation, body, checklist_in_force(request, caller, words))
    )


@router.get("/checklist")
def read_checklist(request: Request, caller: Matching, words: WordsDep) -> Response:
    """The checklist in force: your own, or the default one (version 0)."""
    return answer(checklist_in_force(request, caller, words))


@router.put("/checklist")
def write_checklist(request: Request, body: Checklist, caller: Deciding) -> Response:
    """Replace the checklist by your own; earlier versions are kept."""
    decisions: Decisions = request.app.state.decisions
    with decisions.ledger.writing() as writing:
        row = next_version(writing.session, caller.tenant, CHECKLIST, body.facts())
        writing.append(Entry(caller.tenant, CHECKLIST, actor_of(request), {"rows": digests(row)}))
    return answer({"version": row.version, **body.facts()})


def checklist_in_force(request: Request, caller: Caller, words: WordsDep) -> dict[str, Any]:
    with request.app.state.sessions() as session:
        row = latest(session, caller.tenant, CHECKLIST)
    return lines_of(row, officer_wording(words.language))
