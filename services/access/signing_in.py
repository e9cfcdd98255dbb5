"""Signing in and out: `/v1/session`, and the two functions that a page's own form calls."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from models.errors import Unauthorised
from models.tables import Tenant, now
from services.access.keys import Scope, known_key
from services.access.sessions import (
    Person,
    check_csrf,
    check_same_origin,
    clear_cookie,
    csrf_sent,
    end_session,
    open_session,
    session_of,
    set_cookie,
    signers,
    token_of,
)

router = APIRouter(prefix="/v1/session", tags=["session"])


class KeyToSignInWith(BaseModel):
    """An API key, as it was shown when it was made."""

    model_config = ConfigDict(extra="forbid")

    key: str = Field(min_length=1, max_length=200)


class SignedIn(BaseModel):
    """Who is signed in, and the token that unsafe requests of this session send."""

    tenant: str
    person: str
    scopes: list[Scope]
    csrf_token: str
    expires_at: datetime


def sign_in(request: Request, response: Response, key: str) -> SignedIn:
    """Open a session for the holder of a key, and set its cookie on the response."""
    check_same_origin(request)
    with request.app.state.every_tenant() as db:
        row = known_key(db, key.strip())
    name = row.label or f"key {row.prefix}"
    return admit(request, response, Person(row.tenant_id, name, row.scopes, row.key_hash))


def admit(request: Request, response: Response, person: Person) -> SignedIn:
    """Open a session for a person who proved who they are; the one before it ends."""
    before = token_of(request)
    ends = now() + timedelta(hours=request.app.state.settings.session_hours)
    with request.app.state.every_tenant.begin() as db:
        if db.get(Tenant, person.tenant) is None:
            raise Unauthorised(f"There is no tenant {person.tenant[:60]!r} here.")
        if before is not None:
            end_session(db, before)
        token = open_session(db, person, ends)
    set_cookie(request, response, token)
    return _signed_in(request, token, person, ends)


def sign_out(request: Request, response: Response, csrf: str | None) -> None:
    """End the session and take its cookie back; without a session there is nothing to end."""
    token = token_of(request)
    if token is not None:
        check_csrf(request, token, csrf)
        with request.app.state.every_tenant.begin() as db:
            end_session(db, token)
    clear_cookie(request, response)


def signed_in(request: Request) -> SignedIn | None:
    """Who is signed in by the request's cookie, if anybody is."""
    session = session_of(request)
    if session is None:
        return None
    token, row = session
    person = Person(row.tenant_id, row.person, row.scopes, row.key_hash)
    return _signed_in(request, token, person, row.expires_at)


def own_path(then: str) -> str:
    """A path of this service; anything that could lead elsewhere becomes its start."""
    is_path = then.startswith("/") and not then.startswith(("//", "/\\"))
    return then if is_path and then.isprintable() else "/"


def _signed_in(request: Request, token: str, person: Person, ends: datetime) -> SignedIn:
    return SignedIn(
        tenant=person.tenant,
        person=person.name,
        scopes=[Scope(name) for name in person.scopes.split()],
        csrf_token=signers(request.app.state.settings).csrf_token(token),
        expires_at=ends,
    )


@router.post("", status_code=201)
def post_session(request: Request, response: Response, body: KeyToSignInWith) -> SignedIn:
    """Sign in with an API key: sets a cookie that is good for as long as `expires_at` says."""
    return sign_in(request, response, body.key)


@router.get("")
def get_session(request: Request) -> SignedIn:
    """Who is signed in, by the cookie."""
    found = signed_in(request)
    if found is None:
        raise Unauthorised("Nobody is signed in: POST /v1/session with a key.")
    return found


@router.delete("", status_code=204)
def delete_session(
    request: Request, response: Response, csrf: Annotated[str | None, Depends(csrf_sent)]
) -> None:
    """Sign out: the session ends on every server at once."""
    sign_out(request, response, csrf)
