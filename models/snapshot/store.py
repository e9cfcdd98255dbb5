"""The snapshot store: a folder of snapshots and a file that names the current one."""

import os
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from models.errors import Conflict, NotFound, SnapshotRefused
from models.failpoints import reached
from models.file_lock import FileLock
from models.snapshot.manifest import MANIFEST, Manifest, read_manifest

CURRENT = "CURRENT"
_ID = re.compile("[0-9a-f]{24}")
_GOING = ".going-"
_LEFT = (".building-", ".fetching-", _GOING)


class SnapshotStore:
    """Snapshots built beside, then swapped: a reader sees the old or the new, never half."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._pointer = folder / CURRENT
        self._read: tuple[tuple[int, int, int] | None, str | None] = (None, None)

    def current(self) -> str | None:
        """The id of the current snapshot, or None before the first publish.

        Each request asks: the file is read again only where another one stands in its place.
        """
        try:
            found = os.stat(self._pointer)
            mark = (found.st_ino, found.st_mtime_ns, found.st_ctime_ns)
            last_mark, last = self._read
            if mark == last_mark:
                return last
            said = self._pointer.read_text().strip() or None
        except FileNotFoundError:
            return None
        self._read = (mark, said)
        return said

    def path(self, snapshot_id: str) -> Path:
        return self.folder / snapshot_id

    @property
    def weights(self) -> Path:
        """Installed weights; where there are none, snapshots carry the project's own."""
        return self.folder / "weights.json"

    def has(self, snapshot_id: str) -> bool:
        """Whether a snapshot is kept here; nothing else than an id is looked for."""
        return bool(_ID.fullmatch(snapshot_id)) and (self.path(snapshot_id) / MANIFEST).is_file()

    @contextmanager
    def building(self) -> Iterator[Path]:
        """A folder to build a snapshot in; it is gone afterwards unless it was promoted."""
        folder = self.folder / f".building-{uuid4().hex}"
        folder.mkdir(parents=True)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    @contextmanager
    def publishing(self) -> Iterator[None]:
        """One publisher at a time; who comes meanwhile is told so."""
        lock = FileLock(self.folder / ".publishing")
        if not lock.take():
            raise Conflict("Another publish is under way: wait until it is done.")
        with lock:
            self._clear()
            yield

    def _clear(self) -> None:
        """Remove what a process that died left half built, half fetched or half removed."""
        for path in (p for name in _LEFT for p in self.folder.glob(f"{name}*")):
            shutil.rmtree(path, ignore_errors=True)
        for path in self.folder.glob(f".{CURRENT}-*"):
            path.unlink(missing_ok=True)

    def promote(self, built: Path, manifest: Manifest) -> str:
        """Make what was built the current snapshot; every byte is on disk before it counts."""
        snapshot_id = manifest.snapshot_id
        (built / MANIFEST).write_bytes(manifest.content())
        reached("promote-manifest")
        for file in built.iterdir():
            _sync(file)
        _sync(built)
        reached("promote-synced")
        if not self._is_whole(snapshot_id):
            self._remove(self.path(snapshot_id))
            built.rename(self.path(snapshot_id))
        reached("promote-renamed")
        # The folder's new name is on disk before anything points to it.
        _sync(self.folder)
        reached("promote-before-pointer")
        self._point(snapshot_id)
        reached("promote-after-pointer")
        return snapshot_id

    def _is_whole(self, snapshot_id: str) -> bool:
        """Whether a snapshot is here with every byte; a damaged one is made anew, not kept."""
        if not self.has(snapshot_id):
            return False
        try:
            read_manifest(self.path(snapshot_id))
        except SnapshotRefused:
            return False
        return True

    def _remove(self, folder: Path) -> None:
        """Take a snapshot away at once: a death meanwhile leaves no half of it by its name."""
        if folder.is_dir():
            going = folder.rename(self.folder / f"{_GOING}{uuid4().hex}")
            reached("prune-renamed")
            shutil.rmtree(going, ignore_errors=True)

    def roll_back(self, snapshot_id: str) -> None:
        """Put an older snapshot in force again, after every byte of it is checked."""
        if not self.has(snapshot_id):
            raise NotFound(f"No snapshot {snapshot_id[:80]!r} is kept here.")
        read_manifest(self.path(snapshot_id))
        self._point(snapshot_id)

    def _point(self, snapshot_id: str) -> None:
        pointer = self.folder / f".{CURRENT}-{uuid4().hex}"
        pointer.write_text(snapshot_id)
        _sync(pointer)
        reached("promote-pointer-written")
        os.replace(pointer, self.folder / CURRENT)
        _sync(self.folder)

    def prune(self, keep: Iterable[str]) -> None:
        """Remove the snapshots not named; the current one always stays."""
        kept = {*keep, self.current(), CURRENT}
        for path in self.folder.iterdir():
            if path.is_dir() and path.name not in kept and not path.name.startswith("."):
                self._remove(path)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
