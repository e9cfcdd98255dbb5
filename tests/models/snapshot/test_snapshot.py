"""A snapshot that cannot be answered from is refused in words, not by a missing file."""

from pathlib import Path

import pytest

from models.errors import SnapshotRefused
from models.snapshot import Embedding, Manifest, Snapshot, SnapshotStore


def test_a_snapshot_made_before_a_column_was_thought_of_is_refused(tmp_path: Path) -> None:
    manifest = Manifest(
        data_revision="none",
        embedding=Embedding(model="none", dimension=4),
        tenants=["public"],
        counts={},
        files={},
    )
    store = SnapshotStore(tmp_path)
    with store.building() as folder:
        snapshot_id = store.promote(folder, manifest)
    with pytest.raises(SnapshotRefused, match="without the column 'kind': publish again"):
        Snapshot(store.path(snapshot_id))
