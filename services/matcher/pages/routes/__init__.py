"""The addresses of the pages, one file per group."""

from fastapi import APIRouter

from services.matcher.pages import assets
from services.matcher.pages.routes import (
    account,
    ask,
    brief,
    calls,
    cohorts,
    compare,
    developers,
    find,
    networks,
    places,
    portfolio,
    results,
    screenings,
    sheets,
    start,
    why_not,
)

router = APIRouter(include_in_schema=False)
for group in (
    assets,
    start,
    ask,
    find,
    places,
    networks,
    results,
    why_not,
    compare,
    brief,
    portfolio,
    calls,
    sheets,
    screenings,
    cohorts,
    developers,
    account,
):
    router.include_router(group.router)

__all__ = ["router"]
