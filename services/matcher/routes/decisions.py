"""Matches as records: read, replayed, compared, and what became of them."""

from functools import partial
from typing import Any

from fastapi import APIRouter, Request, Response

from models.errors import MatchNotFound, Problem
from models.tables import MatchRow
from services.access.callers import Caller, Matching
from services.matcher.catalogue import Catalogue
from services.matcher.decisions.account import account_of
from services.matcher.decisions.decisions import Decisions
from services.matcher.decisions.diff import difference, side_of
from services.matcher.decisions.replay import refused_then, replay, stored_answer
from services.matcher.matcher import Matcher
from services.matcher.matching import Context
from services.matcher.routes.dependencies import WordsDep
from services.matcher.wording import wording
from services.matcher.wording.officer import officer_wording
from services.web.app import answer

router = APIRouter(prefix="/matches", tags=["decisions"])


def written(content: bytes, language: str) -> Response:
    """An answer's bytes as they were made."""
    headers = {"Content-Language": language}
    return Response(content, headers=headers, media_type="application/json")


def found(request: Request, caller: Caller, match_id: str) -> MatchRow:
    """A match of the caller's own tenant; another's is not found."""
    decisions: Decisions = request.app.state.decisions
    row = decisions.recorder.find(caller.tenant, match_id)
    if row is None:
        raise MatchNotFound(match_id)
    return row


def replayed(request: Request, row: MatchRow) -> bytes:
    """A recorded match, answered again."""
    decisions: Decisions = request.app.state.decisions
    return replay(row, decisions.catalogue, partial(past_context, request))


def past_context(request: Request, catalogue: Catalogue, row: MatchRow) -> Context:
    """What a recorded match was answered with."""
    matcher: Matcher = request.app.state.matcher
    return matcher.context(catalogue, row.tenant_id, wording(row.language), row.as_of)


@router.get("/{match_id}")
def read(match_id: str, request: Request, caller: Matching) -> Response:
    """A match as it was answered."""
    row = found(request, caller, match_id)
    return written(stored_answer(row), row.language)


@router.post("/{match_id}/replay")
def again(match_id: str, request: Request, caller: Matching) -> Response:
    """The match answered again on its own snapshot: the same bytes, or why that cannot be."""
    row = found(request, caller, match_id)
    return written(replayed(request, row), row.language)


@router.get("/{match_id}/audit")
def audit(match_id: str, request: Request, caller: Matching) -> Response:
    """What a match was made with, who asked it, and what was decided on it."""
    row = found(request, caller, match_id)
    decisions: Decisions = request.app.state.decisions
    with request.app.state.sessions() as session:
        return answer(account_of(row, decisions.catalogue(row.snapshot_id), session))


@router.get("/{first}/diff/{second}")
def diff(first: str, second: str, request: Request, caller: Matching, words: WordsDep) -> Response:
    """What moved between two matches, and why, in words."""
    one, other = (
        side_of(row, refusals(request, row))
        for row in (found(request, caller, first), found(request, caller, second))
    )
    content = difference(one, other, officer_wording(words.language))
    return answer(content, headers={"Content-Language": words.language})


def refusals(request: Request, row: MatchRow) -> list[dict[str, Any]]:
    """What a match ruled out, asked of its own snapshot; nothing where that is gone."""
    decisions: Decisions = request.app.state.decisions
    try:
        catalogue = decisions.catalogue(row.snapshot_id)
        if catalogue is None:
            return []
        return refused_then(row, past_context(request, catalogue, row))
    except Problem:
        return []
