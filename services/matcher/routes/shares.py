"""A shortlist shared with another tenant, on the wish of both."""

from fastapi import APIRouter, Request, Response

from services.matcher.decisions.audit import Entry
from services.matcher.decisions.decisions import Decisions
from services.matcher.routes.actor import actor_of
from services.matcher.routes.decisions import found
from services.matcher.routes.outcomes import Deciding
from services.matcher.routes.paging import OWN, Cursor, Limit, own_page
from services.matcher.sharing import shares
from services.web.app import answer

router = APIRouter(tags=["portfolio"])


@router.post("/matches/{match_id}/shares")
def offer(match_id: str, request: Request, body: shares.OfferRequest, caller: Deciding) -> Response:
    """Offer the names on this shortlist to whom you hand the code to; it is shown once."""
    match = found(request, caller, match_id)
    decisions: Decisions = request.app.state.decisions
    with decisions.deciding_on(match) as writing:
        row, code = shares.offer(writing.session, match, body.note)
        content = {"share": shares.id_of(row), "match": match.id, "did": "offered"}
        writing.append(Entry(caller.tenant, "share", actor_of(request), content))
        writing.session.flush()
        seen = shares.shown(writing.session, row, caller.tenant)
    return answer(seen | {"code": code}, 201)


@router.post("/shares/accept")
def accept(request: Request, body: shares.AcceptRequest, caller: Deciding) -> Response:
    """Accept a shortlist by its code, and show one of yours in return where you wish to."""
    match = found(request, caller, body.match_id) if body.match_id else None
    decisions: Decisions = request.app.state.decisions
    with decisions.deciding_on(match) as writing:
        row = shares.accept(writing.session, caller.tenant, body, match)
        content = {"share": shares.id_of(row), "match": body.match_id, "did": "accepted"}
        writing.append(Entry(caller.tenant, "share", actor_of(request), content))
        writing.session.flush()
        seen = shares.shown(writing.session, row, caller.tenant)
    return answer(seen)


@router.get("/shares")
def every(
    request: Request, caller: Deciding, limit: Limit = OWN, cursor: Cursor = None
) -> Response:
    """All that you share and that is shared with you."""
    # Both tenants' names are shown, so this session sees more than the caller's own.
    with request.app.state.every_tenant() as session:
        rows = shares.listed(session, caller.tenant)
        items = [shares.shown(session, row, caller.tenant) for row in rows]
    return answer(own_page(items, limit, cursor, "id"))


@router.get("/shares/{share_id}")
def read(share_id: str, request: Request, caller: Deciding) -> Response:
    """Both shortlists, and what stands on both."""
    # Both tenants' names are shown, so this session sees more than the caller's own.
    with request.app.state.every_tenant() as session:
        row = shares.find(session, caller.tenant, share_id)
        seen = shares.shown(session, row, caller.tenant)
    return answer(seen)


@router.delete("/shares/{share_id}", status_code=204)
def end(share_id: str, request: Request, caller: Deciding) -> Response:
    """End a share, from whichever side: neither sees the other's shortlist any more."""
    decisions: Decisions = request.app.state.decisions
    with decisions.ledger.writing() as writing:
        row = shares.find(writing.session, caller.tenant, share_id)
        content = {"share": shares.id_of(row), "did": "ended"}
        writing.session.delete(row)
        writing.append(Entry(caller.tenant, "share", actor_of(request), content))
    return Response(status_code=204)
