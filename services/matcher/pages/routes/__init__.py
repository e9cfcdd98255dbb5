"""The addresses of the pages, one file per group."""

from fastapi import APIRouter

from services.matcher.pages import assets
from services.matcher.pages.routes import (
    account,
    applicants,
    ask,
    brief,
    calls,
    cohorts,
    compare,
    confirming,
    describe,
    developers,
    find,
    letters,
    minutes,
    networks,
    pairs,
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
    describe,
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
    confirming,
    screenings,
    applicants,
    letters,
    minutes,
    cohorts,
    pairs,
    developers,
    account,
):
    router.include_router(group.router)

__all__ = ["router"]
