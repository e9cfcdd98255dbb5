"""Weights that a tenant's own outcomes have moved."""

from collections.abc import Mapping
from typing import Any

from models.database import Sessions
from services.matcher.schemas import MatchRequest


def tuned_weights(
    sessions: Sessions, default: Mapping[str, Any], tenant: str, kind: str, body: MatchRequest
) -> Mapping[str, float]:
    return {}
