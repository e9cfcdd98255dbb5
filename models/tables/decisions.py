"""What was answered and decided, so that it can be accounted for.

Tenants are named, not referred to: what was decided outlasts a tenant that is removed.
"""

import secrets
from collections.abc import Iterator
from datetime import date, datetime
from typing import Literal

from sqlalchemy import Index, Integer, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Table, now

MANY_KEYS = 100


def new_digest_key() -> str:
    """What the log's digest of one row is keyed with: it is in the row alone, and goes with it."""
    return secrets.token_hex(16)


def digest_keys() -> Iterator[str]:
    """Such keys for one process: the system is asked for those of many rows at once."""
    while True:
        many = secrets.token_hex(16 * MANY_KEYS)
        yield from (many[at : at + 32] for at in range(0, len(many), 32))


class MatchRow(Table):
    """One answered match question: what it was asked with, and the answer's bytes, packed.

    `answer_hash` is empty but in records made until November 2026: what the log's digest is of, the
    packed bytes or the whole answer, goes by it (services/matcher/decisions/digests.py).
    """

    __tablename__ = "match_record"
    __table_args__ = (
        Index("ix_match_record_snapshot", "snapshot_id"),
        Index("ix_match_record_recorded_at", "recorded_at"),
    )

    tenant_id: Mapped[str] = mapped_column(String(60), primary_key=True)
    id: Mapped[str] = mapped_column(String(60), primary_key=True)
    kind: Mapped[Literal["peers", "collaborations"]] = mapped_column(String(20))
    request: Mapped[str] = mapped_column(Text)
    as_of: Mapped[date]
    language: Mapped[str] = mapped_column(String(10))
    snapshot_id: Mapped[str] = mapped_column(String(64))
    weights: Mapped[str] = mapped_column(Text)
    answer: Mapped[bytes] = mapped_column(LargeBinary)
    answer_hash: Mapped[str] = mapped_column(String(64))
    software: Mapped[str] = mapped_column(String(60))
    recorded_at: Mapped[datetime] = mapped_column(default_factory=now)
    digest_key: Mapped[str | None] = mapped_column(String(32), default_factory=new_digest_key)


class AuditRow(Table):
    """One link of the audit log. It is only ever added to."""

    __tablename__ = "audit"
    __table_args__ = (UniqueConstraint("previous_hash"), Index("ix_audit_tenant", "tenant_id"))

    sequence: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    tenant_id: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(40))
    actor: Mapped[str] = mapped_column(String(80))
    content: Mapped[str] = mapped_column(Text)
    content_hash: Mapped[str] = mapped_column(String(64))
    previous_hash: Mapped[str] = mapped_column(String(64))
    entry_hash: Mapped[str] = mapped_column(String(64))


class OutcomeRow(Table):
    """What became of one result of a match, as one side tells it."""

    __tablename__ = "outcome"
    __table_args__ = (Index("ix_outcome_match", "tenant_id", "match_id"),)

    tenant_id: Mapped[str] = mapped_column(String(60), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    match_id: Mapped[str] = mapped_column(String(60))
    result_id: Mapped[str] = mapped_column(String(130))
    outcome: Mapped[str] = mapped_column(String(20))
    side: Mapped[str] = mapped_column(String(10))
    at: Mapped[date]
    why: Mapped[str | None] = mapped_column(Text)
    told_by: Mapped[str | None] = mapped_column(String(80), default=None)
    opinion: Mapped[str | None] = mapped_column(Text, default=None)
    recorded_at: Mapped[datetime] = mapped_column(default_factory=now)
    digest_key: Mapped[str | None] = mapped_column(String(32), default_factory=new_digest_key)


class TenantDocumentRow(Table):
    """A tenant's own settings as versions: the highest version of a kind is in force."""

    __tablename__ = "tenant_document"

    tenant_id: Mapped[str] = mapped_column(String(60), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    document: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default_factory=now)
    digest_key: Mapped[str | None] = mapped_column(String(32), default_factory=new_digest_key)
