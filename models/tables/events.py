"""What is told to tenants' own servers: webhooks, deliveries, and matches that are watched."""

from datetime import datetime

from sqlalchemy import Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Table, now


class WebhookRow(Table):
    """Where a tenant wants to be told of which events; its secret is derived, never stored."""

    __tablename__ = "webhook"

    tenant_id: Mapped[str] = mapped_column(String(60), primary_key=True)
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    url: Mapped[str] = mapped_column(Text)
    events: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(default_factory=now)


class DeliveryRow(Table):
    """One event for one webhook, and how far its delivery is."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        Index("ix_webhook_delivery_due", "state", "next_at"),
        Index("ix_webhook_delivery_webhook", "tenant_id", "webhook_id"),
    )

    tenant_id: Mapped[str] = mapped_column(String(60), primary_key=True)
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    webhook_id: Mapped[str] = mapped_column(String(40))
    event: Mapped[str] = mapped_column(String(40))
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    next_at: Mapped[datetime] = mapped_column(default_factory=now)
    told: Mapped[str | None] = mapped_column(String(200), default=None)
    created_at: Mapped[datetime] = mapped_column(default_factory=now)


class WatchRow(Table):
    """A match whose verdicts a tenant wants to hear of, as they were when last looked at."""

    __tablename__ = "watch"

    tenant_id: Mapped[str] = mapped_column(String(60), primary_key=True)
    match_id: Mapped[str] = mapped_column(String(60), primary_key=True)
    seen_with: Mapped[str] = mapped_column(String(64))
    """The snapshot and the day it was last looked at with."""

    verdicts: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default_factory=now)
