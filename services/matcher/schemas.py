"""Requests of the match API."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from models.records import Need, Place
from models.records.values import CountryCode, Day, LanguageCode, NotBoolean, Record, Text
from models.taxonomy import (
    CollaborationType,
    Continent,
    Mode,
    PlaceKind,
    Purpose,
    Sector,
    StageRelation,
    Ties,
)

Weight = Annotated[float, Field(ge=0, le=1_000_000), NotBoolean]
Many = Annotated[int, Field(ge=0), NotBoolean]


def _left_out(make: type[Any], **limits: Any) -> Any:
    """A field that is empty where nothing is said, without a copy being made for each question.

    A list or table is made anew; a record is one for all, since nobody writes into a question.
    """
    empty = make()
    is_record = isinstance(empty, Record)
    told = empty.model_dump() if is_record else empty
    made = (lambda: empty) if is_record else make
    return Field(default_factory=made, json_schema_extra={"default": told}, **limits)


class PopulationRange(Record):
    min: Many | None = None
    max: Many | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"min ({self.min}) is greater than max ({self.max})")
        return self


class RankRange(PopulationRange):
    """Ranks by size in a place's own country: 2 and on leaves the largest out."""


class PeerFilters(Record):
    """Which places may be candidates; what is not named is not filtered."""

    countries: list[CountryCode] | None = Field(default=None, min_length=1, max_length=250)
    exclude_countries: list[CountryCode] = _left_out(list)
    continents: list[Continent] | None = Field(default=None, min_length=1)
    kinds: list[PlaceKind] | None = Field(default=None, min_length=1)
    population: PopulationRange | None = None
    national_rank: RankRange | None = None
    sectors: list[Sector] | None = Field(default=None, min_length=1)
    languages: list[LanguageCode] | None = Field(default=None, min_length=1)


class CollaborationFilters(Record):
    """Which collaborations may be candidates; type counts only where it is asked for."""

    sectors: list[Sector] | None = Field(default=None, min_length=1)
    types: list[CollaborationType] | None = Field(default=None, min_length=1)


class OnePlace(Record):
    """Whom a question is about: a stored place, or a place as it describes itself."""

    place_id: str | None = None
    place: Place | None = None

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.place_id is None) == (self.place is None):
            raise ValueError("send either place_id or place, and not both")
        return self


class MatchRequest(OnePlace):
    """What both match questions have in common."""

    needs: list[Need] | None = Field(default=None, max_length=100)
    text: Text | None = None
    purpose: Purpose = Purpose.INNOVATION
    among: list[str] | None = Field(default=None, min_length=1, max_length=1000)
    exclude: list[str] = _left_out(list, max_length=10_000)
    weights: dict[str, Weight] = _left_out(dict)
    as_of: Day | None = None
    require_verified: bool = False
    limit: Annotated[int, Field(ge=1, le=200), NotBoolean] = 10
    include: list[Literal["refused"]] = _left_out(list)


class PeersRequest(MatchRequest):
    """Which places are this place's peers?"""

    mode: Mode = Mode.SUSTAINED_PAIRING
    stage_relation: StageRelation = StageRelation.PEER
    ties: Ties = Ties.ANY
    filters: PeerFilters = _left_out(PeerFilters)
    max_per_country: Annotated[int, Field(ge=1, le=200), NotBoolean] | None = Field(
        default=None, description="How many results may lie in one country."
    )
    stretch: Annotated[int, Field(ge=0, le=10), NotBoolean] = 0
    exposure_cap: Annotated[int, Field(ge=1, le=100_000), NotBoolean] | None = None
    shown: dict[str, Many] = _left_out(dict, max_length=50_000)

    @model_validator(mode="after")
    def _room_for_others(self) -> Self:
        if self.stretch >= self.limit:
            raise ValueError("stretch leaves no room for other results within limit")
        if self.shown and self.exposure_cap is None:
            raise ValueError("shown says how often places were suggested; exposure_cap is missing")
        return self


class CollaborationsRequest(MatchRequest):
    """Which collaborations fit this place, and would they let it in?"""

    filters: CollaborationFilters = _left_out(CollaborationFilters)
