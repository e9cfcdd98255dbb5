"""One operation of the API, as a client knows it."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import FastAPI

JSON = "application/json"
NDJSON = "application/x-ndjson"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TABLE_MEDIA = {
    "csv": "text/csv",
    "xlsx": XLSX,
    "ndjson": NDJSON,
    "geojson": "application/geo+json",
}


@dataclass(frozen=True)
class Deprecation:
    """Since when an operation is not to be used, until when it answers, and what to use instead."""

    since: datetime
    sunset: datetime
    successor: str


@dataclass(frozen=True)
class Operation:
    """The name and the answers of an operation; what all operations share is not said again."""

    id: str
    answer: Any = None
    """The model of the successful answer; None where it has no JSON."""
    statuses: tuple[int, ...] = (200,)
    """The statuses of success, which all have the same answer."""
    problems: tuple[int, ...] = ()
    """Statuses of problems besides those that follow from the path, the parameters and the body."""
    media: tuple[str, ...] = (JSON,)
    headers: tuple[str, ...] = ()
    """Names of headers of the answer besides those that all answers have."""
    creates: bool = False
    """Whether it takes an Idempotency-Key."""
    conditional: bool = False
    """Whether it takes If-Match."""
    table: bool = False
    """Whether the answer is a list that may be had as CSV, XLSX, NDJSON or GeoJSON."""
    needs_key: bool = False
    deprecated: Deprecation | None = None


Operations = dict[str, Operation]
"""Operations by method and path, such as "GET /v1/places"."""


@dataclass(frozen=True)
class Event:
    """What a webhook is told: the model of its body, and a body."""

    body: Any
    example: Any


Events = dict[str, Event]
"""Events by their type, such as "job.finished"."""


def pattern(path: str) -> re.Pattern[str]:
    """Matches the paths of a template such as /v1/places/{place_id}."""
    return re.compile(re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(path)))


def tell(app: FastAPI, operations: Operations, events: Events | None = None) -> None:
    """Add a service's operations and events to those that the app's document describes."""
    app.state.operations = getattr(app.state, "operations", {}) | operations
    app.state.events = getattr(app.state, "events", {}) | (events or {})
