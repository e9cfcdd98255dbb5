"""Snapshots that go by a store elsewhere: pushed by one machine, fetched by others."""

from pathlib import Path
from uuid import uuid4

import pytest

from models.settings import Settings
from models.snapshot import Embedding, Manifest, SnapshotStore
from models.snapshot.manifest import entry
from models.snapshot.remote import Mirror, Remote, mirror_of, share
from tests.waiting import until


@pytest.fixture(params=["memory", "file"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "memory":
        return f"memory://{uuid4().hex}"
    return f"file://{tmp_path}/elsewhere"


def published(store: SnapshotStore, weights: str, records: str = "records") -> str:
    """A snapshot of two files, made the current one of a store."""
    with store.building() as folder:
        (folder / "weights.json").write_text(weights)
        (folder / "records.bin").write_text(records)
        manifest = Manifest(
            data_revision=weights,
            embedding=Embedding(model="none", dimension=4),
            tenants=["public"],
            counts={},
            files={name: entry(folder / name) for name in ("weights.json", "records.bin")},
        )
        return store.promote(folder, manifest)


def two_fetched(tmp_path: Path, url: str) -> tuple[Remote, Remote, str, str]:
    """Two machines that have both snapshots of the one."""
    ours, theirs = SnapshotStore(tmp_path / "ours"), SnapshotStore(tmp_path / "theirs")
    sent, fetched = Remote(url, ours), Remote(url, theirs)
    first, second = published(ours, "first"), published(ours, "second")
    for each in (first, second):
        sent.push(each)
        fetched.pull()
    return sent, fetched, first, second


def test_a_snapshot_goes_from_one_machine_to_another(tmp_path: Path, url: str) -> None:
    ours, theirs = SnapshotStore(tmp_path / "ours"), SnapshotStore(tmp_path / "theirs")
    assert Remote(url, theirs).pull() is None
    first = published(ours, "first")
    Remote(url, ours).push(first)
    assert Remote(url, theirs).pull() == first
    assert theirs.current() == first
    assert (theirs.path(first) / "weights.json").read_text() == "first"
    assert Remote(url, theirs).pull() is None


def test_what_is_there_already_is_not_fetched_again(tmp_path: Path, url: str) -> None:
    ours, theirs = SnapshotStore(tmp_path / "ours"), SnapshotStore(tmp_path / "theirs")
    sent, fetched = Remote(url, ours), Remote(url, theirs)
    first = published(ours, "first")
    sent.push(first)
    fetched.pull()
    second = published(ours, "second")
    sent.push(second)
    assert fetched.pull() == second
    files = [theirs.path(id) / "records.bin" for id in (first, second)]
    assert files[0].stat().st_ino == files[1].stat().st_ino
    assert (theirs.path(second) / "weights.json").read_text() == "second"


def test_going_back_is_followed_and_what_is_gone_goes_there_too(tmp_path: Path, url: str) -> None:
    sent, fetched, first, second = two_fetched(tmp_path, url)
    ours = sent.local
    ours.roll_back(first)
    sent.push(first)
    assert fetched.pull() == first
    ours.prune([first])
    sent.push(first)
    late = Remote(url, SnapshotStore(tmp_path / "late"))
    assert late.pull() == first
    assert not late._files.exists(f"{late._root}/{second}/manifest.json")


def test_what_is_gone_there_goes_from_every_machine(tmp_path: Path, url: str) -> None:
    sent, fetched, first, second = two_fetched(tmp_path, url)
    ours, theirs = sent.local, fetched.local
    fetched.tidy(on_the_way=-1)
    assert theirs.has(first)
    ours.prune(())
    sent.push(second)
    fetched.tidy()
    assert theirs.has(first)  # so young, it might have been built here
    fetched.tidy(on_the_way=-1)
    assert (theirs.has(first), theirs.has(second)) == (False, True)


def test_what_the_store_does_not_have_yet_is_not_taken_for_gone(tmp_path: Path, url: str) -> None:
    ours = SnapshotStore(tmp_path / "ours")
    sent, first = Remote(url, ours), published(ours, "first")
    sent.push(first)
    published(ours, "second")
    sent.tidy(on_the_way=-1)
    assert ours.has(first)


def test_a_half_copied_snapshot_is_not_taken(tmp_path: Path, url: str) -> None:
    ours, theirs = SnapshotStore(tmp_path / "ours"), SnapshotStore(tmp_path / "theirs")
    sent, fetched = Remote(url, ours), Remote(url, theirs)
    first, second = published(ours, "first"), published(ours, "second", "other records")
    sent.push(first)
    fetched.pull()
    sent.push(second)
    sent._files.rm(f"{sent._root}/{second}/records.bin")
    with pytest.raises(FileNotFoundError):
        fetched.pull()
    assert theirs.current() == first
    assert not list(theirs.folder.glob(".fetching-*"))


def test_a_running_machine_takes_a_new_snapshot_over_by_itself(tmp_path: Path, url: str) -> None:
    ours, theirs = SnapshotStore(tmp_path / "ours"), SnapshotStore(tmp_path / "theirs")
    mirror = Mirror(Remote(url, theirs))
    mirror.start()
    try:
        first = published(ours, "first")
        Remote(url, ours).push(first)
        until(lambda: theirs.current() == first, "it takes it over")
    finally:
        mirror.stop()


def test_settings_say_whether_there_is_such_a_store(tmp_path: Path, url: str) -> None:
    plain = Settings(_env_file=None, var=tmp_path)
    assert mirror_of(plain) is None
    shared = Settings(_env_file=None, var=tmp_path, snapshot_store=url)
    assert shared.snapshots == tmp_path / "snapshots"
    first = published(SnapshotStore(shared.snapshots), "first")
    share(shared, first)
    assert Remote(url, SnapshotStore(tmp_path / "other")).pull() == first
