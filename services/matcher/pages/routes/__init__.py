"""The addresses of the pages, one file per group."""

from fastapi import APIRouter

from services.matcher.pages import assets
from services.matcher.pages.routes import account, start

router = APIRouter(include_in_schema=False)
for group in (assets, start, account):
    router.include_router(group.router)

__all__ = ["router"]
