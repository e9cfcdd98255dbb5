"""The place of the person who looks, and what they changed about it: kept in a signed cookie."""

from dataclasses import dataclass, field
from typing import Any

from fastapi import Request, Response

from services.matcher.pages.security import COOKIE_BYTES, YEAR, set_cookie, sign, unsign

COOKIE = "place"


@dataclass(frozen=True)
class OwnPlace:
    """A stored place, with the facts laid over it by who knows it better."""

    id: str
    name: str
    country: str
    edits: dict[str, Any] = field(default_factory=dict)


def own_place(request: Request) -> OwnPlace | None:
    """The place of the signed cookie, or of the signed link that brought the person here."""
    for signed in (request.query_params.get("me"), request.cookies.get(COOKIE)):
        held = unsign(request, COOKIE, signed)
        if held is not None:
            return OwnPlace(**held)
    return None


def signed_place(request: Request, own: OwnPlace) -> str:
    """What a link or the cookie holds."""
    return sign(request, COOKIE, vars(own))


def keep_place(response: Response, request: Request, own: OwnPlace) -> bool:
    """Remember the place for a year; False where its edits are more than a cookie holds."""
    value = signed_place(request, own)
    if len(value) > COOKIE_BYTES:
        return False
    set_cookie(response, request, COOKIE, value, YEAR)
    return True
