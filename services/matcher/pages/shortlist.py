"""The shortlist: ids in a signed cookie, one list of places and one of collaborations."""

from fastapi import Request, Response

from services.matcher.decisions.asked import Kind
from services.matcher.pages.security import YEAR, set_cookie, sign, unsign

COOKIE = "shortlist"
MOST = 12


def shortlist(request: Request, kind: Kind) -> list[str]:
    """The ids on the list, in the order they were put there."""
    held = unsign(request, COOKIE, request.cookies.get(COOKIE)) or {}
    found: list[str] = held.get(kind, [])
    return found


def keep_shortlist(response: Response, request: Request, kind: Kind, ids: list[str]) -> None:
    """Remember the list; the oldest fall off a long one."""
    held = unsign(request, COOKIE, request.cookies.get(COOKIE)) or {}
    value = sign(request, COOKIE, held | {kind: ids[-MOST:]})
    set_cookie(response, request, COOKIE, value, YEAR)
