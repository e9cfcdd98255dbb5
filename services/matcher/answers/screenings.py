"""Screenings, the jury beside them, and what an applicant may be told."""

from datetime import date, datetime
from typing import Any

from pydantic import Field

from models.records import Cap
from services.matcher.answers.catalogue import PlaceSummary
from services.matcher.answers.convening import DeskRule, Fit, Named, SubScores
from services.matcher.answers.results import Caution, Reason, RuleOutcome, SmallestChange, Step
from services.web.answers import JobErrorEntry, Said


class MatchedName(Said):
    """The place on file that a name was taken for, and how alike the two are."""

    place_id: str
    name: str
    asked: str | None
    score: float | None


class NameCandidate(Said):
    place_id: str
    name: str
    score: float


class ScreenedApplicant(PlaceSummary):
    """An applicant: its number in the request, and its row in a sheet."""

    number: int
    row: int | None = None
    matched: MatchedName | None = None
    candidates: list[NameCandidate] | None = None


class ClaimConflict(Said):
    """A field in which an applicant and the catalogue cannot both be right."""

    field: str
    claimed: Any
    on_file: Any
    on_file_field: str | None = None
    source: str | None = None
    date: str | None = None
    status: str | None = None


class WeakOn(Said):
    fields: list[str]
    text: str


class JuryEntry(Said):
    """What a person added to a screening; a blind one tells neither who nor what."""

    number: int
    kind: str = Field(description="note, minutes, conflict, assessment or override")
    applicant: int | None = None
    author: str | None = None
    at: datetime | None = None
    text: str | None = None
    held_on: date | None = None
    present: list[str] | None = None
    recommendation: str | None = None
    score: float | None = None
    verdict: str | None = None
    reason: str | None = None
    blind: bool | None = None


class NewJuryEntry(JuryEntry):
    """What was added, as its author sees it."""

    snapshot_id: str
    author: str
    at: datetime
    cautions: list[Caution] | None = Field(
        default=None, description="Where a decision leaves more let in than there is room for."
    )


class Behind(Said):
    """The applicant whose turn comes just before one that waits, and why."""

    number: int
    name: str
    by: str = Field(description="verdict, fit, or lot where both are equal")
    text: str


class ScreeningResult(Fit):
    """One applicant with its verdict, its fit, and why."""

    rank: int = Field(description="By verdict, then by fit; equals in the order of a lot.")
    applicant: ScreenedApplicant
    verdict: str
    status: str = Field(description="The verdict, or eligible_weak_fit.")
    sub_scores: SubScores
    rules: list[DeskRule]
    reasons: list[Reason]
    cautions: list[Caution]
    missing: list[str]
    weak_on: WeakOn | None = None
    smallest_change: SmallestChange | None = None
    waitlist_position: int | None = None
    behind: Behind | None = None
    claim_conflict: list[ClaimConflict] | None = None
    next_steps: list[Step] | None = None
    decision: JuryEntry | None = Field(
        default=None, description="A person's, beside the verdict it replaces."
    )


class CallShown(Said):
    id: str
    opens: date | None = None
    closes: date | None = None
    places: int | None = None
    taken: int | None = Field(default=None, description="Places that were gone before.")


class Together(Said):
    """What the caps say of admitting at once all who are neither refused nor waiting."""

    admitted: int
    verdict: str
    rules: list[DeskRule]


class AsDecided(Said):
    """Who is neither refused nor waiting by the verdicts that count, and the room for them."""

    admitted: int
    places_left: int | None = None
    over: int | None = Field(default=None, description="How many more than the call has places.")
    together: Together | None = None
    cautions: list[Caution]


class ScreeningAnswer(Said):
    """Applicants judged against a call; kept, so that people can work on it."""

    snapshot_id: str
    screening_id: str
    collaboration: Named
    as_of: date
    call: CallShown | None = None
    roster_version: int | None
    order: list[str] | None = Field(
        default=None,
        description="What sets one before another, and where that is equal, what next.",
    )
    results: list[ScreeningResult]
    counts: dict[str, int] = Field(description="Applicants by verdict.")
    cautions: list[Caution] | None = None
    caps: list[Cap] | None = Field(default=None, description="Those sent with the request.")
    together: Together | None = None
    as_decided: AsDecided | None = Field(
        default=None, description="With people's decisions, where it is opened again."
    )
    errors: list[JobErrorEntry] | None = Field(
        default=None, description="Rows of a sheet that could not be read."
    )
    entries: list[JuryEntry] | None = None


class ScreeningEntry(Said):
    """One screening in the list of them."""

    screening_id: str
    created_at: datetime


class Screenings(Said):
    snapshot_id: str
    items: list[ScreeningEntry]
    next: str | None


class JuryDecision(JuryEntry):
    name: str
    verdict_of_screening: str


class ContestedClaims(Said):
    applicant: int
    name: str
    fields: list[ClaimConflict]


class ScreeningMinutes(Said):
    """The record of the proceedings."""

    snapshot_id: str
    screening_id: str
    collaboration: Named
    as_of: date
    counts: dict[str, int]
    minutes: list[JuryEntry]
    conflicts_of_interest: list[JuryEntry]
    assessments: list[JuryEntry]
    decisions: list[JuryDecision]
    notes: list[JuryEntry]
    claim_conflicts: list[ContestedClaims]
    cautions: list[Caution] = Field(description="Where more are let in than there is room for.")


class Told(Said):
    """Who applied, as far as an applicant's own letter says."""

    id: str | None = None
    name: str
    kind: str | None = None
    country: str | None = None


class RosterCondition(Said):
    """A cap on the roster, as a rule: who is in is not told."""

    attribute: str
    max: int | None = None
    max_share: str | None = None
    text: str | None = None
    source: str | None = None


class RuleChange(Said):
    rule_id: str
    remedy: str | None = None
    remedy_kind: str | None = None


class ApplicantView(Said):
    """What an applicant may be told: the rules and its own values, nothing of others."""

    snapshot_id: str
    applicant: Told
    collaboration: Named
    rules: list[RuleOutcome]
    passes_alone: bool | None
    missing: list[str]
    conditions_on_the_roster: list[RosterCondition]
    what_would_change_it: list[RuleChange] | None = None
