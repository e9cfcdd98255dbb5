"""What OpenTelemetry may see, where somebody turns it on: docs/operation.md."""

from collections.abc import MutableMapping
from typing import Any

from fastapi.telemetry import TelemetryConfig


def says_what_was_sought(scope: MutableMapping[str, Any]) -> bool:
    """Whether a request has a query: a span would keep it, and it may name a person or a plan."""
    return bool(scope.get("query_string"))


# The framework's logs hold what was refused, values and all.
TELEMETRY: TelemetryConfig = {"logs": False, "exclude": says_what_was_sought}
