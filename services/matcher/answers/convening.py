"""The convener's desk: rosters and admissions; and what its other answers are made of."""

from datetime import datetime

from pydantic import Field

from services.matcher.answers.catalogue import PlaceSummary
from services.matcher.answers.results import Caution, FactShown, RuleOutcome
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


class DeskRule(RuleOutcome):
    """What a rule says, with the numbers of a cap or the place it is about."""

    value: str | None = Field(default=None, description="The value the cap counts, as a country.")
    before: int | None = None
    count: int | None = None
    total_before: int | None = None
    total: int | None = None
    max: int | None = None
    holders: list[CapHolder] | None = None
    place: CapHolder | None = None


class Version(Said):
    version: int
    stored_at: datetime


class Roster(Said):
    """Who is in, and how each cap stands."""

    snapshot_id: str
    collaboration: Named
    as_of: str | None = None
    members: list[PlaceSummary]
    total: int
    complete: bool
    unknown_members: int | None
    caps: list[CapStatus]
    version: int
    history: list[Version]
    assignments: dict[str, dict[str, str]] | None = Field(
        default=None, description="The convener's own: by place or country, what it counts as."
    )


class Unlock(Said):
    """What would let in who is refused, or what an admission makes room for."""

    rule_id: str | None = None
    attribute: str
    value: str
    code: str
    count: int
    text: str


class RosterTotal(Said):
    before: int
    after: int


class Admission(Said):
    """Whether places may join together."""

    snapshot_id: str
    verdict: str
    rules: list[DeskRule]
    holders: list[CapHolder]
    total: RosterTotal
    caps_after: list[CapStatus]
    roster_version: int
    by_bounds: str | None = Field(
        default=None, description="Said where not every member is known: judged by bounds."
    )
    cautions: list[Caution] | None = None
    would_unlock: list[Unlock] | None = None


class Fit(Said):
    """How well a place fits the collaboration, as far as its facts tell."""

    fit: float | None
    coverage: float
    rank_score: float
    band: str | None = Field(description="strong, fair or weak")


class SubScore(Said):
    """Appetite, capacity, expertise or decision powers; null where nothing on file tells."""

    value: float | None
    level: str | None = Field(description="low, medium or high")
    evidence: list[FactShown]


SubScores = dict[str, SubScore]
