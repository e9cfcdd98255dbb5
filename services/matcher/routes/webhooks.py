"""Webhooks: your server told of events, signed; and matches that are watched."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import uuid4

import orjson
from fastapi import APIRouter, Request, Response
from pydantic import Field
from sqlalchemy import ColumnElement, and_, delete, func, or_, select

from models.errors import Conflict, InvalidInput, NotFound
from models.records.values import Record
from models.tables import DeliveryRow, WatchRow, WebhookRow, now
from services.access.callers import Caller
from services.access.server_secret import server_secret
from services.events.kinds import EventKind
from services.events.reaching import NotReachable, Reaching
from services.events.signing import Signer
from services.matcher import watching
from services.matcher.decisions.decisions import Decisions
from services.matcher.matcher import Matcher
from services.matcher.routes.decisions import found
from services.matcher.routes.dependencies import CatalogueDep
from services.matcher.routes.outcomes import Deciding
from services.matcher.routes.paging import (
    OWN,
    Cursor,
    Limit,
    cursor_after,
    gone,
    last_shown,
    own_page,
)
from services.matcher.wording import wording
from services.web.app import answer

router = APIRouter(tags=["events"])
MOST_WEBHOOKS = 20


class WebhookRequest(Record):
    """Where to tell of which events."""

    url: Annotated[str, Field(min_length=1, max_length=2_000)]
    events: Annotated[list[EventKind], Field(min_length=1, max_length=10)]


def _secret(request: Request) -> bytes:
    settings = request.app.state.settings
    return server_secret(settings.secret.get_secret_value(), settings.var)


def _shown(row: WebhookRow) -> dict[str, Any]:
    events, at = row.events.split(), row.created_at.isoformat()
    return {"id": row.id, "url": row.url, "events": events, "created_at": at}


def _delivery(row: DeliveryRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "event": row.event,
        "state": row.state,
        "attempts": row.attempts,
        "told": row.told,
        "next_at": row.next_at.isoformat() if row.state == "waiting" else None,
        "created_at": row.created_at.isoformat(),
        "body": orjson.loads(row.body),
    }


def _webhook(session: Any, caller: Caller, webhook_id: str) -> WebhookRow:
    row: WebhookRow | None = session.get(WebhookRow, (caller.tenant, webhook_id))
    if row is None:
        raise NotFound(f"You have no webhook {webhook_id!r}.")
    return row


@router.post("/webhooks", status_code=201)
def add(request: Request, body: WebhookRequest, caller: Deciding) -> Response:
    """Tell a server of yours of events; its secret is shown this once."""
    try:
        Reaching(request.app.state.settings.webhooks_anywhere).check(body.url)
    except NotReachable as error:
        raise InvalidInput.at("/url", f"{error}, got {body.url[:80]!r}", "bad_url") from None
    with request.app.state.sessions.begin() as session:
        count = select(func.count()).where(WebhookRow.tenant_id == caller.tenant)
        if (session.scalar(count) or 0) >= MOST_WEBHOOKS:
            raise Conflict(f"You have {MOST_WEBHOOKS} webhooks: remove one first.")
        events = " ".join(sorted(set(body.events)))
        webhook_id = f"wh_{uuid4().hex}"
        row = WebhookRow(tenant_id=caller.tenant, id=webhook_id, url=body.url, events=events)
        session.add(row)
    secret = Signer.of(_secret(request), caller.tenant, row.id).secret
    return answer(_shown(row) | {"secret": secret}, 201)


@router.get("/webhooks")
def every(
    request: Request, caller: Deciding, limit: Limit = OWN, cursor: Cursor = None
) -> Response:
    """Your webhooks."""
    asked = select(WebhookRow).where(WebhookRow.tenant_id == caller.tenant)
    with request.app.state.sessions() as session:
        rows = session.scalars(asked.order_by(WebhookRow.created_at, WebhookRow.id)).all()
    return answer(own_page([_shown(row) for row in rows], limit, cursor, "id"))


@router.delete("/webhooks/{webhook_id}", status_code=204)
def remove(webhook_id: str, request: Request, caller: Deciding) -> Response:
    """Tell it nothing more; what waits for it is dropped."""
    with request.app.state.sessions.begin() as session:
        session.delete(_webhook(session, caller, webhook_id))
        of_it = DeliveryRow.tenant_id == caller.tenant, DeliveryRow.webhook_id == webhook_id
        session.execute(delete(DeliveryRow).where(*of_it))
    return Response(status_code=204)


@router.get("/webhooks/{webhook_id}/deliveries")
def deliveries(
    webhook_id: str,
    request: Request,
    caller: Deciding,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """What was told, or waits to be, the newest first, and what came of it."""
    of_it = DeliveryRow.tenant_id == caller.tenant, DeliveryRow.webhook_id == webhook_id
    newest = DeliveryRow.created_at.desc(), DeliveryRow.id
    with request.app.state.sessions() as session:
        _webhook(session, caller, webhook_id)
        asked = select(DeliveryRow).where(*of_it).order_by(*newest).limit(limit + 1)
        if cursor is not None:
            last = session.get(DeliveryRow, (caller.tenant, last_shown(cursor)))
            if last is None or last.webhook_id != webhook_id:
                raise gone()
            asked = asked.where(_is_older(last))
        items = [_delivery(row) for row in session.scalars(asked)]
    more = cursor_after(items[limit - 1]["id"]) if len(items) > limit else None
    return answer({"items": items[:limit], "next": more})


def _is_older(last: DeliveryRow) -> ColumnElement[bool]:
    """Whether a delivery comes after this one in a list with the newest first."""
    at_once = and_(DeliveryRow.created_at == last.created_at, DeliveryRow.id > last.id)
    return or_(DeliveryRow.created_at < last.created_at, at_once)


@router.post("/webhooks/{webhook_id}/deliveries/{delivery_id}/replay", status_code=202)
def replay(webhook_id: str, delivery_id: str, request: Request, caller: Deciding) -> Response:
    """Send one event once more, with the same id and body."""
    with request.app.state.sessions.begin() as session:
        _webhook(session, caller, webhook_id)
        row = session.get(DeliveryRow, (caller.tenant, delivery_id))
        if row is None or row.webhook_id != webhook_id:
            raise NotFound(f"Nothing called {delivery_id!r} was told to this webhook.")
        row.state, row.attempts, row.next_at = "waiting", 0, now()
        shown = _delivery(row)
    where = f"/v1/webhooks/{webhook_id}/deliveries"
    return answer(shown, 202, {"Location": where, "Retry-After": "5"})


@router.put("/matches/{match_id}/watch")
def watch(match_id: str, request: Request, caller: Deciding, catalogue: CatalogueDep) -> Response:
    """Tell the webhooks when a verdict of this match changes, such as by a call that opens."""
    row = found(request, caller, match_id)
    day = datetime.now(UTC).date()
    matcher: Matcher = request.app.state.matcher
    context = matcher.context(catalogue, row.tenant_id, wording(row.language), day)
    verdicts = watching.verdicts(row, context)
    decisions: Decisions = request.app.state.decisions
    with decisions.deciding_on(row) as writing:
        writing.session.merge(
            WatchRow(
                tenant_id=caller.tenant,
                match_id=match_id,
                seen_with=watching.seen_with(catalogue, day),
                verdicts=orjson.dumps(verdicts).decode(),
            )
        )
    shown = {"match_id": match_id, "snapshot_id": catalogue.snapshot.id, "verdicts": verdicts}
    return answer(shown)


@router.delete("/matches/{match_id}/watch", status_code=204)
def unwatch(match_id: str, request: Request, caller: Deciding) -> Response:
    """Watch it no longer; what is not watched stays so."""
    found(request, caller, match_id)
    with request.app.state.sessions.begin() as session:
        row = session.get(WatchRow, (caller.tenant, match_id))
        if row is not None:
            session.delete(row)
    return Response(status_code=204)
