"""What became of matches, and the weights that a tenant's own outcomes have moved."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field

from models.errors import InvalidInput, Unauthorised
from models.records.values import Record
from models.tables import TenantDocumentRow
from services.access.callers import Caller, Matching
from services.matcher.decisions import tuning
from services.matcher.decisions.audit import Entry
from services.matcher.decisions.decisions import Decisions
from services.matcher.decisions.digests import digests
from services.matcher.decisions.outcomes import OutcomeRequest, add_outcome, due_of, list_outcomes
from services.matcher.routes.actor import actor_of
from services.matcher.routes.decisions import found
from services.matcher.routes.paging import OWN, Cursor, Limit, own_page
from services.web.app import answer

router = APIRouter(tags=["decisions"])


def _keyed(caller: Matching) -> Caller:
    """A caller with a key: what is decided belongs to somebody."""
    if not caller.has_key:
        raise Unauthorised("This needs a key: what is decided belongs to a tenant.")
    return caller


Deciding = Annotated[Caller, Depends(_keyed)]


@router.post("/matches/{match_id}/outcomes")
def tell(match_id: str, request: Request, body: OutcomeRequest, caller: Deciding) -> Response:
    """Tell what became of one result; told twice it is recorded once."""
    row = found(request, caller, match_id)
    decisions: Decisions = request.app.state.decisions
    return answer(add_outcome(decisions.deciding_on(row), row, body, actor_of(request)), 201)


@router.get("/matches/{match_id}/outcomes")
def told(
    match_id: str,
    request: Request,
    caller: Deciding,
    limit: Limit = OWN,
    cursor: Cursor = None,
) -> Response:
    """All that was told of a match, in order, and when to ask what became of what was accepted."""
    row = found(request, caller, match_id)
    with request.app.state.sessions() as session:
        items = list_outcomes(session, row)
    return answer(own_page(items, limit, cursor, "number") | {"due": due_of(items)})


class RevertRequest(Record):
    """Which version of the weights to go back to; 0 is the default."""

    version: Annotated[int, Field(ge=0, le=1_000_000)]


@router.get("/weights")
def weights(
    request: Request,
    caller: Deciding,
    version: Annotated[int | None, Query(ge=1, le=1_000_000)] = None,
) -> Response:
    """The factors on your default weights, learned from your own outcomes, and their bounds."""
    with request.app.state.sessions() as session:
        row = tuning.latest(session, caller.tenant, tuning.WEIGHTS)
        if version is not None:
            row = session.get(TenantDocumentRow, (caller.tenant, tuning.WEIGHTS, version))
            if row is None:
                detail = f"there is no version {version} of your weights"
                raise InvalidInput.at("?version", detail, "unknown_version")
    return answer(tuning.shown(row))


@router.post("/weights/revert")
def go_back(request: Request, body: RevertRequest, caller: Deciding) -> Response:
    """Go back to an older version of your weights; that is a new version."""
    decisions: Decisions = request.app.state.decisions
    with decisions.ledger.writing() as writing:
        row = tuning.revert(writing.session, caller.tenant, body.version)
        content: dict[str, Any] = {"to": body.version, "rows": digests(row)}
        writing.append(Entry(caller.tenant, "weights", actor_of(request), content))
    return answer(tuning.shown(row))
