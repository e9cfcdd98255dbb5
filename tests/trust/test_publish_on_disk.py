"""Check 4: what a publish writes reaches the disk in order, and what a dead one left goes."""

import os
from typing import Any

import pytest

from models.snapshot import SnapshotStore
from tests.matcher_fixtures import published
from tests.trust.catalogues import Copied, copied, republished
from tests.trust.report import Tried

__all__ = ["copied", "published"]


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What was synced and renamed, in order."""
    seen: list[tuple[str, str]] = []
    sync, rename, replace = os.fsync, os.rename, os.replace

    def synced(handle: int) -> None:
        seen.append(("fsync", os.readlink(f"/proc/self/fd/{handle}")))
        sync(handle)

    def renamed(one: Any, other: Any, **more: Any) -> None:
        seen.append(("rename", f"{one} {other}"))
        rename(one, other, **more)

    def replaced(one: Any, other: Any, **more: Any) -> None:
        seen.append(("replace", f"{one} {other}"))
        replace(one, other, **more)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "rename", renamed)
    monkeypatch.setattr(os, "replace", replaced)
    return seen


def faults_of(calls: list[tuple[str, str]], store: SnapshotStore, new: str) -> list[str]:
    """Every file, then the folder, then its new name, and only then the pointer."""
    moved = next(i for i, (c, w) in enumerate(calls) if c == "rename" and w.endswith(new))
    building = calls[moved][1].split()[0]
    pointed = next(i for i, (c, w) in enumerate(calls) if c == "replace" and w.endswith("CURRENT"))
    before = {what for call, what in calls[:moved] if call == "fsync"}
    wanted = {building} | {f"{building}/{path.name}" for path in store.path(new).iterdir()}
    found = [f"{name} was not synced before it was moved" for name in sorted(wanted - before)]
    if ("fsync", str(store.folder)) not in calls[moved:pointed]:
        found.append("the new name was not synced before the pointer")
    pointer = calls[pointed][1].split()[0]
    if ("fsync", pointer) not in calls[moved:pointed]:
        found.append("the pointer was not synced before it was put in place")
    if ("fsync", str(store.folder)) not in calls[pointed:]:
        found.append("the pointer's name was not synced")
    return found


@pytest.mark.check(4, "What a publish writes reaches the disk in order", few=1, full=20)
def test_a_publish_reaches_the_disk_in_order(
    copied: Copied,
    calls: list[tuple[str, str]],
    count: int,
    tried: Tried,
) -> None:
    own, store, _ = copied
    for number in range(count):
        calls.clear()
        new = republished(own, ("DE", "FR")[number % 2])
        found = faults_of(calls, store, new) if any(c == "rename" for c, _ in calls) else []
        tried(found == [], found)
    tried.done()


@pytest.mark.planted(4, "one fsync is dropped")
@pytest.mark.parametrize("dropped", range(3))
def test_a_dropped_fsync_is_found(
    copied: Copied, calls: list[tuple[str, str]], dropped: int
) -> None:
    own, store, _ = copied
    new = republished(own, "DE")
    moved = next(i for i, (c, _) in enumerate(calls) if c == "rename")
    fsyncs = [i for i, (c, _) in enumerate(calls) if c == "fsync"]
    at = [fsyncs[0], next(i for i in fsyncs if i > moved), fsyncs[-1]][dropped]
    assert faults_of([c for i, c in enumerate(calls) if i != at], store, new)


def test_what_a_dead_publisher_left_is_cleared(
    copied: Copied,
) -> None:
    own, store, _ = copied
    (store.folder / ".building-dead").mkdir()
    (store.folder / ".CURRENT-dead").touch()
    republished(own, "DE")
    assert not list(store.folder.glob(".building-*"))
    assert not list(store.folder.glob(".CURRENT-*"))
