"""The matcher's paths, one file per group."""

from fastapi import APIRouter, Depends

from services.matcher.routes import (
    briefing,
    collaborations,
    convening,
    decisions,
    matches,
    outcomes,
    places,
    portfolio,
    reconcile,
    reference,
    screenings,
    shares,
    webhooks,
)
from services.web.parameters import known_parameters

versioned = APIRouter(prefix="/v1", dependencies=[Depends(known_parameters)])
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
    shares,
    webhooks,
    reference,
):
    versioned.include_router(group.router)

router = APIRouter()
router.include_router(versioned)
router.include_router(reconcile.router)

__all__ = ["router"]
