"""The W3C reconciliation API v0.2."""

from typing import Any

from pydantic import Field

from services.web.answers import Said


class Type(Said):
    id: str
    name: str


class ServiceAddress(Said):
    """Where one of the service's own services is: the two parts together."""

    service_url: str
    service_path: str


class SuggestServices(Said):
    entity: ServiceAddress
    property: ServiceAddress
    type: ServiceAddress


class ExtendServices(Said):
    propose_properties: ServiceAddress
    property_settings: list[dict[str, Any]]


class PreviewPage(Said):
    url: str
    width: int
    height: int


class RecordPage(Said):
    url: str


class Manifest(Said):
    """What the service is."""

    versions: list[str]
    name: str
    identifierSpace: str
    schemaSpace: str
    defaultTypes: list[Type]
    documentation: str
    view: RecordPage
    preview: PreviewPage
    suggest: SuggestServices
    extend: ExtendServices
    batchSize: int


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


class CellValue(Said):
    """One value of a cell: another record by `id` and `name`, or a plain one by its kind."""

    id: str | None = None
    name: str | None = None
    text: str | None = Field(default=None, alias="str")
    whole: int | None = Field(default=None, alias="int")
    number: float | None = Field(default=None, alias="float")
    truth: bool | None = Field(default=None, alias="bool")
    day: str | None = Field(default=None, alias="date")


class Extension(Said):
    """Facts of records, as cells."""

    meta: list[Type]
    rows: dict[str, dict[str, list[CellValue]]]


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
