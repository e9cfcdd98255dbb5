"""The server's secret: match ids, the audit log's head and cookies are signed with it."""

import os
import secrets
from pathlib import Path

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
