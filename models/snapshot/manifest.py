"""The manifest: what a snapshot was made with, and the SHA-256 of each of its files."""

import hashlib
from pathlib import Path

import orjson
from pydantic import BaseModel, ConfigDict

from models.errors import SnapshotRefused

FORMAT = 4
# A recorded match is answered again from the snapshot it was answered from, however old.
READABLE = (3, FORMAT)
MANIFEST = "manifest.json"


class Embedding(BaseModel):
    """The model that made the vectors; vectors of two models are never compared."""

    model_config = ConfigDict(frozen=True)

    model: str
    dimension: int
    normalised: bool = True


class FileEntry(BaseModel):
    model_config = ConfigDict(frozen=True)

    sha256: str
    bytes: int


class Manifest(BaseModel):
    """All that shapes the answers; `snapshot_id` is the hash of everything else in it."""

    model_config = ConfigDict(frozen=True)

    format: int = FORMAT
    data_revision: str
    embedding: Embedding
    tenants: list[str]
    counts: dict[str, int]
    files: dict[str, FileEntry]

    @property
    def snapshot_id(self) -> str:
        """A hash over the manifest's content: the same data and settings give the same id."""
        return hashlib.sha256(self.content()).hexdigest()[:24]

    def content(self) -> bytes:
        """The manifest as canonical JSON."""
        return orjson.dumps(self.model_dump(), option=orjson.OPT_SORT_KEYS)


def entry(path: Path) -> FileEntry:
    """A file's size and SHA-256."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
    return FileEntry(sha256=digest.hexdigest(), bytes=path.stat().st_size)


def read_manifest(folder: Path) -> Manifest:
    """Read a snapshot's manifest and check every file against it before anything is opened."""
    try:
        manifest = Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    except (OSError, ValueError) as error:
        raise SnapshotRefused(f"The snapshot {folder.name} has no readable manifest.") from error
    if manifest.format not in READABLE:
        raise SnapshotRefused(
            f"The snapshot {folder.name} has format {manifest.format}; this version "
            f"reads {READABLE[0]} to {FORMAT}."
        )
    if manifest.snapshot_id != folder.name:
        raise SnapshotRefused(f"The manifest of snapshot {folder.name} has been changed.")
    for name, expected in manifest.files.items():
        path = folder / name
        if not path.is_file() or entry(path) != expected:
            raise SnapshotRefused(f"The file {name} of snapshot {folder.name} is damaged.")
    return manifest
