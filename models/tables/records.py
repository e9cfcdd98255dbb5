"""Places, collaborations and commitments: documents, with what is queried as columns.

`record` is the record of the contract as canonical JSON (sorted keys, what is unknown left
out), so that `content_hash` says whether anything changed and a publish copies it as it is.
The key is (tenant, id): two tenants may use the same `x:` id without learning of each other.
"""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Table, now

PUBLIC = "public"


class Origin(StrEnum):
    """By whom a record came; of rows older than the column it is unknown."""

    CATALOGUE = "catalogue"
    """With the default catalogue, which takes out again what it leaves out by now."""
    SENT = "sent"
    """In a request or a file of somebody's, whose it is."""


class PlaceRow(Table):
    __tablename__ = "place"
    __table_args__ = (Index("ix_place_country_kind", "country", "kind"),)

    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenant.id"), primary_key=True)
    id: Mapped[str] = mapped_column(String(100), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    country: Mapped[str] = mapped_column(String(2))
    name: Mapped[str] = mapped_column(String(300))
    record: Mapped[str] = mapped_column(Text)
    content_hash: Mapped[str] = mapped_column(String(64))
    origin: Mapped[str | None] = mapped_column(String(20), default=None)
    updated_at: Mapped[datetime] = mapped_column(default_factory=now)


class CollaborationRow(Table):
    __tablename__ = "collaboration"

    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenant.id"), primary_key=True)
    id: Mapped[str] = mapped_column(String(130), primary_key=True)
    name: Mapped[str] = mapped_column(String(300))
    record: Mapped[str] = mapped_column(Text)
    content_hash: Mapped[str] = mapped_column(String(64))
    origin: Mapped[str | None] = mapped_column(String(20), default=None)
    updated_at: Mapped[datetime] = mapped_column(default_factory=now)


class CommitmentRow(Table):
    """A tie of a place with a collaboration or another place, by whom it came to be known.

    `origin` is "record" for what came with the place's own record and the name of a member
    list for the rest, so that sending the one again never removes the other.
    """

    __tablename__ = "commitment"
    __table_args__ = (
        CheckConstraint("(collaboration_id IS NULL) <> (partner_id IS NULL)", name="one_partner"),
        Index("ix_commitment_place", "tenant_id", "place_id"),
        Index("ix_commitment_collaboration", "tenant_id", "collaboration_id"),
    )

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenant.id"))
    place_id: Mapped[str] = mapped_column(String(100))
    collaboration_id: Mapped[str | None] = mapped_column(String(130))
    partner_id: Mapped[str | None] = mapped_column(String(100))
    origin: Mapped[str] = mapped_column(String(100))
    role: Mapped[str | None] = mapped_column(String(30))
    level: Mapped[str] = mapped_column(String(20))
    since: Mapped[date | None]
    record: Mapped[str] = mapped_column(Text)
    updated_at: Mapped[datetime] = mapped_column(default_factory=now)
