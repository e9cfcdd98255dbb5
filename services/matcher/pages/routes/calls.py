"""The door of those who run a network."""

from fastapi import APIRouter, Response

from services.matcher.pages.rendering import PageDep

router = APIRouter(prefix="/calls", include_in_schema=False)


@router.get("")
def start(page: PageDep) -> Response:
    """What the desk does, and how to come in."""
    return page.show("calls.html", part="calls")
