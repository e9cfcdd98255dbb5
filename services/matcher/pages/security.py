"""What keeps the pages safe: what a browser may load, signed values, and forms that are ours."""

import hashlib
from typing import Any

from fastapi import Depends, Request, Response
from itsdangerous import BadData, URLSafeSerializer

from models.settings import Settings
from services.access.server_secret import server_secret
from services.access.sessions import check_same_origin, is_https

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "private, no-cache",
}
YEAR = 365 * 24 * 3600
# What browsers keep in one cookie at least.
COOKIE_BYTES = 3800


def _serializer(request: Request, purpose: str) -> URLSafeSerializer:
    settings: Settings = request.app.state.settings
    before = settings.secret_before.get_secret_value()
    keys = [before.encode()] if before else []
    keys.append(server_secret(settings.secret.get_secret_value(), settings.var))
    return URLSafeSerializer(
        keys, salt=f"counterpart page {purpose}", signer_kwargs={"digest_method": hashlib.sha256}
    )


def sign(request: Request, purpose: str, value: Any) -> str:
    """A value as text that only this server can have made."""
    signed = _serializer(request, purpose).dumps(value)
    return signed if isinstance(signed, str) else signed.decode()


def unsign(request: Request, purpose: str, signed: str | None) -> Any:
    """The value of a signed text; None where it is none of ours."""
    try:
        return _serializer(request, purpose).loads(signed or "")
    except (BadData, UnicodeError):
        return None


def set_cookie(response: Response, request: Request, name: str, value: str, age: int) -> None:
    """A cookie that scripts cannot read and other sites cannot send with a form."""
    response.set_cookie(
        name,
        value,
        max_age=age,
        httponly=True,
        samesite="lax",
        secure=is_https(request),
        path="/",
    )


OwnForm = Depends(check_same_origin)
"""Of every route that takes a form: no other site's page may send one.

Where somebody is signed in, `Caller` also asks for the token that `form_token()` puts in.
"""
