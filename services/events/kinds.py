"""What may be told, and what waits to be told: written in the transaction of what happened."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any
from uuid import uuid4

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.tables import DeliveryRow, WebhookRow, now


class EventKind(StrEnum):
    """Kinds of events; more may come."""

    SNAPSHOT_PUBLISHED = "snapshot.published"
    JOB_FINISHED = "job.finished"
    VERDICT_CHANGED = "match.verdict_changed"


def tell_tenant(
    session: Session, tenant: str | None, kind: EventKind, data: Mapping[str, Any]
) -> int:
    """Queue an event for the webhooks of a tenant that asked for it; None is every tenant's."""
    asked = select(WebhookRow)
    if tenant is not None:
        asked = asked.where(WebhookRow.tenant_id == tenant)
    told = 0
    for webhook in session.scalars(asked):
        if kind in webhook.events.split():
            session.add(delivery_of(webhook, kind, data))
            told += 1
    return told


def delivery_of(webhook: WebhookRow, kind: str, data: Mapping[str, Any]) -> DeliveryRow:
    """One event for one webhook, as it will be sent."""
    body = {"type": kind, "timestamp": now().isoformat(), "data": dict(data)}
    return DeliveryRow(
        tenant_id=webhook.tenant_id,
        id=f"msg_{uuid4().hex}",
        webhook_id=webhook.id,
        event=kind,
        body=orjson.dumps(body).decode(),
    )
