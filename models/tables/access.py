"""Tenants, their API keys and signed-in people. Keys and sessions are stored as SHA-256 alone."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Table, now


class Tenant(Table):
    __tablename__ = "tenant"

    id: Mapped[str] = mapped_column(String(60), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(default_factory=now)


class ApiKey(Table):
    """A key; `prefix` is its public name, no part of what is secret in it."""

    __tablename__ = "api_key"
    __table_args__ = (
        Index("ix_api_key_tenant", "tenant_id"),
        Index("ix_api_key_prefix", "prefix", unique=True),
    )

    key_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    prefix: Mapped[str] = mapped_column(String(16))
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenant.id"))
    scopes: Mapped[str] = mapped_column(String(100))
    label: Mapped[str | None] = mapped_column(String(200), default=None)
    created_at: Mapped[datetime] = mapped_column(default_factory=now)
    expires_at: Mapped[datetime | None] = mapped_column(default=None)
    revoked_at: Mapped[datetime | None] = mapped_column(default=None)


class SignIn(Table):
    """A signed-in person's session; one that a key opened ends with the key."""

    __tablename__ = "sign_in"
    __table_args__ = (Index("ix_sign_in_expires_at", "expires_at"),)

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenant.id"))
    person: Mapped[str] = mapped_column(String(200))
    scopes: Mapped[str] = mapped_column(String(100))
    expires_at: Mapped[datetime]
    key_hash: Mapped[str | None] = mapped_column(ForeignKey("api_key.key_hash"), default=None)
    created_at: Mapped[datetime] = mapped_column(default_factory=now)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
