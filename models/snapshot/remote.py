"""A snapshot store that several machines reach, by a URL of fsspec (`s3://…`, `gs://…`).

Whoever publishes builds in a folder of its own and then copies what it built there: files first,
their manifest after them, the pointer last. A matcher looks at the pointer every second and fetches
what is new into its own folder, where it is served from; what it has already is not fetched again.
What is gone there goes here too, so that nothing of before an erasure is left on any machine.
"""

import os
import shutil
import time
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from threading import Event, Thread
from typing import Any
from uuid import uuid4

import structlog

from models.errors import Conflict, Problem
from models.settings import Settings
from models.snapshot.manifest import MANIFEST, Manifest
from models.snapshot.store import CURRENT, SnapshotStore

SECONDS_BETWEEN_LOOKS, SECONDS_BETWEEN_TIDYING = 1.0, 60.0
# What was built here so lately may still be on its way there.
SECONDS_ON_THE_WAY = 600.0


class Remote:
    """The store behind a URL, and the folder of this machine that goes with it."""

    def __init__(self, url: str, local: SnapshotStore) -> None:
        self.local = local
        # Who writes it is another machine, so nothing of it may be remembered.
        core: Any = import_module("fsspec.core")
        try:
            self._files, self._root = core.url_to_fs(url, use_listings_cache=False)
        except (ValueError, ImportError) as error:
            kind = url.partition("://")[0]
            detail = (
                f"COUNTERPART_SNAPSHOT_STORE is no store that can be reached ({kind}://): {error}"
            )
            raise Problem(detail) from None

    def current(self) -> str | None:
        """The id of the snapshot that the URL points to."""
        try:
            return self._files.cat_file(f"{self._root}/{CURRENT}").decode().strip() or None
        except FileNotFoundError:
            return None

    def push(self, snapshot_id: str) -> None:
        """Make a snapshot of this machine the current one there; what is gone here goes there."""
        folder, there = self.local.path(snapshot_id), f"{self._root}/{snapshot_id}"
        if not self._files.exists(f"{there}/{MANIFEST}"):
            self._files.makedirs(there, exist_ok=True)
            names = sorted(path.name for path in folder.iterdir() if path.name != MANIFEST)
            for name in [*names, MANIFEST]:
                self._files.put_file(str(folder / name), f"{there}/{name}")
        self._files.pipe_file(f"{self._root}/{CURRENT}", snapshot_id.encode())
        for name in self._names() - {CURRENT}:
            if not self.local.has(name):
                self._files.rm(f"{self._root}/{name}", recursive=True)

    def _names(self) -> set[str]:
        """What is kept there: the pointer, and a folder for each snapshot."""
        paths = self._files.ls(self._root, detail=False)
        return {path.rstrip("/").rsplit("/", 1)[-1] for path in paths}

    def tidy(self, on_the_way: float = SECONDS_ON_THE_WAY) -> None:
        """Remove here what is not kept there any more; what is current here stays."""
        kept, since = self._names(), time.time() - on_the_way
        if self.local.current() not in kept:
            return
        with suppress(Conflict), self.local.publishing():  # else somebody else is at it
            folders = [path for path in self.local.folder.iterdir() if path.is_dir()]
            self.local.prune(kept | {path.name for path in folders if path.stat().st_mtime > since})

    def pull(self) -> str | None:
        """Make the current snapshot there the current one here; None where it is already."""
        wanted = self.current()
        if wanted is None or wanted == self.local.current():
            return None
        try:
            with self.local.publishing():
                return self._take(wanted)
        except Conflict:
            return None  # another process of this machine is at it

    def _take(self, wanted: str) -> str:
        if self.local.has(wanted):
            self.local.roll_back(wanted)
            return wanted
        folder = self.local.folder / f".fetching-{uuid4().hex}"
        folder.mkdir(parents=True)
        try:
            manifest = self._fetch(wanted, folder)
            return self.local.promote(folder, manifest)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _fetch(self, snapshot_id: str, folder: Path) -> Manifest:
        """Every file of a snapshot; hashes are checked when it is opened."""
        there, held = f"{self._root}/{snapshot_id}", self._held()
        manifest = Manifest.model_validate_json(self._files.cat_file(f"{there}/{MANIFEST}"))
        for name, entry in manifest.files.items():
            if held is not None and held[1].files.get(name) == entry:
                os.link(held[0] / name, folder / name)
            else:
                self._files.get_file(f"{there}/{name}", str(folder / name))
        return manifest

    def _held(self) -> tuple[Path, Manifest] | None:
        """The snapshot that is current here."""
        current = self.local.current()
        if current is None or not self.local.has(current):
            return None
        folder = self.local.path(current)
        return folder, Manifest.model_validate_json((folder / MANIFEST).read_bytes())


def share(settings: Settings, snapshot_id: str) -> None:
    """Copy a published snapshot to where other machines fetch it, if there is such a place."""
    remote = remote_of(settings)
    if remote is not None:
        remote.push(snapshot_id)


def remote_of(settings: Settings) -> Remote | None:
    """The store that several machines reach, where the settings name one."""
    if settings.remote_snapshots is None:
        return None
    return Remote(settings.remote_snapshots, SnapshotStore(settings.snapshots))


class Mirror:
    """Keeps this machine's folder at what the URL points to."""

    def __init__(self, remote: Remote) -> None:
        self._remote = remote
        self._stopping = Event()
        self._thread = Thread(target=self._watch, name="snapshots", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()

    def _watch(self) -> None:
        log, tidied = structlog.get_logger("snapshots"), time.monotonic()
        while True:
            try:
                pulled = self._remote.pull()
                if pulled is not None:
                    log.info("snapshot fetched", snapshot_id=pulled)
                if time.monotonic() - tidied >= SECONDS_BETWEEN_TIDYING:
                    tidied = time.monotonic()
                    self._remote.tidy()
            except Exception as error:  # the network may be back at the next look
                log.warning("snapshot store not read", error=repr(error))
            if self._stopping.wait(SECONDS_BETWEEN_LOOKS):
                return


def mirror_of(settings: Settings) -> Mirror | None:
    """What keeps this machine's folder at the store of the settings, where that is elsewhere."""
    remote = remote_of(settings)
    return None if remote is None else Mirror(remote)
