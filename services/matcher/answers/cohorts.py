"""Cohorts, pairs and clusters, places worth approaching, and how networks differ."""

from datetime import date
from typing import Any

from pydantic import Field

from services.matcher.answers.catalogue import PlaceSummary
from services.matcher.answers.convening import CapHolder, DeskRule, Fit, Named, SubScores
from services.matcher.answers.results import Caution, Exchange, Reason, RuleOutcome
from services.web.answers import Said


class SizeBounds(Said):
    min: int
    max: int


class BroughtAlone(Said):
    """What nobody else in the cohort brings."""

    what: str
    value: str


class CohortMember(PlaceSummary, Fit):
    """A chosen place, with the sectors it learns in and shows to the others."""

    learns: list[str]
    shows: list[str]
    alone_in: list[BroughtAlone]


class ReserveMember(PlaceSummary, Fit):
    could_replace: str | list[str] = Field(description="`any`, or the ids whose place it can take.")


class CohortBound(Said):
    """A rule of the cohort; which other fields there are depends on `rule`."""

    rule: str = Field(
        description="entry, intake, cap, size_min, size_max, must_include or must_exclude"
    )
    text: str
    rule_id: str | None = None
    attribute: str | None = None
    max: int | None = None
    min: int | None = None
    share: str | None = None
    places: int | None = None
    place: PlaceSummary | None = None
    rules: list[RuleOutcome] | None = None


class BindingCap(CohortBound):
    shuts_out: int = Field(description="How many that were not chosen it leaves no room for.")


class CohortObjective(Said):
    """What the cohort is worth, in parts, and how near that is to the best there can be."""

    fit: float
    learning: float
    variety: float
    total: float
    bound: float
    gap: float


class LeftOut(PlaceSummary):
    rules: list[RuleOutcome]


class Subnetwork(Said):
    members: list[PlaceSummary]


class CohortAnswer(Said):
    """The best cohort under every rule, or the fewest rules to relax."""

    snapshot_id: str
    collaboration: Named
    as_of: date
    status: str = Field(description="optimal, feasible or infeasible")
    size: SizeBounds
    cohort: list[CohortMember]
    reserve: list[ReserveMember]
    binding_caps: list[BindingCap]
    objective: CohortObjective
    left_out_by_rules: list[LeftOut]
    relaxations: list[CohortBound] | None = None
    subnetworks: list[Subnetwork] | None = None


class Pair(Said):
    """Two places; the score and the reasons are those of the weaker side."""

    places: list[PlaceSummary]
    score: float
    coverage: float
    rank_score: float
    side: str = Field(description="ours (the first place) or theirs")
    verdict: str
    gives: list[Exchange]
    gets: list[Exchange]
    direction: str | None = Field(default=None, description="mutual, learn_from or teach")
    reasons: list[Reason]
    cautions: list[Caution]
    rules: list[RuleOutcome]


class Cluster(Said):
    places: list[PlaceSummary]
    pairs: list[Pair]


class WhyUnmatched(Said):
    code: str = Field(description="entry, pair_rule, outnumbered or cluster")
    text: str
    rules: list[RuleOutcome] | None = None


class Unmatched(Said):
    place: PlaceSummary
    why: WhyUnmatched


class PairingObjective(Said):
    pairs: int | None = None
    clusters: int | None = None
    weight: float


class Pairings(Said):
    """Pairs or clusters, and who is left over."""

    snapshot_id: str
    as_of: date
    rules: list[str] = Field(description="The ids of the pair rules that held.")
    status: str = Field(description="optimal or feasible")
    gap: float | None = None
    pairs: list[Pair]
    clusters: list[Cluster] | None = None
    unmatched: list[Unmatched]
    objective: PairingObjective


class Approach(Fit):
    """A non-member worth approaching."""

    place: PlaceSummary
    verdict: str
    all_four_high: bool
    sub_scores: SubScores
    rules: list[DeskRule]
    reasons: list[Reason]
    members_at_home: list[CapHolder]
    not_known: list[str]


class ApproachList(Said):
    snapshot_id: str
    collaboration: Named
    as_of: date
    looked_at: int = Field(description="How many non-members were looked at closely.")
    of: int
    items: list[Approach]


class FieldDifference(Said):
    """What one has and the other has not: of lists the rest of each, else both values."""

    field: str
    only_ours: list[str] | None = None
    only_theirs: list[str] | None = None
    ours: Any = None
    theirs: Any = None


class EligibleInCommon(Said):
    share: float | None
    judged: int
    rules_known: bool


class NearNetwork(Named):
    """A network near this one, and what differs."""

    likeness: float
    parts: dict[str, float]
    differs: list[FieldDifference]
    eligible_in_common: EligibleInCommon


class OnlyHere(Said):
    field: str
    values: list[str]


class ClarityChecklist(Said):
    duration: bool | None
    duties: bool | None
    outcomes: bool | None


class ObjectiveClarity(Said):
    """Are duration, duties and measurable outcomes stated? One point each; null is unknown."""

    points: int | None
    of: int
    checklist: ClarityChecklist


class JudgedUniverse(Said):
    open_by_kind_and_country: int
    judged: int


class Distinctiveness(Said):
    """The nearest networks, and what differs."""

    snapshot_id: str
    collaboration: Named
    as_of: date
    nearest: list[NearNetwork]
    only_here: list[OnlyHere]
    objective_clarity: ObjectiveClarity
    universe: JudgedUniverse
