"""Results of a match: who or what was found, with reasons, rules and cautions."""

from typing import Any

from pydantic import Field

from services.matcher.answers.catalogue import CollaborationSummary, PlaceSummary
from services.web.answers import Said


class FactShown(Said):
    """A fact that a sentence rests on, with its source and how sure it is."""

    field: str
    side: str | None = Field(default=None, description="ours or theirs")
    value: Any = None
    source: str | None = None
    date: str | None = None
    status: str | None = Field(default=None, description="claim, verified, inferred or average")
    documented: bool | None = Field(
        default=None, description="false where no document stands behind it: an entry of its keeper"
    )


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
    operator: str | None = Field(default=None, description="How the two are compared.")
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


class AnyResult(Result, OfPeer, OfCollaboration):
    """One candidate of a match of either kind."""

    place: PlaceSummary | None = None
    collaboration: CollaborationSummary | None = None
