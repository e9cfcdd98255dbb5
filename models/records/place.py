"""A place: a subnational government, what it needs, offers, may do and has agreed to."""

from typing import Annotated, Any, Self

from pydantic import Field, field_validator, model_validator

from models.records.values import (
    CollaborationId,
    Count,
    CountryCode,
    Day,
    Days,
    Fact,
    LanguageCode,
    Money,
    Name,
    PlaceId,
    Record,
    RoleName,
    Sdg,
    Share,
    Text,
)
from models.taxonomy import (
    CommitmentLevel,
    CommitmentRole,
    Degree,
    EvidenceKind,
    EvidenceResult,
    ExecutiveForm,
    Goal,
    HolderKind,
    Lever,
    NeedLevel,
    PlaceKind,
    PopulationBasis,
    PowerBasis,
    Purpose,
    Readiness,
    Sector,
    Stage,
    Stakeholder,
    TieKind,
)


class Powers(Record):
    """What a government may do, per dimension 0 to 1; what is not known is left out."""

    fiscal: Share | None = None
    policy_scope: Share | None = None
    discretion: Share | None = None
    institutional: Share | None = None
    consensus: Share | None = None
    influence: Share | None = None
    soft: Share | None = None
    basis: PowerBasis = PowerBasis.DECLARED


class Executive(Record):
    form: ExecutiveForm | None = None
    capacity: Degree | None = None


class Need(Record):
    """What a place seeks: a sector and the stage it stands at."""

    sector: Sector
    stage: Stage
    text: Text | None = None
    level: NeedLevel | None = None


class Evidence(Record):
    """What backs an offer; none stands without a source."""

    kind: EvidenceKind
    result: EvidenceResult | None = None
    text: Text
    source: Text
    date: Day | None = None


class Offer(Record):
    """What a place can show or give; a test bed and a lived problem are offers too."""

    sector: Sector
    stage: Stage
    text: Text | None = None
    evidence: list[Evidence] = []


class Capacity(Record):
    """What a place has left for collaborations, in days a year, slots and money a year."""

    officer_days: Days | None = None
    mayor_slots: Annotated[int, Field(ge=0, le=1000)] | None = None
    officer_slots: Annotated[int, Field(ge=0, le=1000)] | None = None
    budget: Money | None = None


class Holder(Record):
    kind: HolderKind
    name: Name


class Commitment(Record):
    """A tie a place already has, with a collaboration or with another place (a twin)."""

    collaboration: CollaborationId | None = None
    place_id: PlaceId | None = None
    level: CommitmentLevel = CommitmentLevel.OFFICER
    role: CommitmentRole | None = None
    department: Name | None = None
    holder: Holder | None = None
    owner_role: Name | None = None
    term_ends: Day | None = None
    fee: Money | None = None
    officer_days: Days | None = None
    since: Day | None = None
    review_due: Day | None = None
    value_note: Text | None = None
    purpose: Purpose | None = None
    tie: TieKind | None = None
    provenance: dict[str, Fact] = {}

    @model_validator(mode="after")
    def _one_partner(self) -> Self:
        if (self.collaboration is None) == (self.place_id is None):
            raise ValueError("a commitment names either a collaboration or a place_id")
        return self


class NotSuggested(Record):
    """A tenant's own "do not suggest", with the reason it is logged with."""

    id: str
    why: Text


class Place(Record):
    """A subnational government. Every field but the first few may be unknown."""

    id: PlaceId | None = None
    name: Name
    aliases: list[Name] = []
    kind: PlaceKind
    has_government: bool | None = None
    city_state: bool | None = None
    country: CountryCode
    region: str | None = None
    part_of: list[PlaceId] = []
    lat: Annotated[float, Field(ge=-90, le=90)] | None = None
    lon: Annotated[float, Field(ge=-180, le=180)] | None = None
    timezone: str | None = None
    population: Count | None = None
    population_basis: PopulationBasis | None = None
    metro_population: Count | None = None
    national_rank: Annotated[int, Field(ge=1)] | None = None
    languages: list[LanguageCode] = []
    powers: Powers | None = None
    executive: Executive | None = None
    levers: dict[Sector, Lever] = {}
    own_budget: Money | None = None
    goals: list[Goal] = []
    sectors: list[Sector] = []
    strategic_goals: list[Text] = []
    needs: list[Need] = []
    offers: list[Offer] = []
    capacity: Capacity | None = None
    readiness: Readiness | None = None
    support_need: Degree | None = None
    sdgs: list[Sdg] = []
    will_not: list[Text] = []
    roles: list[RoleName] = []
    stakeholders: list[Stakeholder] = []
    commitments: list[Commitment] = []
    track_record: Annotated[list[Name], Field(max_length=200)] = []
    do_not_suggest: list[NotSuggested] = []
    external_ids: dict[str, str] = {}
    contact_office: Text | None = None
    description: Text | None = None
    provenance: dict[str, Fact] = {}

    @field_validator("kind", mode="before")
    @classmethod
    def _subnational(cls, kind: Any) -> Any:
        if kind == "national":
            raise ValueError(
                "out_of_scope_national: national governments are out of scope; "
                "Counterpart matches subnational governments"
            )
        return kind

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if (self.lat is None) != (self.lon is None):
            raise ValueError("lat and lon come together")
        if self.population is not None and self.metro_population is not None:
            basis = self.population_basis
            if self.metro_population < self.population and basis is PopulationBasis.MUNICIPALITY:
                raise ValueError("metro_population is smaller than the municipality's population")
        unknown = set(self.provenance) - set(type(self).model_fields) - {"*"}
        if unknown:
            raise ValueError(f"provenance of unknown fields: {', '.join(sorted(unknown))}")
        return self
