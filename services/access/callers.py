"""Who is asking: by an API key, or by the session of a signed-in person."""

import ipaddress
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool

from models.errors import MissingScope, Unauthorised
from models.tables import PUBLIC
from models.tenancy import act_for
from services.access.keys import PREFIX, Scope, create_key, key_hash, known_key
from services.access.sessions import (
    COOKIE,
    SAFE_METHODS,
    check_csrf,
    csrf_sent,
    session_of,
)

__all__ = [
    "Caller",
    "CallerDep",
    "Convening",
    "Ingesting",
    "Matching",
    "Scope",
    "create_key",
    "is_local",
    "key_hash",
    "may_read",
    "require",
    "requires",
]


# What a proxy says of whom it speaks for.
_PASSED_ON = frozenset({b"forwarded", b"x-forwarded-for"})


@dataclass(frozen=True)
class Caller:
    """Who is asking, and what they may do; `person` names a signed-in one."""

    tenant: str
    scopes: frozenset[Scope]
    has_key: bool = False
    person: str | None = None


# A dependency that only looks at what it is given is a coroutine: a plain function would wait
# for a thread, at each request.
async def caller(request: Request, csrf: Annotated[str | None, Depends(csrf_sent)]) -> Caller:
    """The caller; from here on the request's sessions are this tenant's."""
    found = await _found(request, csrf)
    act_for(found.tenant)
    return found


async def _found(request: Request, csrf: str | None) -> Caller:
    """The caller by key, else by session; without either, a reader of the public catalogue."""
    if "authorization" in request.headers or COOKIE in request.cookies:
        known = await run_in_threadpool(_known, request, csrf)
        if known is not None:
            return known
    if may_read(request):
        return Caller(PUBLIC, frozenset({Scope.MATCH}))
    raise Unauthorised()


def _known(request: Request, csrf: str | None) -> Caller | None:
    """The caller by what was sent, as the database has it; None where a session is over."""
    header = request.headers.get("authorization")
    if header is not None:
        return _by_key(request, header)
    signed_in = _by_session(request, csrf)
    if signed_in is None and request.method not in SAFE_METHODS:
        raise Unauthorised("The session has ended: sign in again.")
    return signed_in


def _by_key(request: Request, header: str) -> Caller:
    kind, _, key = header.partition(" ")
    if kind.lower() != "bearer" or not key.strip().startswith(PREFIX):
        raise Unauthorised()
    with request.app.state.every_tenant() as session:
        row = known_key(session, key.strip())
    return Caller(row.tenant_id, _scopes(row.scopes), has_key=True)


def _by_session(request: Request, csrf: str | None) -> Caller | None:
    session = session_of(request)
    if session is None:
        return None
    token, row = session
    if request.method not in SAFE_METHODS:
        check_csrf(request, token, csrf)
    return Caller(row.tenant_id, _scopes(row.scopes), has_key=True, person=row.person)


def _scopes(names: str) -> frozenset[Scope]:
    return frozenset(Scope(name) for name in names.split())


def may_read(request: Request) -> bool:
    """Whether whoever sends no key is a reader of the public catalogue here."""
    return bool(request.app.state.settings.public_read) or is_local(request)


def is_local(request: Request) -> bool:
    """Whether the request comes from this machine itself and was not passed on by a proxy."""
    client = request.scope.get("client")
    if client is None or any(name in _PASSED_ON for name, _ in request.scope["headers"]):
        return False
    return _is_loopback(client[0])


@lru_cache(maxsize=1000)
def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def requires(scope: Scope) -> Callable[[Caller], Awaitable[Caller]]:
    """A dependency that lets callers with the scope pass; 401 without a key, else 403."""

    async def check(caller: CallerDep) -> Caller:
        require(caller, scope)
        return caller

    return check


def require(caller: Caller, scope: Scope) -> None:
    """Refuse a caller who lacks the scope; an admin has them all."""
    if scope in caller.scopes or Scope.ADMIN in caller.scopes:
        return
    if not caller.has_key:
        raise Unauthorised(
            f"This needs a key with the scope {scope.value!r}, sent as Authorization: Bearer cp_…. "
            f"`counterpart keys create --scope {scope.value} --tenant NAME` makes one."
        )
    raise MissingScope(scope.value)


CallerDep = Annotated[Caller, Depends(caller)]
Matching = Annotated[Caller, Depends(requires(Scope.MATCH))]
Convening = Annotated[Caller, Depends(requires(Scope.CONVENE))]
Ingesting = Annotated[Caller, Depends(requires(Scope.INGEST))]
