"""Matches as records, outcomes, weights."""

from datetime import date, datetime
from typing import Any

from pydantic import Field

from services.web.answers import Page, Said


class LogEntry(Said):
    """One entry of the audit log about a match."""

    sequence: int
    at: datetime
    kind: str
    actor: str | None


class MatchAudit(Said):
    """What a match was made with; what stands in the snapshot alone is there while that is kept."""

    match_id: str
    kind: str
    as_of: date
    language: str
    inputs: dict[str, Any] = Field(description="The request, as it was resolved.")
    inputs_sha256: str
    weights: dict[str, float]
    snapshot_id: str
    snapshot_kept: bool
    software: str
    recorded_at: datetime
    answer_sha256: str
    record_sha256: str
    data_revision: str | None = None
    embedding_model: str | None = None
    weights_version: str | None = None
    rules_sha256: str | None = None
    index_sha256: dict[str, str] | None = Field(default=None, description="By the file's name.")
    log: list[LogEntry]


class QuestionDifference(Said):
    """One thing that differs in the two questions."""

    of: str = Field(description="match, weights or request")
    field: str
    before: str | None = None
    after: str | None = None
    fields: list[str] | None = Field(default=None, description="Of a described place.")
    text: str


class Cause(Said):
    """Why a result moved, as far as the two answers show it."""

    code: str
    args: dict[str, Any]
    text: str


class MovedResult(Said):
    """A result that stands elsewhere; `before` or `after` is null where it was not there."""

    id: str
    name: str
    before: int | None
    after: int | None
    causes: list[Cause]
    text: str


class MatchDifference(Said):
    """What moved between two matches, and why, in words."""

    a: str
    b: str
    same: bool
    question: list[QuestionDifference]
    moved: list[MovedResult]
    left: list[MovedResult]
    text: list[str] = Field(description="All of it as sentences, in order.")


class Outcome(Said):
    """What became of one result."""

    number: int
    match_id: str
    result_id: str
    outcome: str = Field(description="invited, accepted, declined, active or ended")
    side: str
    at: date
    why: str | None = None
    recorded_at: datetime


class OutcomeDue(Said):
    """When to ask a side whether what it accepted is still active."""

    result_id: str
    side: str
    months: int
    due: date


class OutcomeList(Page[Outcome]):
    """All that was told of a match."""

    due: list[OutcomeDue]


class WeightBounds(Said):
    lowest: float
    highest: float
    shrinkage: float


class TunedWeights(Said):
    """The factors on the default weights, learned from a tenant's own outcomes."""

    version: int
    bounds: WeightBounds
    factors: dict[str, dict[str, float]] = Field(description="By mode, then by feature.")
    sums: dict[str, dict[str, list[float]]] = Field(
        description="The same way: how much outcomes told of a feature, and for it less against it."
    )
