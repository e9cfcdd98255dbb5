"""The snapshot's format: written by ingest, read by the matcher, never changed in place."""

from models.snapshot.manifest import Embedding, Manifest
from models.snapshot.place_records import Provenance
from models.snapshot.snapshot import Places, Snapshot, Tie, Ties, place_key
from models.snapshot.store import SnapshotStore

__all__ = [
    "Embedding",
    "Manifest",
    "Places",
    "Provenance",
    "Snapshot",
    "SnapshotStore",
    "Tie",
    "Ties",
    "place_key",
]
