"""Checks 4, 9, 10, 11 and 13: snapshots are swapped whole, and none that is damaged is read."""

import os
import random
import shutil
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path
from threading import Barrier, Event, Thread
from typing import Any

import faiss
import numpy as np
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import delete, select

from models.database import connect, sessions
from models.embedding import load_embedder
from models.errors import Conflict, SnapshotRefused
from models.records import Place
from models.snapshot import Snapshot, SnapshotStore
from models.snapshot import manifest as manifests
from models.snapshot.manifest import MANIFEST, Manifest
from models.snapshot.texts import write_texts
from models.tables import PUBLIC, PlaceRow
from services.ingest import publish as publishing
from services.ingest.gate import PublishRefused, check_built
from services.ingest.publish import publish
from services.ingest.upsert import upsert_places
from services.matcher.app import create_app
from services.matcher.current import Current
from tests.matcher_fixtures import LOOPBACK, Published, published, settings_of
from tests.trust.report import Tried

__all__ = ["published"]
QUESTION: dict[str, Any] = {"place_id": "gn:3128026", "limit": 5, "as_of": "2026-06-01"}
ASKERS = 8


@pytest.fixture(scope="module")
def two(
    published: Published, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Published, list[str]]:
    """A catalogue with two snapshots that answer one question differently."""
    folder = tmp_path_factory.mktemp("two") / "var"
    shutil.copytree(published.pristine, folder)
    own = Published(settings_of(folder), published.keys, published.pristine)
    store = SnapshotStore(own.settings.snapshots)
    first = store.current()
    assert first is not None
    return own, [first, republished(own, "DE"), first]


def republished(own: Published, country: str, **more: Any) -> str:
    engine = connect(own.settings.url)
    facts = {"id": "gn:1", "name": "New", "kind": "city", "country": country, "population": 347_000}
    with sessions(engine).begin() as session:
        upsert_places(session, [Place.model_validate(facts)], PUBLIC)
        store = SnapshotStore(own.settings.snapshots)
        new = publish(session, store, load_embedder("auto"), read_texts=False, **more)
    engine.dispose()
    return new


@pytest.fixture
def copied(published: Published, tmp_path: Path) -> tuple[Published, SnapshotStore, str]:
    folder = tmp_path / "var"
    shutil.copytree(published.pristine, folder)
    own = Published(settings_of(folder), published.keys, published.pristine)
    store = SnapshotStore(own.settings.snapshots)
    current = store.current()
    assert current is not None
    return own, store, current


# 9: swaps


def swapping(store: SnapshotStore, ids: list[str], count: int, after: Callable[[], None]) -> None:
    for number in range(count):
        store.roll_back(ids[(number + 1) % 2])
        after()


@pytest.mark.check(9, "Swaps under load: none failed, none mixed", few=8, full=50)
def test_swaps_fail_and_mix_nothing(
    two: tuple[Published, list[str]], count: int, tried: Tried
) -> None:
    own, ids = two
    store = SnapshotStore(own.settings.snapshots)
    store.roll_back(ids[0])
    with TestClient(create_app(own.settings), client=LOOPBACK) as client:

        def ask() -> tuple[int, str, bytes]:
            headers = {"Authorization": f"Bearer {own.keys['golden']}"}
            given = client.post("/v1/matches/peers", json=QUESTION, headers=headers)
            return given.status_code, str(given.json().get("snapshot_id")), given.content

        truth = {}
        for wanted in ids[:2]:
            store.roll_back(wanted)
            _, said, content = ask()
            truth[said] = content
        assert set(truth) == set(ids[:2])
        assert len(set(truth.values())) == 2
        stop = Event()

        def go_on() -> list[tuple[int, str, bytes]]:
            found = []
            while not stop.is_set():
                found.append(ask())
            return found

        with ThreadPoolExecutor(ASKERS) as many:
            asking = [many.submit(go_on) for _ in range(ASKERS)]
            swapping(store, ids, count, lambda: time.sleep(0.2))
            stop.set()
            answers = [a for one in asking for a in one.result()]
    for status, said, content in answers:
        tried(status == 200 and truth.get(said) == content, (status, said))
    tried.note(f"{count} swaps")
    assert {said for _, said, _ in answers} == set(ids[:2])
    tried.done()


@pytest.mark.planted(9, "a request that takes the snapshot twice")
def test_taking_the_snapshot_twice_is_found(two: tuple[Published, list[str]]) -> None:
    own, ids = two
    store = SnapshotStore(own.settings.snapshots)
    current = Current(store)
    current.get()
    mixed, stop = [], Event()

    def naive() -> None:
        while not stop.is_set():
            first = current.get().snapshot.id
            time.sleep(0.01)
            if current.get().snapshot.id != first:
                mixed.append(first)

    thread = Thread(target=naive)
    thread.start()
    swapping(store, ids, 4, lambda: time.sleep(0.2))
    stop.set()
    thread.join()
    assert mixed


