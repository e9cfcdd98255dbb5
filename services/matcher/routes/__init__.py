"""The matcher's paths, one file per group."""

from fastapi import APIRouter

from services.matcher.routes import (
    briefing,
    collaborations,
    convening,
    decisions,
    matches,
    outcomes,
    places,
    portfolio,
    reference,
    screenings,
)

router = APIRouter(prefix="/v1")
for group in (
    matches,
    decisions,
    briefing,
    outcomes,
    portfolio,
    places,
    collaborations,
    convening,
    screenings,
    reference,
):
    router.include_router(group.router)

__all__ = ["router"]
