"""Sessions of signed-in people: a row in the database, a signed cookie in the browser.

The cookie holds a random token and nothing else; the row, found by the token's hash at each
request, says who it is. So a session that is ended has ended everywhere at once.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from fastapi import Request, Response
from itsdangerous import BadSignature, Signer
from sqlalchemy import delete
from sqlalchemy.orm import Session

from models.errors import CsrfRefused
from models.settings import Settings
from models.tables import ApiKey, SignIn, now
from services.access.keys import in_force
from services.access.server_secret import server_secret

COOKIE = "counterpart_session"
CSRF_HEADER = "x-csrf-token"
CSRF_FIELD = "csrf_token"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_TOKEN_BYTES = 32
_KEPT_AFTER_END = timedelta(days=1)
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


@dataclass(frozen=True)
class Person:
    """Whom a session is opened for, and what they may do."""

    tenant: str
    name: str
    scopes: str
    key_hash: str | None = None


@dataclass(frozen=True)
class Signers:
    """Signs cookies and CSRF tokens; signatures of the secret before are still taken."""

    cookie: Signer
    csrf: Signer

    def token(self, cookie: str) -> str | None:
        """The token of a cookie that this server signed."""
        try:
            return self.cookie.unsign(cookie).decode()
        except (BadSignature, UnicodeError):
            return None

    def csrf_token(self, token: str) -> str:
        """What a page of this session sends with an unsafe request."""
        return self.csrf.get_signature(token).decode()

    def is_csrf_token(self, token: str, sent: str) -> bool:
        return self.csrf.verify_signature(token, sent.encode("utf-8", "replace"))


def signers(settings: Settings) -> Signers:
    """The signers of the secret in force."""
    secret, before = settings.secret.get_secret_value(), settings.secret_before.get_secret_value()
    return _signers(secret, before, settings.var)


@lru_cache(maxsize=8)
def _signers(secret: str, before: str, var: Path) -> Signers:
    keys = [before.encode()] if before else []
    keys.append(server_secret(secret, var))
    cookie, csrf = (
        Signer(keys, salt=f"counterpart {use}", digest_method=hashlib.sha256)
        for use in ("session", "csrf")
    )
    return Signers(cookie, csrf)


def open_session(db: Session, person: Person, ends: datetime) -> str:
    """Open a session; answers with its token. Sessions long over are forgotten."""
    db.execute(delete(SignIn).where(SignIn.expires_at < now() - _KEPT_AFTER_END))
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    db.add(
        SignIn(
            token_hash=token_hash(token),
            tenant_id=person.tenant,
            person=person.name[:200],
            scopes=person.scopes,
            expires_at=ends,
            key_hash=person.key_hash,
        )
    )
    return token


def find_session(db: Session, token: str) -> SignIn | None:
    """The session in force with this token."""
    row = db.get(SignIn, token_hash(token))
    if row is None or row.ended_at is not None or row.expires_at <= now():
        return None
    if row.key_hash is not None:
        key = db.get(ApiKey, row.key_hash)
        if key is None or not in_force(key):
            return None
    return row


def end_session(db: Session, token: str) -> None:
    """End a session; every server refuses it from its next request on."""
    row = db.get(SignIn, token_hash(token))
    if row is not None and row.ended_at is None:
        row.ended_at = now()


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def token_of(request: Request) -> str | None:
    """The token of the session cookie that this server signed, if one was sent."""
    cookie = request.cookies.get(COOKIE)
    return signers(request.app.state.settings).token(cookie) if cookie else None


def session_of(request: Request) -> tuple[str, SignIn] | None:
    """The session in force of the cookie that was sent, with its token."""
    token = token_of(request)
    if token is None:
        return None
    with request.app.state.every_tenant() as db:
        row = find_session(db, token)
    return None if row is None else (token, row)


def set_cookie(request: Request, response: Response, token: str) -> None:
    """Hand the session to the browser; no script can read it, no other site can post with it."""
    settings: Settings = request.app.state.settings
    response.set_cookie(
        COOKIE,
        signers(settings).cookie.sign(token).decode(),
        max_age=settings.session_hours * 3600,
        httponly=True,
        samesite="lax",
        secure=is_https(request),
        path="/",
    )


def clear_cookie(request: Request, response: Response) -> None:
    response.delete_cookie(
        COOKIE, path="/", httponly=True, samesite="lax", secure=is_https(request)
    )


def is_https(request: Request) -> bool:
    """Whether browsers reach this service by HTTPS, itself or through a proxy that ends TLS."""
    public: str = request.app.state.settings.public_url
    return (public or str(request.base_url)).startswith("https:")


async def csrf_sent(request: Request) -> str | None:
    """The CSRF token of a request with a session: its header, or the field of its form."""
    header = request.headers.get(CSRF_HEADER)
    if header is not None or COOKIE not in request.cookies or request.method in SAFE_METHODS:
        return header
    if not request.headers.get("content-type", "").lower().startswith(_FORMS):
        return None
    value = (await request.form()).get(CSRF_FIELD)
    return value if isinstance(value, str) else None


def check_csrf(request: Request, token: str, sent: str | None) -> None:
    """Refuse an unsafe request that a page of this session did not make."""
    check_same_origin(request)
    signed = signers(request.app.state.settings)
    if sent is None or not signed.is_csrf_token(token, sent):
        raise CsrfRefused(
            f"Send the session's CSRF token as {CSRF_HEADER} or as the form's {CSRF_FIELD}: "
            "GET /v1/session tells it."
        )


def check_same_origin(request: Request) -> None:
    """Refuse what the browser says another site made."""
    site = request.headers.get("sec-fetch-site", "same-origin")
    origin = request.headers.get("origin")
    public: str = request.app.state.settings.public_url
    hosts = {request.headers.get("host"), urlsplit(public).netloc or None}
    # The origin "null" has no host: a sandboxed frame or a page that hides where it is from.
    foreign = origin is not None and (urlsplit(origin).netloc or "null") not in hosts
    if foreign or site not in ("same-origin", "none"):
        raise CsrfRefused("The request comes from a page of another site.")
