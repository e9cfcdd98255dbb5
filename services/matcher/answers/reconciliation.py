"""The W3C reconciliation API v0.2."""

from typing import Any

from pydantic import Field

from services.web.answers import Said


class Type(Said):
    id: str
    name: str


class Manifest(Said):
    """What the service is."""

    versions: list[str]
    name: str
    identifierSpace: str
    schemaSpace: str
    defaultTypes: list[Type]
    view: dict[str, str]
    preview: dict[str, Any]
    suggest: dict[str, Any]
    extend: dict[str, Any]


class FeatureValue(Said):
    id: str
    value: float | bool


class Candidate(Said):
    """A record that a name may mean."""

    id: str
    name: str
    description: str | None = None
    type: list[Type]
    score: float
    match: bool = Field(description="True where the name can mean nothing else.")
    features: list[FeatureValue]


class Candidates(Said):
    result: list[Candidate]


class Extension(Said):
    """Facts of records, as cells."""

    meta: list[Type]
    rows: dict[str, dict[str, list[dict[str, Any]]]]


Reconciled = Manifest | Extension | dict[str, Candidates]


class Suggestion(Said):
    id: str
    name: str
    description: str | None = None
    notable: list[Type] | None = None


class Suggestions(Said):
    result: list[Suggestion]


class Proposed(Said):
    """Facts that a sheet may be extended by."""

    properties: list[Type]
    limit: int
    type: str | None = None
