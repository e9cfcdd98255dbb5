"""Matches: results with reasons, rules and cautions."""

from datetime import date
from typing import Any

from pydantic import Field

from models.taxonomy import Sector, Stage
from services.matcher.answers.catalogue import CollaborationSummary, PlaceSummary
from services.web.answers import Problem, Said


class FactShown(Said):
    """A fact that a sentence rests on, with its source and how sure it is."""

    field: str
    side: str | None = Field(default=None, description="ours or theirs")
    value: Any = None
    source: str | None = None
    date: str | None = None
    status: str | None = Field(default=None, description="claim, verified, inferred or average")


class Reason(Said):
    """What one feature adds to the score; the contributions add up to it."""

    feature: str
    weight: float
    value: float
    contribution: float
    code: str
    args: dict[str, Any]
    text: str
    evidence: list[FactShown]


class RuleOutcome(Said):
    """What one rule says of this place."""

    rule_id: str
    outcome: str = Field(description="pass, fail or undetermined")
    field: str | None = None
    seen: Any = Field(default=None, description="The value on file; null where it is unknown.")
    threshold: Any = None
    status: str | None = None
    text: str
    code: str | None = None
    source: str | None = None
    remedy: str | None = None
    remedy_kind: str | None = None
    effect: str | None = Field(default=None, description="The verdict this outcome leads to.")
    missing: str | None = None


class CautionEvidence(FactShown):
    """A fact; where two records are in doubt, what tells them apart as well."""

    id: str | None = None
    place_id: str | None = None
    name: str | None = None
    kind: str | None = None
    country: str | None = None
    region: str | None = None
    population: int | None = None
    metro_population: int | None = None
    score: float | None = None
    claimed: Any = None
    on_file: Any = None
    on_file_field: str | None = None


class Caution(Said):
    """What speaks against a result, or has to be known of it."""

    code: str
    text: str
    args: dict[str, Any] | None = None
    evidence: list[CautionEvidence] | None = None


class Backing(Said):
    """What backs an offer."""

    kind: str = Field(description="metric, endorsement or story")
    result: str | None = Field(default=None, description="worked, failed or mixed")
    text: str
    source: str
    date: str | None = None


class Exchange(Said):
    """What one side has that the other needs."""

    sector: str | None = None
    stage: str | None = None
    text: str | None = None
    evidence: list[Backing] | None = None


class OtherSide(Said):
    score: float
    coverage: float
    reasons: list[Reason]


class Result(Said):
    """One candidate that may be had."""

    score: float = Field(description="The sum of the reasons' contributions.")
    coverage: float = Field(description="The share of weight that could tell.")
    rank_score: float = Field(description="What results are sorted by.")
    band: str = Field(description="strong, fair or weak")
    percentile: float | None = None
    verdict: str = Field(description="eligible, conditional or undetermined")
    rules: list[RuleOutcome]
    reasons: list[Reason]
    cautions: list[Caution]
    missing: list[str] | None = None


class Advice(Said):
    """A hint on a result, as a code and a sentence."""

    code: str
    text: str


class Learns(Said):
    """What each side can learn from the other."""

    ours: Advice | None = None
    theirs: Advice | None = None


class Tie(Said):
    """A tie that there is: what kind, what for, and since when."""

    kind: str | None = None
    purpose: str | None = None
    role: str | None = None
    since: str | None = None
    note: str | None = None


class OfPeer(Said):
    """What a result has where it is a place."""

    side: str | None = Field(default=None, description="The weaker side, whose score this is.")
    other_side: OtherSide | None = None
    gives: list[Exchange] | None = None
    gets: list[Exchange] | None = None
    direction: str | None = Field(default=None, description="mutual, learn_from or teach")
    learns: Learns | None = None
    suggest: Advice | None = Field(default=None, description="Another form of working together.")
    stretch: Advice | None = Field(default=None, description="Why it is here against habit.")
    ties: list[Tie] | None = None


class PeerResult(Result, OfPeer):
    place: PlaceSummary


class MemberInside(Said):
    id: str
    name: str
    country: str | None = None
    role: str | None = None
    since: str | None = None


class Step(Said):
    code: str
    text: str | None = None


class WayIn(Step):
    """A door that is open: a successor (`id`), another role, a member at home to ask."""

    id: str | None = None
    source: str | None = None
    places: list[MemberInside] | None = None


class Benefit(Step):
    evidence: list[FactShown]


class OfCollaboration(Said):
    """What a result has where it is a collaboration."""

    peers_inside: list[MemberInside] | None = None
    next_steps: list[Step] | None = None
    route_in: list[WayIn] | None = None
    benefits: list[Benefit] | None = None
    obligations: list[str] | None = None


class CollaborationResult(Result, OfCollaboration):
    collaboration: CollaborationSummary


class SmallestChange(Said):
    """The least that would have to change for a refused place to be let in."""

    rule_id: str | None = None
    field: str | None = None
    seen: Any = None
    threshold: Any = None
    remedy_kind: str | None = None
    possible: bool | None = None
    text: str | None = None


class Refusal(Said):
    """One candidate that is ruled out, by which rule, and the way in."""

    place: PlaceSummary | None = None
    collaboration: CollaborationSummary | None = None
    verdict: str = Field(description="refused or waitlisted")
    rules: list[RuleOutcome]
    smallest_change: SmallestChange | None = None
    route_in: list[WayIn] | None = None


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


class PeersMatch(Match):
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


class AnyResult(Result, OfPeer, OfCollaboration):
    """One candidate of a match of either kind."""

    place: PlaceSummary | None = None
    collaboration: CollaborationSummary | None = None


class RecordedMatch(Match, OfCollaborations):
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
