"""The matcher's paths, one file per group."""

from fastapi import APIRouter

from services.matcher.routes import (
    collaborations,
    convening,
    decisions,
    matches,
    places,
    reference,
    screenings,
)

router = APIRouter(prefix="/v1")
for group in (matches, decisions, places, collaborations, convening, screenings, reference):
    router.include_router(group.router)

__all__ = ["router"]
