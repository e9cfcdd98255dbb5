"""The server's secret: match ids, the audit log's head and cookies are signed with it."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

SECRET_BYTES = 32


def server_secret(setting: str, var: Path) -> bytes:
    """The secret from the settings, or the one kept in the data directory (made when missing)."""
    if setting:
        return setting.encode()
    var.mkdir(parents=True, exist_ok=True)
    path = var / "secret"
    if not path.exists():
        _make(path)
    return path.read_bytes()


def secrets_before(before: str, setting: str, var: Path) -> list[bytes]:
    """What may have signed before: the secret before, and the one kept here until one was set."""
    kept = var / "secret"
    found = [before.encode()] if before else []
    return [*found, kept.read_bytes()] if setting and kept.exists() else found


def _make(path: Path) -> None:
    """Write it beside and name it whole: nobody reads, and no crash leaves, an empty secret."""
    beside = path.with_name(f".{path.name}-{secrets.token_hex(8)}")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_bytes(SECRET_BYTES))
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):  # another process was first: its secret counts
        os.link(beside, path)
    beside.unlink()
