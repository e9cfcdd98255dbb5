"""Matches: an answered question with its results, alone, in a batch, or of a whole catalogue."""

from datetime import date

from pydantic import Field

from models.taxonomy import Sector, Stage
from services.matcher.answers.catalogue import CollaborationSummary, PlaceSummary
from services.matcher.answers.results import (
    AnyResult,
    CollaborationResult,
    PeerResult,
    Reason,
    Refusal,
)
from services.web.answers import Problem, Said


class InferredNeed(Said):
    """A need read from free text."""

    sector: Sector
    stage: Stage | None = None
    confidence: float


class FewerBecause(Said):
    rule_id: str | None = None
    removed: int | None = None
    text: str | None = None


class NextQuestion(Said):
    field: str
    would_settle: int


class Match(Said):
    """An answered question; the same question on the same snapshot has the same answer and id."""

    match_id: str
    snapshot_id: str
    as_of: date
    mode: str
    weights: dict[str, float]
    fewer_because: list[FewerBecause] | None = None
    inferred: list[InferredNeed] | None = None
    next_question: NextQuestion | None = None
    refused: list[Refusal] | None = None


class PassedOver(Said):
    """Places that rank among the results, of a country that is full."""

    country: str
    count: int
    text: str


class OfPeers(Said):
    """What an answer about peers says besides its results."""

    passed_over: list[PassedOver] | None = Field(
        default=None, description="What `max_per_country` left out, by country, most first."
    )


class PeersMatch(Match, OfPeers):
    results: list[PeerResult]


class CoveringPart(Said):
    """A collaboration, and the stages it adds to those before it."""

    id: str
    name: str
    stages: list[str]


class Founder(PlaceSummary):
    reasons: list[Reason]


class FoundingGroup(Said):
    """Places that share a need which nothing serves, to found a group with."""

    sectors: list[str]
    text: str
    places: list[Founder]


class OfCollaborations(Said):
    """What an answer about collaborations says besides its results."""

    supply: dict[Stage, str] | None = Field(
        default=None, description="How many collaborations work at each stage: rich, fair or thin."
    )
    uncovered_stages: list[Stage] | None = None
    stretch: list[str] | None = Field(default=None, description="Results that ask for much.")
    covering_set: list[CoveringPart] | None = Field(
        default=None, description="Few that together work at every stage asked for."
    )
    founding_group: FoundingGroup | None = None
    step_0: list[CollaborationSummary] | None = Field(
        default=None, description="Networks at home, as a first step."
    )


class CollaborationsMatch(Match, OfCollaborations):
    results: list[CollaborationResult]


class RecordedMatch(Match, OfPeers, OfCollaborations):
    """A match of either kind, as it was answered."""

    results: list[AnyResult]


class BatchLine(Said):
    """One line of a batch: the answer for a place, or the problem with it."""

    index: int
    answer: PeersMatch | None = None
    problem: Problem | None = None


class WholeJob(Said):
    """How far the answers for the whole catalogue are."""

    job_id: str
    state: str = Field(description="queued, running, done or failed; more may come.")
    places: int = Field(description="How many places ask.")
    done: int
    snapshot_id: str
    as_of: date
    detail: str | None = Field(default=None, description="Why it failed.")


class PeerInBrief(Said):
    """Who fits and how well; the place's own question tells why."""

    place_id: str
    score: float
    coverage: float
    rank_score: float
    band: str
    percentile: float


class WholeLine(Said):
    """One line of the answers for the whole catalogue: a place's peers, or the problem with it."""

    place_id: str
    results: list[PeerInBrief] | None = None
    problem: dict[str, str] | None = None
