"""Requests of the convener's desk."""

from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from models.records import Call, Cap, Place, Rule
from models.records.values import (
    CollaborationId,
    CountryCode,
    Day,
    Name,
    NotBoolean,
    Record,
    Text,
)
from models.taxonomy import Continent, RuleScope, Verdict
from services.matcher.schemas import OnePlace

APPLICANTS = 2_000
MEMBERS = 10_000
SIDE = 500


def _is_id(value: Any) -> str:
    return _ID if isinstance(value, str) else _RECORD


# Named so that the step between a list and its item stays out of an error's JSON pointer.
_ID, _RECORD = "constrained-id", "constrained-record"
PlaceRef = Annotated[
    Annotated[str, Tag(_ID)] | Annotated[Place, Tag(_RECORD)], Discriminator(_is_id)
]
"""A place by its id, or as it describes itself."""
CallRef = Annotated[Annotated[str, Tag(_ID)] | Annotated[Call, Tag(_RECORD)], Discriminator(_is_id)]
"""A call on file by its id, or one sent along."""


class Assignment(Record):
    """What the convener counts a place or a country as, where sources differ."""

    country: CountryCode | None = None
    continent: Continent | None = None


class RosterRequest(Record):
    """The whole roster; what is sent replaces what was there, and the old one is kept."""

    members: list[PlaceRef] = Field(max_length=MEMBERS)
    complete: bool = True
    unknown_members: Annotated[int, Field(ge=0, le=MEMBERS), NotBoolean] | None = None
    as_of: Day | None = None
    assignments: dict[str, Assignment] = {}
    caps: list[Cap] = []

    @model_validator(mode="after")
    def _in_line(self) -> Self:
        if self.complete and self.unknown_members:
            raise ValueError("a complete roster has no unknown members: send complete: false")
        return self


class AdmissionRequest(Record):
    """Places to admit together, and members to leave before that."""

    admit: list[PlaceRef] = Field(default=[], max_length=APPLICANTS)
    leave: list[PlaceRef] = Field(default=[], max_length=MEMBERS)
    caps: list[Cap] = []
    as_of: Day | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.admit and not self.leave:
            raise ValueError("name at least one place to admit or to leave")
        return self


class Applicant(OnePlace):
    """One applicant: a stored place, or a place as it describes itself."""


class ScreeningTerms(Record):
    """What applicants are screened against: a call, and the day of it."""

    call: CallRef | None = None
    as_of: Day | None = None
    taken: Annotated[int, Field(ge=0), NotBoolean] = 0
    caps: list[Cap] = []
    require_verified: bool = False


class ScreeningRequest(ScreeningTerms):
    applicants: list[Applicant] = Field(min_length=1, max_length=APPLICANTS)


class CohortSize(Record):
    min: Annotated[int, Field(ge=1, le=MEMBERS), NotBoolean]
    max: Annotated[int, Field(ge=1, le=MEMBERS), NotBoolean]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.min > self.max:
            raise ValueError(f"min ({self.min}) is greater than max ({self.max})")
        return self


class CohortPurpose(StrEnum):
    """What a cohort is for, which says how large it should be (the report, lines 3823-3861)."""

    PROJECT = "project"
    ALLIANCE = "alliance"
    REPLICATION = "replication"


PURPOSE_SIZES = {
    CohortPurpose.PROJECT: (2, 5),
    CohortPurpose.ALLIANCE: (15, 20),
    CohortPurpose.REPLICATION: (1, 80),
}
TimeLimit = Annotated[float, Field(gt=0, le=60), NotBoolean]


class CohortRequest(Record):
    applicants: list[Applicant] = Field(min_length=1, max_length=APPLICANTS)
    with_roster: bool = False
    size: CohortSize | None = None
    purpose: CohortPurpose | None = None
    caps: list[Cap] = []
    must_include: list[PlaceRef] = []
    must_exclude: list[PlaceRef] = []
    variety: Annotated[float, Field(ge=0, le=1), NotBoolean] = 0.5
    reserve: Annotated[int, Field(ge=0, le=APPLICANTS), NotBoolean] | None = None
    call: CallRef | None = None
    as_of: Day | None = None
    time_limit_s: TimeLimit = 10

    @model_validator(mode="after")
    def _one_size(self) -> Self:
        if (self.size is None) == (self.purpose is None):
            raise ValueError("send either size or purpose, and not both")
        return self


class PairingsRequest(Record):
    left: list[PlaceRef] = Field(min_length=1, max_length=SIDE)
    right: list[PlaceRef] | None = Field(default=None, min_length=1, max_length=SIDE)
    rules: list[Rule] = []
    collaboration: CollaborationId | None = None
    cluster_size: Annotated[int, Field(ge=2, le=5), NotBoolean] = 2
    as_of: Day | None = None
    time_limit_s: TimeLimit = 10

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.right is None and len(self.left) < 2:
            raise ValueError("one pool needs at least two places")
        if any(rule.scope is RuleScope.ROSTER for rule in self.rules):
            raise ValueError("rules of a pairing have scope 'pair' or 'place'")
        return self


Number = Annotated[int, Field(ge=0, le=APPLICANTS), NotBoolean]


class Note(Record):
    """A remark, on one applicant or on the whole screening."""

    kind: Literal["note"]
    author: Name
    applicant: Number | None = None
    text: Text


class Minutes(Record):
    """A paragraph of the minutes of the jury."""

    kind: Literal["minutes"]
    author: Name
    text: Text
    held_on: Day | None = None
    present: list[Name] = []


class Interest(Record):
    """A declared conflict of interest, with one applicant or with all of them."""

    kind: Literal["conflict"]
    author: Name
    applicant: Number | None = None
    text: Text


class Assessment(Record):
    """One assessor's own judgement of one applicant, made without seeing the other's."""

    kind: Literal["assessment"]
    author: Name
    applicant: Number
    recommendation: Literal["admit", "waitlist", "refuse", "abstain"]
    score: Annotated[float, Field(ge=0, le=10), NotBoolean] | None = None
    reason: Text


class Override(Record):
    """A person's decision instead of the verdict, with the reason; the verdict stays beside."""

    kind: Literal["override"]
    author: Name
    applicant: Number
    verdict: Verdict
    reason: Text


Entry = Annotated[Note | Minutes | Interest | Assessment | Override, Field(discriminator="kind")]