# 10: damage


def flip(path: Path, chance: random.Random) -> None:
    content = bytearray(path.read_bytes())
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    path.write_bytes(content)


def cut(path: Path, chance: random.Random) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: chance.randrange(len(content))])


def remove(path: Path, _: random.Random) -> None:
    path.unlink()


def claim(path: Path, chance: random.Random) -> None:
    """A manifest that says something else of itself."""
    manifest = Manifest.model_validate_json((path.parent / MANIFEST).read_bytes())
    change: dict[str, Any] = chance.choice(
        [
            {"format": manifest.format + 1},
            {"embedding": manifest.embedding.model_copy(update={"model": "another"})},
            {"embedding": manifest.embedding.model_copy(update={"dimension": 7})},
            {"embedding": manifest.embedding.model_copy(update={"normalised": False})},
            {"data_revision": "0" * 64},
        ]
    )
    (path.parent / MANIFEST).write_bytes(manifest.model_copy(update=change).content())


WAYS = [flip, flip, flip, cut, remove, claim]


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The indices that were opened."""
    opened: list[str] = []
    read = faiss.read_index

    def noted(name: str) -> Any:
        opened.append(name)
        return read(name)

    monkeypatch.setattr(faiss, "read_index", noted)
    return opened


@pytest.mark.check(10, "Damaged snapshots are refused before an index is read", few=60, full=1_000)
def test_no_damaged_snapshot_is_read(
    copied: tuple[Published, SnapshotStore, str],
    reads: list[str],
    count: int,
    chance: random.Random,
    tried: Tried,
) -> None:
    _, store, current = copied
    folder = store.path(current)
    files = sorted(path for path in folder.iterdir() if path.stat().st_size)
    for number in range(count):
        victim, way = chance.choice(files), WAYS[number % len(WAYS)]
        whole = {path: path.read_bytes() for path in (victim, folder / MANIFEST)}
        way(victim, chance)
        try:
            Snapshot(folder)
            refused = False
        except SnapshotRefused:
            refused = True
        tried(refused and not reads, (way.__name__, victim.name))
        for path, content in whole.items():
            path.write_bytes(content)
    assert Snapshot(folder).id == current
    tried.done()


@pytest.mark.planted(10, "the hashes are not checked")
def test_unchecked_hashes_are_found(
    copied: tuple[Published, SnapshotStore, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, store, current = copied
    index = store.path(current) / "place_texts.faiss"
    content = bytearray(index.read_bytes())
    content[-5] ^= 1
    index.write_bytes(content)
    with monkeypatch.context() as patch:
        raw = (store.path(current) / MANIFEST).read_bytes()
        known = Manifest.model_validate_json(raw).files
        patch.setattr(manifests, "entry", lambda path: known[path.name])
        assert Snapshot(store.path(current)).id == current, "read although it is damaged"
    with pytest.raises(SnapshotRefused):
        Snapshot(store.path(current))


def test_a_matcher_goes_on_with_the_one_before(
    copied: tuple[Published, SnapshotStore, str],
) -> None:
    own, store, first = copied
    current = Current(store)
    assert current.get().snapshot.id == first
    second = republished(own, "FR")
    flip(store.path(second) / "place_texts.faiss", random.Random(1))
    assert current.get().snapshot.id == first
    store.roll_back(first)
    assert current.get().snapshot.id == first
    with pytest.raises(SnapshotRefused):
        store.roll_back(second)


def test_vectors_of_another_length_are_refused(
    copied: tuple[Published, SnapshotStore, str],
) -> None:
    """Also where the manifest agrees with itself."""
    _, store, current = copied
    folder = store.path(current)
    manifest = Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    embedding = manifest.embedding.model_copy(update={"dimension": 7})
    other = manifest.model_copy(update={"embedding": embedding})
    (folder / MANIFEST).write_bytes(other.content())
    with pytest.raises(SnapshotRefused, match="dimensions"):
        Snapshot(folder.rename(store.path(other.snapshot_id)))


# 11: the gate


@pytest.mark.check(11, "A snapshot that lost much is not put in force", few=1, full=1)
def test_a_loss_is_not_put_in_force_unless_it_is_meant(
    copied: tuple[Published, SnapshotStore, str], count: int, tried: Tried
) -> None:
    own, store, first = copied
    engine = connect(own.settings.url)
    with sessions(engine).begin() as session:
        keys = list(session.scalars(select(PlaceRow.id).where(PlaceRow.tenant_id == PUBLIC)))
        gone = keys[: len(keys) // 4]
        session.execute(delete(PlaceRow).where(PlaceRow.id.in_(gone)))
    engine.dispose()
    for _ in range(count):
        with pytest.raises(PublishRefused, match="would be lost"):
            republished(own, "DE")
        tried(store.current() == first)
        new = republished(own, "DE", accept_loss=True)
        tried(store.current() == new != first)
        began = time.monotonic()
        store.roll_back(first)
        tried(store.current() == first and time.monotonic() - began < 5)
    tried.done()


@pytest.mark.planted(11, "the gate only warns")
def test_a_gate_that_only_warns_is_caught(
    copied: tuple[Published, SnapshotStore, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    own, store, first = copied
    engine = connect(own.settings.url)
    with sessions(engine).begin() as session:
        session.execute(delete(PlaceRow).where(PlaceRow.tenant_id == PUBLIC))
    engine.dispose()
    monkeypatch.setattr(publishing, "check_built", lambda *_: None)
    republished(own, "DE")
    assert store.current() != first


@pytest.mark.parametrize("fault", ["duplicates", "nan", "lengths"])
def test_an_unsound_snapshot_is_not_put_in_force(
    copied: tuple[Published, SnapshotStore, str], fault: str
) -> None:
    _, store, current = copied
    built = store.path(current)
    manifest = Manifest.model_validate_json((built / MANIFEST).read_bytes())
    check_built(built, manifest, manifest, accept_loss=False)
    if fault == "duplicates":
        keys = np.load(built / "place_keys.npy")
        keys[1] = keys[0]
        np.save(built / "place_keys.npy", keys)
    else:
        snapshot = Snapshot(built)
        vectors = snapshot.places.texts.vectors.copy()
        owners = np.load(built / "place_texts.owners.npy").tolist()
        vectors[3] = np.nan if fault == "nan" else 2 * vectors[3]
        write_texts(built, "place", owners, vectors)
    with pytest.raises(PublishRefused):
        check_built(built, manifest, manifest, accept_loss=True)


# 13: races of publishers


def published_again(own: Published) -> str | None:
    """Publish what is there; None where somebody else is at it."""
    engine = connect(own.settings.url)
    store = SnapshotStore(own.settings.snapshots)
    try:
        with sessions(engine).begin() as session:
            return publish(session, store, load_embedder("auto"), read_texts=False)
    except Conflict:
        return None
    finally:
        engine.dispose()


@pytest.mark.check(13, "Of two publishers at once one wins", few=3, full=100)
def test_of_two_publishers_one_wins(
    copied: tuple[Published, SnapshotStore, str], count: int, tried: Tried
) -> None:
    own, store, _ = copied
    for _ in range(count):
        start = Barrier(2)

        def run(start: Barrier = start) -> str | None:
            start.wait()
            return published_again(own)

        with ThreadPoolExecutor(2) as both:
            said = [one.result() for one in [both.submit(run) for _ in range(2)]]
        tried(any(said) and set(said) <= {None, store.current()}, said)
        tried(Snapshot(store.path(str(store.current()))).id == store.current())
    with store.publishing():
        tried(published_again(own) is None, "two at once")
    tried(published_again(own) == store.current())
    tried.done()


@pytest.mark.planted(13, "nobody waits for the other publisher")
def test_publishers_that_do_not_wait_are_found(
    copied: tuple[Published, SnapshotStore, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    own, store, _ = copied
    with store.publishing(), monkeypatch.context() as patch:
        patch.setattr(SnapshotStore, "publishing", lambda _: nullcontext())
        assert published_again(own) is not None, "the check would have seen it"


# 4: the order of what reaches the disk


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
    copied: tuple[Published, SnapshotStore, str],
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
    copied: tuple[Published, SnapshotStore, str], calls: list[tuple[str, str]], dropped: int
) -> None:
    own, store, _ = copied
    new = republished(own, "DE")
    moved = next(i for i, (c, _) in enumerate(calls) if c == "rename")
    fsyncs = [i for i, (c, _) in enumerate(calls) if c == "fsync"]
    at = [fsyncs[0], next(i for i in fsyncs if i > moved), fsyncs[-1]][dropped]
    assert faults_of([c for i, c in enumerate(calls) if i != at], store, new)


def test_what_a_dead_publisher_left_is_cleared(
    copied: tuple[Published, SnapshotStore, str],
) -> None:
    own, store, _ = copied
    (store.folder / ".building-dead").mkdir()
    (store.folder / ".CURRENT-dead").touch()
    republished(own, "DE")
    assert not list(store.folder.glob(".building-*"))
    assert not list(store.folder.glob(".CURRENT-*"))
