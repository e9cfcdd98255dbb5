"""Requests of the officer's desk."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from models.records import Need
from models.records.values import CollaborationId, Day, Name, NotBoolean, Record, Slug, Text
from services.matcher.schemas import OnePlace

CHANGES = 3


class PortfolioRequest(OnePlace):
    """Whose portfolio: a stored place, or a place as it describes itself."""

    needs: list[Need] | None = Field(default=None, max_length=100)
    exclude: list[str] = Field(default=[], max_length=10_000)
    as_of: Day | None = None
    changes: Annotated[int, Field(ge=0, le=20), NotBoolean] = CHANGES
    """How many new commitments the plan may hold at most."""


class InvitationRequest(PortfolioRequest):
    """An invitation to check: from a collaboration on file, or in the words it came in."""

    collaboration: CollaborationId | None = None
    text: Text | None = None

    @model_validator(mode="after")
    def _one_invitation(self) -> Self:
        if (self.collaboration is None) == (self.text is None):
            raise ValueError("send either collaboration or text, and not both")
        return self


class ChecklistLine(Record):
    """One question to answer before joining; `code` ties it to what the service can tell."""

    code: Slug
    text: Text


class Checklist(Record):
    """A tenant's own checklist."""

    title: Name | None = None
    lines: list[ChecklistLine] = Field(min_length=1, max_length=50)

    @model_validator(mode="after")
    def _codes_differ(self) -> Self:
        codes = [line.code for line in self.lines]
        if len(codes) != len(set(codes)):
            raise ValueError("two lines have the same code")
        return self
