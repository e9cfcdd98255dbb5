"""A shortlist shared with another tenant."""

from datetime import date, datetime

from pydantic import Field

from services.matcher.answers.portfolio import PartnerNamed
from services.web.answers import Page, Said


class SharedResult(Said):
    """One name on a shortlist: a place or a collaboration."""

    rank: int
    place: PartnerNamed | None = None
    collaboration: PartnerNamed | None = None


class ResultOnBoth(SharedResult):
    their_rank: int


class Shortlist(Said):
    """What one side shows: names alone."""

    as_of: date
    results: list[SharedResult]
    note: str | None = None


class Share(Said):
    """A shortlist shared with another tenant, as one side sees it."""

    id: str
    state: str = Field(description="offered or accepted")
    offered_by_you: bool
    offered_at: datetime
    with_: str | None = Field(alias="with", description="The other side's name, once it accepted.")
    yours: Shortlist | None
    theirs: Shortlist | None
    both: list[ResultOnBoth] = Field(description="What stands on both shortlists.")


class ShareList(Page[Share]):
    """All that one shares and that is shared with one."""


class ShareOffer(Share):
    code: str = Field(description="Hand it to the other side; it is shown this once.")
