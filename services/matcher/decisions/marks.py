"""Which records a process has in hand and has not written yet, for others that share its folder.

A mark is put before the answer goes out, so that whoever is asked for a record by an answer's id
knows of it. Each process marks in a file of its own, mapped into memory: a ring of hashes with two
numbers before it, how many were put and from which on they are still waited for. The file is locked
for as long as its process lives, and what a dead one left behind is nobody's.
"""

import hashlib
import mmap
import os
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from models.file_lock import FileLock, is_free

# More than ever wait (services/matcher/decisions/pending.py), so that none writes over another.
SLOTS = 16_384
_PUT, _FROM, _FIRST = 0, 1, 2
_ROOM = 8 * (_FIRST + SLOTS)
Key = tuple[str, str]


class Marks:
    """The marks of this process, and what those of others say."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        _clear(folder)
        while not self._begin():
            pass

    def _begin(self) -> bool:
        """Whether a file is this process's now; another one may have taken it for left behind."""
        self._file = self._folder / uuid4().hex
        self._lock = FileLock(self._file)
        if not self._lock.take() or not self._file.exists():
            self._lock.give_back()
            return False
        self._own = _mapped(self._file)
        return True

    def put(self, key: Key) -> int:
        """Mark a record; answers with the number of its mark."""
        number = self._own[_PUT]
        self._own[_FIRST + number % SLOTS] = _hash(key)
        self._own[_PUT] = number + 1
        return number

    def wait_from(self, number: int | None) -> None:
        """Say which mark is the first that still waits; None where none does."""
        self._own[_FROM] = self._own[_PUT] if number is None else number

    def others_have(self, key: Key) -> bool:
        """Whether another living process is about to write a record."""
        wanted = _hash(key)
        return any(wanted in _waiting(file) for file in self._folder.iterdir() if self._is(file))

    def _is(self, other: Path) -> bool:
        try:
            return other != self._file and not is_free(other)
        except FileNotFoundError:
            return False

    def close(self) -> None:
        """Tell others of nothing more."""
        self._file.unlink(missing_ok=True)
        self._lock.give_back()


def _clear(folder: Path) -> None:
    """Remove what dead processes left behind."""
    for left in folder.iterdir():
        lock = FileLock(left)
        if lock.take():
            left.unlink(missing_ok=True)
            lock.give_back()


def _mapped(file: Path) -> memoryview:
    """A file as numbers in memory; its room is taken first, since a full disk would kill later."""
    handle = os.open(file, os.O_RDWR)
    try:
        with suppress(AttributeError):  # macOS has none
            os.posix_fallocate(handle, 0, _ROOM)
        os.truncate(handle, _ROOM)
        return memoryview(mmap.mmap(handle, _ROOM)).cast("Q")
    finally:
        os.close(handle)


def _waiting(file: Path) -> list[int]:
    """The marks of another process that still wait."""
    try:
        numbers = memoryview(file.read_bytes()).cast("Q")
    except FileNotFoundError:
        return []
    if len(numbers) < _FIRST + SLOTS:  # it is only being made
        return []
    put, first = numbers[_PUT], numbers[_FROM]
    return [numbers[_FIRST + n % SLOTS] for n in range(max(first, put - SLOTS), put)]


def _hash(key: Key) -> int:
    text = "\x1f".join(key).encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big")
