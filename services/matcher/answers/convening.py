"""The convener's desk: rosters, admissions, screenings, cohorts, pairings."""

from datetime import date, datetime
from typing import Any

from pydantic import Field

from services.matcher.answers.catalogue import PlaceSummary
from services.matcher.answers.matches import Caution, Exchange, Reason, RuleOutcome
from services.web.answers import Said


class Named(Said):
    id: str
    name: str


class CapHolder(Said):
    id: str | None = None
    name: str
    country: str | None = None


class CapStatus(Said):
    """How one cap stands for one value, such as a country."""

    rule_id: str | None = None
    attribute: str
    value: str | None
    count: int | None
    total: int | None = None
    max: int | None = None
    max_share: str | None = None
    status: str = Field(description="ok, full, in_breach or undetermined")
    holders: list[CapHolder]


class Version(Said):
    version: int
    stored_at: datetime


class Roster(Said):
    """Who is in, and how each cap stands."""

    snapshot_id: str
    collaboration: Named
    members: list[PlaceSummary]
    total: int
    complete: bool
    unknown_members: int | None
    caps: list[CapStatus]
    version: int
    history: list[Version]


class Admission(Said):
    """Whether places may join together."""

    snapshot_id: str
    verdict: str
    rules: list[RuleOutcome]
    holders: list[CapHolder]
    caps_after: list[CapStatus] | None = None
    would_unlock: list[Any] | None = None


class ScreenedApplicant(Said):
    number: int
    name: str


class ScreeningResult(Said):
    """One applicant with its verdict, its fit, and why."""

    applicant: ScreenedApplicant
    verdict: str
    fit: float | None = None
    rules: list[RuleOutcome]
    reasons: list[Reason] | None = None
    cautions: list[Caution] | None = None
    missing: list[str] | None = None
    smallest_change: dict[str, Any] | None = None
    waitlist_position: int | None = None


class ScreeningAnswer(Said):
    """Applicants judged against a call; kept, so that people can work on it."""

    snapshot_id: str
    screening_id: str
    collaboration: Named
    as_of: date
    results: list[ScreeningResult]
    counts: dict[str, int] | None = None


class ScreeningEntry(Said):
    """One screening in the list of them."""

    screening_id: str


class Screenings(Said):
    snapshot_id: str
    items: list[ScreeningEntry]
    next: str | None


class JuryEntry(Said):
    """What a person added to a screening."""

    number: int
    kind: str
    author: str
    at: datetime


class CohortMember(Said):
    id: str | None = None
    name: str
    country: str


class CohortAnswer(Said):
    """The best cohort under every rule, or the fewest rules to relax."""

    snapshot_id: str
    status: str = Field(description="optimal, feasible or infeasible")
    cohort: list[CohortMember]
    reserve: list[CohortMember]
    binding_caps: list[dict[str, Any]]
    objective: dict[str, Any] | None = None
    relaxations: list[dict[str, Any]] | None = None


class Pair(Said):
    places: list[PlaceSummary]
    score: float
    gives: list[Exchange] | None = None
    gets: list[Exchange] | None = None
    reasons: list[Reason]
    cautions: list[Caution]


class Unmatched(Said):
    place: PlaceSummary
    why: dict[str, Any]


class Pairings(Said):
    """Pairs or clusters, and who is left over."""

    snapshot_id: str
    status: str | None = None
    pairs: list[Pair] | None = None
    clusters: list[dict[str, Any]] | None = None
    unmatched: list[Unmatched]


class Approach(Said):
    """A non-member worth approaching."""

    place: PlaceSummary
    verdict: str
    fit: float | None
    reasons: list[Reason]


class ApproachList(Said):
    snapshot_id: str
    collaboration: Named
    as_of: date
    items: list[Approach]


class Distinctiveness(Said):
    """The nearest networks, and what differs."""

    snapshot_id: str
    collaboration: Named
    as_of: date
    nearest: list[dict[str, Any]]


class Deskwork(Said):
    """An answer of the desk; docs/convening.md says what it holds."""

    snapshot_id: str
