"""The server's secret: match ids are signed with it, so that nobody can guess one."""

import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

SECRET_BYTES = 32


def server_secret(setting: str, var: Path) -> bytes:
    """The secret from the settings, or the one kept in the data directory (made when missing)."""
    if setting:
        return setting.encode()
    var.mkdir(parents=True, exist_ok=True)
    path = var / "secret"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_bytes(SECRET_BYTES))
    return path.read_bytes()


def match_id(secret: bytes, content: Mapping[str, Any]) -> str:
    """The id of a match: the same question on the same snapshot has the same one."""
    text = orjson.dumps(content, option=orjson.OPT_SORT_KEYS)
    return "m_" + hmac.new(secret, text, hashlib.sha256).hexdigest()[:32]
