"""Webhooks, what they were told, and matches that are watched."""

from datetime import datetime
from typing import Any

from pydantic import Field

from services.web.answers import Page, Said


class Webhook(Said):
    id: str
    url: str
    events: list[str]
    created_at: datetime


class NewWebhook(Webhook):
    secret: str = Field(description="What you check signatures with; it is shown this once.")


class WebhookList(Page[Webhook]):
    """Your webhooks."""


class Delivery(Said):
    """One event told to one webhook, or waiting to be."""

    id: str
    event: str
    state: str = Field(description="waiting, delivered or failed")
    attempts: int
    told: str | None = Field(description="The status your server answered, or why it could not.")
    next_at: datetime | None
    created_at: datetime
    body: dict[str, Any]


class DeliveryList(Page[Delivery]):
    """What was told to a webhook, the newest first."""


class Watch(Said):
    """A watched match with the verdicts as they are now."""

    match_id: str
    snapshot_id: str
    verdicts: dict[str, str]


class SnapshotPublished(Said):
    snapshot_id: str
    data_revision: str


class JobFinished(Said):
    job_id: str
    kind: str
    state: str = Field(description="done or failed")
    revision: str | None


class ChangedVerdict(Said):
    id: str
    before: str
    after: str


class VerdictsChanged(Said):
    match_id: str
    snapshot_id: str
    changes: list[ChangedVerdict]


class Told(Said):
    """What a webhook is sent; `type` says what `data` holds."""

    type: str
    timestamp: datetime


class SnapshotPublishedEvent(Told):
    """A new snapshot answers."""

    data: SnapshotPublished


class JobFinishedEvent(Told):
    """A job of yours is done or failed."""

    data: JobFinished


class VerdictChangedEvent(Told):
    """Another verdict is given than before in a match you watch."""

    data: VerdictsChanged
