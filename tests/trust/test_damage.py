"""Check 10: a snapshot that is damaged is refused before an index of it is read."""

import random
from pathlib import Path
from typing import Any

import faiss
import pytest

from models.errors import SnapshotRefused
from models.snapshot import Snapshot
from models.snapshot import manifest as manifests
from models.snapshot.manifest import MANIFEST, Manifest
from services.matcher.current import Current
from tests.matcher_fixtures import published
from tests.trust.catalogues import Copied, copied, republished
from tests.trust.report import Tried

__all__ = ["copied", "published"]


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
    copied: Copied,
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
def test_unchecked_hashes_are_found(copied: Copied, monkeypatch: pytest.MonkeyPatch) -> None:
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
    copied: Copied,
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
    copied: Copied,
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
