"""The officer's portfolio."""

from datetime import date
from typing import Any

from pydantic import Field

from services.web.answers import Page, Said


class PortfolioReview(Said):
    """What all commitments cover together, and what to keep, review or change."""

    snapshot_id: str
    as_of: date
    coverage: dict[str, Any]
    gaps: Any
    overlaps: list[dict[str, Any]]
    reassess: list[dict[str, Any]]
    budgets: dict[str, Any]
    plan: list[dict[str, Any]]
    relay: list[dict[str, Any]]


class InvitationAnswer(Said):
    """Whether an invitation should be accepted, given all that a place is committed to."""

    snapshot_id: str
    as_of: date


class Share(Said):
    """A shortlist shared with another tenant, as one side sees it."""

    id: str


class ShareList(Page[Share]):
    """All that one shares and that is shared with one."""


class ShareOffer(Share):
    code: str = Field(description="Hand it to the other side; it is shown this once.")


class ChecklistLineRead(Said):
    code: str
    text: str


class ChecklistRead(Said):
    """The checklist in force; version 0 is the default."""

    version: int
    title: str | None = None
    lines: list[ChecklistLineRead]
