"""The audit log's head, signed and kept in a file outside the database.

A chain of hashes alone does not show that its tail was cut off, nor that all of it was removed
or written anew; the count and the last hash, signed with the server's secret, do.
"""

import hashlib
import hmac
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import orjson

from models.errors import AuditBroken, NotReady
from models.file_lock import FileLock

GENESIS = "0" * 64
WAIT_SECONDS = 10.0


@dataclass(frozen=True)
class Head:
    """How long the log is, and the hash of its last entry."""

    count: int = 0
    entry_hash: str = GENESIS


@dataclass(frozen=True)
class Signed:
    """What the file says: the head, and the one that a transaction was about to make."""

    head: Head
    intended: Head | None = None


class HeadFile:
    """Reads and writes the head; who holds the secret and the database can still forge both."""

    def __init__(self, path: Path, secret: bytes, before: Sequence[bytes] = ()) -> None:
        self.path = path
        self._key = _key(secret)
        # A head that a secret of before signed is taken, and signed anew with the next entry.
        self._keys = [self._key, *map(_key, before)]

    @contextmanager
    def locked(self) -> Iterator[None]:
        """One writer at a time, in whichever thread or process."""
        lock = FileLock(self.path.with_suffix(".lock"))
        if not lock.take(WAIT_SECONDS):
            raise NotReady("The audit log is busy.")
        with lock:
            yield

    def read(self) -> Signed | None:
        """The head on file, or None where there is no file."""
        try:
            content = orjson.loads(self.path.read_bytes())
            signature = str(content.pop("signature"))
            signatures = [_sign(key, content) for key in self._keys]
            if not any(hmac.compare_digest(signature, one) for one in signatures):
                raise AuditBroken("The head of the audit log was not signed by this server.")
            intended = content["intended"]
            return Signed(Head(**content["head"]), Head(**intended) if intended else None)
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError, AttributeError):
            raise AuditBroken("The head of the audit log cannot be read.") from None

    def write(self, head: Head, intended: Head | None = None) -> None:
        """Put a head on disk before anything that rests on it happens."""
        content = {
            "head": {"count": head.count, "entry_hash": head.entry_hash},
            "intended": intended and {"count": intended.count, "entry_hash": intended.entry_hash},
        }
        text = orjson.dumps({**content, "signature": _sign(self._key, content)})
        beside = self.path.with_name(f".{self.path.name}-{uuid4().hex}")
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, self.path)
        if intended is not None:
            _sync_names(self.path.parent)


def _key(secret: bytes) -> bytes:
    return hmac.new(secret, b"counterpart audit head", hashlib.sha256).digest()


def _sign(key: bytes, content: object) -> str:
    text = orjson.dumps(content, option=orjson.OPT_SORT_KEYS)
    return hmac.new(key, text, hashlib.sha256).hexdigest()


def _sync_names(folder: Path) -> None:
    """Put a folder's names on disk: a commit that a head announces must not outlive the head."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
