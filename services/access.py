"""Who is asking: API keys, tenants and scopes."""

import hashlib
import ipaddress
import re
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.orm import Session

from models.errors import InvalidInput, MissingScope, Unauthorised
from models.tables import PUBLIC, ApiKey, Tenant

KEY_BYTES = 32
PREFIX = "cp_"
_PREFIX_SHOWN = 10
_TENANT = re.compile(r"^[a-z0-9][a-z0-9_-]{0,59}$")


class Scope(StrEnum):
    """What a key may do."""

    MATCH = "match"
    CONVENE = "convene"
    INGEST = "ingest"
    ADMIN = "admin"


@dataclass(frozen=True)
class Caller:
    """Who is asking, and what they may do."""

    tenant: str
    scopes: frozenset[Scope]
    has_key: bool = False


def key_hash(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()


def create_key(session: Session, tenant: str, scopes: Iterable[str]) -> str:
    """Make a key and its tenant where it is missing; the key itself is shown this once."""
    granted = [_scope(scope) for scope in scopes]
    if not granted:
        raise InvalidInput.at("/scopes", "a key needs at least one scope", "missing_field")
    if not _TENANT.match(tenant):
        detail = f"{tenant[:80]!r} is no tenant id: lower-case letters, digits, - and _, at most 60"
        raise InvalidInput.at("/tenant", detail, "invalid_value")
    if session.get(Tenant, tenant) is None:
        session.add(Tenant(id=tenant, name=tenant))
        session.flush()
    key = PREFIX + secrets.token_urlsafe(KEY_BYTES)
    session.add(
        ApiKey(
            key_hash=key_hash(key),
            prefix=key[:_PREFIX_SHOWN],
            tenant_id=tenant,
            scopes=" ".join(sorted(set(granted))),
        )
    )
    return key


def _scope(name: str) -> Scope:
    try:
        return Scope(name)
    except ValueError:
        detail = f"unknown scope {name!r}: expected one of {', '.join(Scope)}"
        raise InvalidInput.at("/scopes", detail, "unknown_value") from None


def caller(request: Request) -> Caller:
    """The caller of a request, by its key; without one, a reader of the public catalogue."""
    header = request.headers.get("authorization")
    if header is None:
        if request.app.state.settings.public_read or _is_local(request):
            return Caller(PUBLIC, frozenset({Scope.MATCH}))
        raise Unauthorised()
    kind, _, key = header.partition(" ")
    if kind.lower() != "bearer" or not key.strip().startswith(PREFIX):
        raise Unauthorised()
    with request.app.state.sessions() as session:
        row = session.get(ApiKey, key_hash(key.strip()))
    if row is None or row.revoked_at is not None:
        raise Unauthorised("This key is not known, or it was revoked.")
    return Caller(row.tenant_id, frozenset(Scope(s) for s in row.scopes.split()), has_key=True)


def _is_local(request: Request) -> bool:
    """Whether the request comes from this machine itself and was not passed on by a proxy."""
    if request.client is None or {"forwarded", "x-forwarded-for"} & set(request.headers):
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def requires(scope: Scope) -> Callable[[Caller], Caller]:
    """A dependency that lets callers with the scope pass; 401 without a key, else 403."""

    def check(caller: CallerDep) -> Caller:
        require(caller, scope)
        return caller

    return check


def require(caller: Caller, scope: Scope) -> None:
    """Refuse a caller who lacks the scope; an admin has them all."""
    if scope in caller.scopes or Scope.ADMIN in caller.scopes:
        return
    if not caller.has_key:
        raise Unauthorised(f"This needs a key with the scope {scope.value!r}.")
    raise MissingScope(scope.value)


CallerDep = Annotated[Caller, Depends(caller)]
Matching = Annotated[Caller, Depends(requires(Scope.MATCH))]
Convening = Annotated[Caller, Depends(requires(Scope.CONVENE))]
Ingesting = Annotated[Caller, Depends(requires(Scope.INGEST))]
