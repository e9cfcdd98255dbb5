"""A turn: of the processes of a data directory one has it, until it ends or gives it back."""

import fcntl
import os
from pathlib import Path


class Turn:
    """Whose turn it is to do what only one may do at a time; who dies loses it at once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._held: int | None = None

    def is_mine(self) -> bool:
        """Whether this process has the turn; takes it where nobody has."""
        if self._held is not None:
            return True
        self._path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return False
        self._held = handle
        return True

    def give_back(self) -> None:
        """Let another have it."""
        if self._held is not None:
            os.close(self._held)
            self._held = None
