"""Who acts, as the audit log names them."""

import hashlib

from fastapi import Request

from services.access.sessions import token_of

SHOWN = 12
NOBODY = "without a key"


def actor_of(request: Request) -> str:
    """Who acts, as the log names them: the beginning of the hash of their key or session.

    The session's own row says which person it was, for as long as that may be kept.
    """
    key = request.headers.get("authorization", "").partition(" ")[2].strip()
    token = None if key else token_of(request)
    secret = key or token
    if not secret:
        return NOBODY
    digest = hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
    return f"{'key' if key else 'session'} {digest[:SHOWN]}"
