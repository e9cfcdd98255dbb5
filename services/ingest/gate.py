"""What a snapshot must be before it is put in force: whole, sound, and not far smaller."""

from pathlib import Path

import numpy as np

from models.errors import Problem
from models.snapshot import Manifest, SnapshotStore
from models.snapshot.manifest import MANIFEST
from models.snapshot.texts import TextIndex

# Of what the snapshot in force has, this share at least has to be in the next one.
LEAST_LEFT = 0.8
COUNTED = ("places", "collaborations")
TEXTS = ("place", "collaboration")
TOLERANCE = 1e-3


class PublishRefused(Problem):
    status, title, type = 409, "Publish refused", "publish-refused"


def check_built(
    built: Path, manifest: Manifest, before: Manifest | None, accept_loss: bool
) -> None:
    """Refuse to put a snapshot in force that lost much, or that is not sound."""
    _no_duplicates(built)
    for name in TEXTS:
        _vectors_are_sound(built, name)
    if before is not None and not accept_loss:
        _nothing_lost(manifest, before)


def manifest_in_force(store: SnapshotStore) -> Manifest | None:
    """What the snapshot in force says of itself; None where there is none that can be read."""
    current = store.current()
    if current is None:
        return None
    try:
        content = (store.path(current) / MANIFEST).read_bytes()
        return Manifest.model_validate_json(content)
    except (OSError, ValueError):
        return None


def _nothing_lost(manifest: Manifest, before: Manifest) -> None:
    for kind in COUNTED:
        had, has = before.counts.get(kind, 0), manifest.counts.get(kind, 0)
        if has < LEAST_LEFT * had:
            raise PublishRefused(
                f"The new snapshot has {has:,} {kind}, the one in force {had:,}: more than "
                f"{1 - LEAST_LEFT:.0%} would be lost. The one in force stays. If that is "
                "meant: `counterpart publish --accept-loss`.",
                kind=kind,
                before=had,
                after=has,
            )


def _no_duplicates(built: Path) -> None:
    keys = np.load(built / "place_keys.npy")
    if len(np.unique(keys)) != len(keys):
        raise PublishRefused("Two places have the same id: the snapshot was not put in force.")


def _vectors_are_sound(built: Path, name: str) -> None:
    # The vectors lie in the index: they are gone with it.
    texts = TextIndex(built, name)
    vectors = texts.vectors
    if not len(vectors):
        return
    lengths = np.linalg.norm(vectors, axis=1)
    if not np.isfinite(lengths).all() or np.abs(lengths - 1).max() > TOLERANCE:
        raise PublishRefused(
            f"Vectors of {name} texts are not numbers of length one: the snapshot was not put "
            "in force."
        )
