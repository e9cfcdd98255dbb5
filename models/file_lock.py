"""A lock on a file: one holder at a time, of whatever processes and threads; who dies lets go."""

import fcntl
import os
import time
from math import inf
from pathlib import Path
from types import TracebackType

# Between two tries, where waiting has an end: the system itself only waits for ever.
_BETWEEN_TRIES = 0.002


class FileLock:
    """What one holder uses; another holder in the same process has an object of its own."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle: int | None = None

    def take(self, seconds: float = 0) -> bool:
        """Whether it is ours, after waiting so long at the most for whoever else has it."""
        if self._handle is not None:
            return True
        self._path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if _locked(handle, seconds):
                self._handle = handle
        finally:
            if self._handle is None:
                os.close(handle)
        return self._handle is not None

    def give_back(self) -> None:
        """Let another have it."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def __enter__(self) -> None:
        self.take(inf)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        self.give_back()


def is_free(path: Path) -> bool:
    """Whether nobody holds the lock on a file; who only asks keeps no other from asking."""
    with path.open("rb") as file:
        return _tried(file.fileno(), fcntl.LOCK_SH)


def _locked(handle: int, seconds: float) -> bool:
    if seconds == inf:
        fcntl.flock(handle, fcntl.LOCK_EX)
        return True
    until = time.monotonic() + seconds
    while not _tried(handle, fcntl.LOCK_EX):
        if time.monotonic() >= until:
            return False
        time.sleep(_BETWEEN_TRIES)
    return True


def _tried(handle: int, kind: int) -> bool:
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
