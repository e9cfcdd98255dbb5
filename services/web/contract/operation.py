"""One operation of the API, as a client knows it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from fastapi import FastAPI
from starlette.types import Scope

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


class Those:
    """The operations of one sort among an app's, found by a request for them."""

    def __init__(self, api: FastAPI, sort: Callable[[Operation], object]) -> None:
        self._api, self._sort = api, sort

    @cached_property
    def _listed(self) -> list[tuple[str, re.Pattern[str], Operation]]:
        """Read with the first request: by then every service has told its own."""
        listed: Operations = getattr(self._api.state, "operations", {})
        found = []
        for key, operation in listed.items():
            method, path = key.split(" ", 1)
            if self._sort(operation):
                found.append((method, pattern(path), operation))
        return found

    def of(self, scope: Scope) -> Operation | None:
        """The one that a request is for."""
        method, path = scope["method"], scope["path"]
        return next(
            (o for m, known, o in self._listed if m == method and known.fullmatch(path)), None
        )


def tell(app: FastAPI, operations: Operations, events: Events | None = None) -> None:
    """Add a service's operations and events to those that the app's document describes."""
    app.state.operations = getattr(app.state, "operations", {}) | operations
    app.state.events = getattr(app.state, "events", {}) | (events or {})
