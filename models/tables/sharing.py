"""A shortlist that one tenant shows another, on the wish of both.

It belongs to two tenants and is found by a secret code that one hands to the other; what is
shown is copied into it, so that nobody reads the other's records. Ended, it is gone.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Table, now


class ShareRow(Table):
    __tablename__ = "share"
    __table_args__ = (
        Index("ix_share_offered_by", "offered_by"),
        Index("ix_share_accepted_by", "accepted_by"),
    )

    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    offered_by: Mapped[str] = mapped_column(ForeignKey("tenant.id"))
    offered: Mapped[str] = mapped_column(Text)
    offered_at: Mapped[datetime] = mapped_column(default_factory=now)
    accepted_by: Mapped[str | None] = mapped_column(ForeignKey("tenant.id"), default=None)
    accepted: Mapped[str | None] = mapped_column(Text, default=None)
    accepted_at: Mapped[datetime | None] = mapped_column(default=None)
