"""A collaboration: a network, partnership or platform that places may join."""

from fractions import Fraction
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from models.countries import country_groups
from models.records.contradictions import contradiction
from models.records.rule import Rule
from models.records.values import (
    CollaborationId,
    Count,
    CountryCode,
    Day,
    Days,
    Fact,
    Money,
    Name,
    Record,
    RoleName,
    Sdg,
    Slug,
    Text,
)
from models.taxonomy import (
    CapAttribute,
    CollaborationType,
    Continent,
    Degree,
    FactStatus,
    Format,
    Goal,
    Hurdle,
    Intake,
    LedBy,
    NationalConsent,
    NeedLevel,
    Sector,
    SizeClass,
    Stage,
    Theme,
)


def _share(text: str) -> str:
    """A share as an exact fraction of whole numbers, such as "2/3"."""
    try:
        share = Fraction(text)
    except (ValueError, ZeroDivisionError):
        raise ValueError(f"{text!r} is no fraction such as 2/3") from None
    if "." in text:
        raise ValueError(f"{text!r} is a decimal: write the exact fraction, such as {share}")
    if not 0 < share <= 1:
        raise ValueError(f"{text!r} is not a fraction above 0 and up to 1")
    return text


class StageClaim(Record):
    """A stage the collaboration works at; a network's own claim is kept as a claim."""

    stage: Stage
    status: FactStatus


class Fee(Money):
    period: Annotated[str, Field(pattern="^(year|month|once|event)$")] = "year"


class Grant(Record):
    """A grant's upper bound: "up to", never the amount one will get."""

    up_to: Money


class Cap(Record):
    """A limit on the roster after admission: at most `max`, or at most an exact share."""

    attribute: CapAttribute
    max: Annotated[int, Field(ge=1)] | None = None
    max_share: Annotated[str, AfterValidator(_share)] | None = None
    text: Text | None = None
    source: Text | None = None

    @model_validator(mode="after")
    def _one_limit(self) -> Self:
        if (self.max is None) == (self.max_share is None):
            raise ValueError("a cap has either max or max_share")
        return self


class Call(Record):
    """A round of intake, with its own places and rules."""

    id: Slug
    opens: Day | None = None
    closes: Day | None = None
    places: Annotated[int, Field(ge=0)] | None = None
    rules: list[Rule] = []

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.opens and self.closes and self.opens > self.closes:
            raise ValueError("opens is after closes")
        return self


class SizeBand(Record):
    min: Count | None = None
    max: Count | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"min ({self.min}) is greater than max ({self.max})")
        return self


def _group(code: str) -> str:
    if code not in country_groups():
        raise ValueError(f"no group of countries; known are {', '.join(sorted(country_groups()))}")
    return code


class Whereabouts(Record):
    """A part of the world: continents, countries and groups of countries, together."""

    continents: list[Continent] = []
    countries: list[CountryCode] = []
    country_groups: list[Annotated[str, AfterValidator(_group)]] = []


class Clarity(Record):
    """Does the collaboration state its duration, its members' duties and its outcomes?"""

    duration: bool
    duties: bool
    outcomes: bool


class PartnerRole(Record):
    """Another role than member, and the countries whose places may take it."""

    role: RoleName
    countries: list[CountryCode] = []
    text: Text
    source: Text | None = None


class Collaboration(Record):
    """A collaboration and what it asks. A description of its members is never a rule."""

    id: CollaborationId
    name: Name
    aliases: list[Name] = []
    type: CollaborationType
    labels: list[CollaborationType] = []
    led_by: LedBy | None = None
    goals: list[Goal] = []
    theme: Theme
    sectors: list[Sector] = []
    stages: list[StageClaim] = []
    formats: list[Format] = []
    description: Text
    founded: Annotated[int, Field(ge=1800, le=2100)] | None = None
    member_count: Count | None = None
    footprint: Text | None = None
    rules: list[Rule] = []
    entry_rules_known: bool = False
    calls: list[Call] = []
    caps: list[Cap] = []
    intake: Intake = Intake.UNKNOWN
    open_to_non_members: bool | None = None
    fee: Fee | None = None
    grant: Grant | None = None
    effort_days: Days | None = None
    obligations: list[Text] = []
    level: NeedLevel | None = None
    facilitation: Degree | None = None
    hurdle: Hurdle | None = None
    required_roles: list[RoleName] = []
    size_band: SizeBand | None = None
    described_sizes: list[SizeClass] = []
    described_places: Whereabouts | None = None
    national_consent: NationalConsent = NationalConsent.UNKNOWN
    partner_roles: list[PartnerRole] = []
    funders: list[Name] = []
    ends: Day | None = None
    successor: CollaborationId | None = None
    domestic: bool = False
    country: CountryCode | None = None
    obligations_clear: Clarity | None = None
    case_study: Annotated[int, Field(ge=1, le=10)] | None = None
    staff: Count | None = None
    sdgs: list[Sdg] = []
    last_confirmed: Day | None = None
    external_ids: dict[str, str] = {}
    provenance: dict[str, Fact] = {}

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        for rules in (self.rules, *(call.rules for call in self.calls)):
            ids = [rule.id for rule in rules]
            if len(ids) != len(set(ids)):
                raise ValueError("two rules have the same id")
        for rules in (self.rules, *([*self.rules, *call.rules] for call in self.calls)):
            clash = contradiction(rules)
            if clash:
                raise ValueError(f"rules {clash[0]!r} and {clash[1]!r} contradict: none can pass")
        if self.domestic and self.country is None:
            raise ValueError("a domestic collaboration names its country")
        unknown = set(self.provenance) - set(type(self).model_fields) - {"*"}
        if unknown:
            raise ValueError(f"provenance of unknown fields: {', '.join(sorted(unknown))}")
        return self
