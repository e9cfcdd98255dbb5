"""What a convener keeps: rosters with their history, screenings, and what people said of them.

Nothing here is ever published. A roster and an entry are never changed: a correction is a new row.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Table, now


class RosterRow(Table):
    """One version of a tenant's roster of a collaboration; the highest one is in force."""

    __tablename__ = "roster"

    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenant.id"), primary_key=True)
    collaboration_id: Mapped[str] = mapped_column(String(130), primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    document: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default_factory=now)


class ScreeningRow(Table):
    """A screening with its question and its answer, as they were."""

    __tablename__ = "screening"
    __table_args__ = (Index("ix_screening_collaboration", "tenant_id", "collaboration_id"),)

    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenant.id"), primary_key=True)
    id: Mapped[str] = mapped_column(String(60), primary_key=True)
    collaboration_id: Mapped[str] = mapped_column(String(130))
    answer: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default_factory=now)


class ScreeningEntryRow(Table):
    """What a person added to a screening: a note, an override, an assessment, an interest."""

    __tablename__ = "screening_entry"

    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenant.id"), primary_key=True)
    screening_id: Mapped[str] = mapped_column(String(60), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    applicant: Mapped[int | None] = mapped_column(Integer)
    author: Mapped[str] = mapped_column(String(300))
    document: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default_factory=now)
