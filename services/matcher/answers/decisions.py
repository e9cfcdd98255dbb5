"""Matches as records, outcomes, weights."""

from datetime import date, datetime
from typing import Any

from services.web.answers import Page, Said


class MatchAudit(Said):
    """What a match was made with."""

    match_id: str
    kind: str
    as_of: date
    language: str
    snapshot_id: str
    snapshot_kept: bool
    software: str
    recorded_at: datetime
    answer_sha256: str
    record_sha256: str
    data_revision: str | None = None
    embedding_model: str | None = None
    weights_version: str | None = None


class MatchDifference(Said):
    """What moved between two matches, and why, in words."""


class Outcome(Said):
    """What became of one result."""

    result_id: str
    outcome: str
    at: date | None = None
    why: str | None = None


class OutcomeList(Page[Outcome]):
    """All that was told of a match."""


class TunedWeights(Said):
    """The factors on the default weights, learned from a tenant's own outcomes."""

    version: int


class Document(Said):
    """An answer that is described in the documentation named by its operation."""

    snapshot_id: str | None = None


Anything = dict[str, Any]
