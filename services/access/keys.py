"""API keys: made, found, rotated, revoked. Only the SHA-256 of a key is stored.

A key is `cp_`, a public name of 8 characters, 256 random bits, and a checksum by which a
scanner of source code, or this service without asking its database, tells it from other text.
"""

import base64
import hashlib
import re
import secrets
import string
import zlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from models.errors import InvalidInput, NotFound, Unauthorised
from models.tables import ApiKey, Tenant, now

KEY_BYTES = 32
PREFIX = "cp_"
_NAME_LENGTH = 8
_KEY = re.compile(r"cp_[a-z0-9]{8}[A-Za-z0-9_-]{43}[a-z2-7]{7}")
_CHECKSUM_LENGTH = 7
# Asked at each request with a key: put together once, it is asked in two thirds of the time.
_BY_HASH = select(ApiKey).where(ApiKey.key_hash == bindparam("hash"))
_TENANT = re.compile(r"^[a-z0-9][a-z0-9_-]{0,59}$")


class Scope(StrEnum):
    """What a key may do."""

    MATCH = "match"
    CONVENE = "convene"
    INGEST = "ingest"
    ADMIN = "admin"


def key_hash(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()


def create_key(
    session: Session,
    tenant: str,
    scopes: Iterable[str],
    label: str | None = None,
    expires_at: datetime | None = None,
) -> str:
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
    key = _new_key()
    session.add(
        ApiKey(
            key_hash=key_hash(key),
            prefix=key[: len(PREFIX) + _NAME_LENGTH],
            tenant_id=tenant,
            scopes=" ".join(sorted(set(granted))),
            label=label,
            expires_at=expires_at,
        )
    )
    return key


def find_key(session: Session, key: str) -> ApiKey | None:
    """The key in force that was sent; what cannot be one is not looked for."""
    if not is_wellformed(key):
        return None
    row = _kept(session, key)
    return row if row is not None and in_force(row) else None


def _kept(session: Session, key: str) -> ApiKey | None:
    row: ApiKey | None = session.scalars(_BY_HASH, {"hash": key_hash(key)}).first()
    return row


def known_key(session: Session, key: str) -> ApiKey:
    """The key in force that was sent, or why it is none: nobody but its holder can name it."""
    row = find_key(session, key)
    if row is None:
        raise Unauthorised(_why_not(session, key))
    return row


def _why_not(session: Session, key: str) -> str:
    if not is_wellformed(key):
        return "This is no whole key of this service: was it cut off, or is it another one's?"
    row = _kept(session, key)
    if row is None:
        return "This key is not known here."
    if row.revoked_at is not None:
        return f"This key was revoked on {row.revoked_at:%Y-%m-%d}."
    return f"This key ended on {row.expires_at:%Y-%m-%d}: `counterpart keys rotate` makes the next."


def in_force(row: ApiKey) -> bool:
    """Whether a key was neither revoked nor has come to its end."""
    return row.revoked_at is None and (row.expires_at is None or row.expires_at > now())


def state_of(row: ApiKey) -> str:
    """Whether a key works, in words."""
    if row.revoked_at is not None:
        return f"revoked {row.revoked_at:%Y-%m-%d}"
    if row.expires_at is None:
        return "in force"
    return f"{'until' if in_force(row) else 'ended'} {row.expires_at:%Y-%m-%d %H:%M} UTC"


def is_wellformed(key: str) -> bool:
    """Whether a text is a key by its form and its checksum."""
    return bool(_KEY.fullmatch(key)) and key.endswith(_checksum(key[:-_CHECKSUM_LENGTH]))


def keys_of(session: Session, tenant: str | None = None) -> Sequence[ApiKey]:
    """All keys, or a tenant's, the newest first."""
    statement = select(ApiKey).order_by(ApiKey.created_at.desc(), ApiKey.prefix)
    if tenant is not None:
        statement = statement.where(ApiKey.tenant_id == tenant)
    return session.scalars(statement).all()


def rotate_key(session: Session, prefix: str, overlap: timedelta) -> str:
    """A new key for the same tenant and scopes; the old one works on for the overlap."""
    old = _named(session, prefix)
    if not in_force(old):
        raise NotFound(f"The key {prefix} is no longer in force: create a new one.")
    key = create_key(session, old.tenant_id, old.scopes.split(), old.label)
    end = now() + overlap
    old.expires_at = min(end, old.expires_at) if old.expires_at else end
    return key


def revoke_key(session: Session, prefix: str) -> ApiKey:
    """End a key, and every session that it opened, with the next request."""
    row = _named(session, prefix)
    row.revoked_at = row.revoked_at or now()
    return row


def _named(session: Session, prefix: str) -> ApiKey:
    row = session.scalar(select(ApiKey).where(ApiKey.prefix == prefix))
    if row is None:
        raise NotFound(f"No key is called {prefix[:40]!r}: `counterpart keys list` names them.")
    return row


def _new_key() -> str:
    letters = string.ascii_lowercase + string.digits
    name = "".join(secrets.choice(letters) for _ in range(_NAME_LENGTH))
    start = PREFIX + name + secrets.token_urlsafe(KEY_BYTES)
    return start + _checksum(start)


def _checksum(text: str) -> str:
    found = zlib.crc32(text.encode("utf-8", "replace")).to_bytes(4, "big")
    return base64.b32encode(found).decode().rstrip("=").lower()


def _scope(name: str) -> Scope:
    try:
        return Scope(name)
    except ValueError:
        detail = f"unknown scope {name!r}: expected one of {', '.join(Scope)}"
        raise InvalidInput.at("/scopes", detail, "unknown_value") from None
