"""Signing in with a key, for conveners and for officers whose place has a tenant of its own."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Response

from models.errors import Unauthorised
from services.access.sessions import csrf_sent
from services.access.signing_in import own_path, sign_in, sign_out
from services.matcher.pages.rendering import Page, PageDep
from services.matcher.pages.security import OwnForm

router = APIRouter(include_in_schema=False)
Next = Annotated[str, Query(max_length=2000)]


@router.get("/sign-in")
def ask(page: PageDep, next: Next = "/") -> Response:
    """The form for the key."""
    return page.show("sign_in.html", next=next)


@router.post("/sign-in", dependencies=[OwnForm])
def enter(
    page: PageDep,
    key: Annotated[str, Form(max_length=200)] = "",
    next: Annotated[str, Form(max_length=2000)] = "/",
) -> Response:
    """Open a session and go on to where the person wanted to go."""
    response = page.go(own_path(next))
    try:
        sign_in(page.request, response, key)
    except Unauthorised:
        return _refused(page, "account.error_empty" if not key else "account.error_unknown", next)
    return response


@router.post("/sign-out", dependencies=[OwnForm])
def leave(page: PageDep, csrf: Annotated[str | None, Depends(csrf_sent)]) -> Response:
    """End the session."""
    response = page.go("/")
    sign_out(page.request, response, csrf)
    return response


def _refused(page: Page, code: str, next: str) -> Response:
    errors = [{"text": page.t(code), "href": "#key"}]
    return page.show("sign_in.html", 422, next=next, errors=errors)
