"""The shortlist: ids in a signed cookie, one list of places and one of collaborations.

With each list goes the answer that it was last changed in, to come back to.
"""

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


def kept_in(request: Request, kind: Kind) -> str:
    """The answer that the list was last changed in; "" where the list is empty."""
    held = unsign(request, COOKIE, request.cookies.get(COOKIE)) or {}
    return str(held.get(f"{kind}_in", "")) if held.get(kind) else ""


def keep_shortlist(
    response: Response, request: Request, kind: Kind, ids: list[str], match_id: str
) -> None:
    """Remember the list; the oldest fall off a long one."""
    held = unsign(request, COOKIE, request.cookies.get(COOKIE)) or {}
    value = sign(request, COOKIE, held | {kind: ids[-MOST:], f"{kind}_in": match_id})
    set_cookie(response, request, COOKIE, value, YEAR)
