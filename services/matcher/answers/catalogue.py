"""Places, collaborations, features and words."""

from pydantic import Field

from models.records import Collaboration, Place
from models.records.collaboration import Fee, Grant
from models.records.values import CountryCode
from models.taxonomy import (
    CollaborationType,
    Continent,
    Goal,
    PlaceKind,
    PopulationBasis,
    Sector,
    SizeClass,
    Theme,
)
from services.web.answers import Page, Said


class PlaceSummary(Said):
    """A place in short."""

    id: str | None = Field(default=None, description="Missing for a place that is not stored.")
    name: str
    kind: PlaceKind
    country: CountryCode
    region: str | None = None
    lat: float | None = None
    lon: float | None = None
    population: int | None = None
    population_basis: PopulationBasis | None = None
    metro_population: int | None = None
    national_rank: int | None = None
    languages: list[str] | None = None
    has_government: bool | None = None


class StageOnFile(Said):
    stage: str
    status: str


class PlaceList(Page[PlaceSummary]):
    """Places, in pages."""


class CollaborationSummary(Said):
    """A collaboration in short."""

    id: str
    name: str
    type: CollaborationType | None = None
    led_by: str | None = None
    theme: Theme | None = None
    goals: list[Goal] | None = None
    sectors: list[Sector] | None = None
    stages: list[StageOnFile] | None = None
    fee: Fee | None = None
    grant: Grant | None = None
    footprint: str | None = Field(default=None, description="Who its members are; never a rule.")
    founded: int | None = None
    member_count: int | None = None
    last_confirmed: str | None = None
    description: str | None = None


class CollaborationList(Page[CollaborationSummary]):
    """Collaborations, in pages."""


class PlaceRead(Place):
    """All that is held about a place; `provenance` says what each fact rests on."""

    model_config = {"extra": "allow"}  # noqa: RUF012

    size_class: SizeClass | None = None
    continent: Continent | None = None
    snapshot_id: str


class KnownMember(Said):
    id: str
    role: str | None = None
    since: str | None = None


class CollaborationRead(Collaboration):
    """One collaboration with all that is on file."""

    model_config = {"extra": "allow"}  # noqa: RUF012

    successor_name: str | None = None
    known_members: list[KnownMember] | None = None


class PeerFeature(Said):
    name: str
    says: str
    weights: dict[str, float] = Field(description="The default weight by mode.")


class CollaborationFeature(Said):
    name: str
    says: str
    weight: float


class Features(Said):
    """What a score is made of."""

    version: str
    gamma: float = Field(description="rank_score is score times coverage to this power.")
    peers: list[PeerFeature]
    collaborations: list[CollaborationFeature]


class Credit(Said):
    source: str
    licence: str
    url: str


class Taxonomy(Said):
    """Every enum of the API, the size classes, and the credits of the data."""

    enums: dict[str, list[str]]
    size_class_below: dict[str, float | None]
    credits: list[Credit]
