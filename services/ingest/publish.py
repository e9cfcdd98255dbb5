"""Publish: from the facts in the database to an immutable snapshot, built beside and swapped."""

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.data_tables import DATA, rows
from models.embedding import Embedder
from models.failpoints import reached
from models.snapshot import Embedding, Manifest, SnapshotStore, place_key
from models.snapshot.blobs import write_blob
from models.snapshot.manifest import FileEntry, entry
from models.snapshot.texts import write_texts, written_texts
from models.tables import (
    PUBLIC,
    CollaborationRow,
    CommitmentRow,
    MatchRow,
    SnapshotRow,
    Tenant,
)
from services.events.kinds import EventKind, tell_tenant
from services.ingest.embed import Progress, embed_texts, no_progress
from services.ingest.gate import check_built, manifest_in_force
from services.ingest.named import Named
from services.ingest.place_files import PlaceFiles, stored_places

WEIGHTS = DATA / "weights.json"
ANCHORS = DATA / "need_anchors.csv"


class _Build:
    """One snapshot in the making: its folder, and the names of the files written so far."""

    def __init__(self, session: Session, embedder: Embedder, folder: Path) -> None:
        self.session = session
        self.embedder = embedder
        self.folder = folder
        self.files: list[str] = []
        self.revision = hashlib.sha256()
        tenants = session.scalars(select(Tenant.id).where(Tenant.id != PUBLIC))
        self.tenants = [PUBLIC, *sorted(tenants)]

    def array(self, name: str, array: Any) -> None:
        np.save(self.folder / name, array)
        self.files.append(name)

    def json(self, name: str, value: Any) -> None:
        (self.folder / name).write_bytes(orjson.dumps(value, option=orjson.OPT_SORT_KEYS))
        self.files.append(name)

    def texts(self, name: str, written: list[tuple[int, str]]) -> int:
        """Write the vectors of (row, text), sorted by row; answers with how many there are."""
        vectors = embed_texts(self.session, [text for _, text in written], self.embedder)
        self.files += write_texts(self.folder, name, [row for row, _ in written], vectors)
        return len(written)


def weights_of(store: SnapshotStore) -> Path:
    """The weights of the next snapshot: those installed, or else the project's own."""
    return store.weights if store.weights.is_file() else WEIGHTS


def publish(
    session: Session,
    store: SnapshotStore,
    embedder: Embedder,
    keep: int = 3,
    progress: Progress = no_progress,
    read_texts: bool = True,
    accept_loss: bool = False,
) -> str:
    """Build a snapshot of all facts and make it the current one; answers with its id.

    Texts are best read beforehand (`read_new_texts`); what was not is read here, one by one.
    `read_texts` embeds the anchors that free text is read by; without them a matcher computes
    them itself at its first free text. What lost much is refused unless that is accepted.
    """
    with store.publishing(), store.building() as folder:
        build = _Build(session, embedder, folder)
        manifest = _built(build, weights_of(store), read_texts, progress)
        reached("publish-built")
        check_built(folder, manifest, manifest_in_force(store), accept_loss)
        snapshot_id = store.promote(folder, manifest)
        reached("publish-promoted")
    _remember(session, snapshot_id, manifest.data_revision)
    told = {"snapshot_id": snapshot_id, "data_revision": manifest.data_revision}
    tell_tenant(session, None, EventKind.SNAPSHOT_PUBLISHED, told)
    reached("publish-before-prune")
    store.prune(_kept(session, keep))
    reached("publish-pruned")
    return snapshot_id


def _built(build: _Build, weights: Path, read_texts: bool, progress: Progress) -> Manifest:
    """Write all files of a snapshot but the one that lists them, which is the answer."""
    places, counts = _places(build, progress)
    named, collaborations = _collaborations(build)
    ties = _ties(build, places.sorted_keys(), named)
    if read_texts:
        build.array("need_anchors.npy", embed_texts(build.session, anchors(), build.embedder))
    shutil.copyfile(weights, build.folder / "weights.json")
    build.files.append("weights.json")
    return Manifest(
        data_revision=build.revision.hexdigest(),
        embedding=Embedding(model=build.embedder.name, dimension=build.embedder.dimension),
        tenants=build.tenants,
        counts={**counts, **collaborations, "ties": ties},
        files=_entries(build.folder, build.files),
    )


def _kept(session: Session, keep: int) -> set[str]:
    """The snapshots that stay: the latest, and those that a recorded match is answered from."""
    latest = select(SnapshotRow.id).order_by(SnapshotRow.published_at.desc()).limit(keep)
    recorded = select(MatchRow.snapshot_id).distinct()
    return {*session.scalars(latest), *session.scalars(recorded)}


def _places(build: _Build, progress: Progress) -> tuple[PlaceFiles, dict[str, int]]:
    """Write places as columns, records, names and texts, sorted by key."""
    files, codes = PlaceFiles(), {tenant: i for i, tenant in enumerate(build.tenants)}

    def records() -> Iterator[bytes]:
        for place in stored_places(build.session, progress):
            if place.tenant in codes:
                build.revision.update(place.key + place.content_hash.encode())
                yield files.add(place, codes[place.tenant])

    build.files += write_blob(build.folder, "place_records", records())
    build.files += files.write(build.folder)
    return files, {"places": len(files.keys), "place_texts": build.texts("place", files.texts)}


def _collaborations(build: _Build) -> tuple[Named, dict[str, int]]:
    query = select(CollaborationRow).order_by(CollaborationRow.tenant_id, CollaborationRow.id)
    stored = build.session.scalars(query).all()
    facts = [{**orjson.loads(row.record), "tenant": row.tenant_id} for row in stored]
    for row in stored:
        build.revision.update(f"{row.tenant_id}/{row.id}{row.content_hash}".encode())
    build.json("collaborations.json", facts)
    written = [(i, text.text) for i, record in enumerate(facts) for text in written_texts(record)]
    texts = build.texts("collaboration", written)
    return Named(facts), {"collaborations": len(facts), "collaboration_texts": texts}


def _ties(build: _Build, places: NDArray[np.bytes_], collaborations: Named) -> int:
    """Write ties whose ends are both in the snapshot; -1 stands for "no such end"."""
    ends, records = [], []
    for tie in build.session.scalars(select(CommitmentRow).order_by(CommitmentRow.key)):
        build.revision.update(tie.key.encode())
        place = _place_row(places, tie.tenant_id, tie.place_id)
        collaboration = collaborations.row(tie.tenant_id, tie.collaboration_id)
        partner = _place_row(places, tie.tenant_id, tie.partner_id)
        if place >= 0 and (collaboration >= 0 or partner >= 0):
            ends.append((place, collaboration, partner, build.tenants.index(tie.tenant_id)))
            records.append(tie.record.encode())
    build.array("ties.npy", np.array(ends, np.int32).reshape(-1, 4))
    build.files += write_blob(build.folder, "tie_records", records)
    return len(ends)


def anchors() -> list[str]:
    """The phrases that free text is read by, in their order."""
    return [row["phrase"] for row in rows(ANCHORS)]


def _place_row(keys: NDArray[np.bytes_], tenant: str, id: str | None) -> int:
    """The row of a place as a tenant names it: an `x:` id is the tenant's own."""
    if id is None:
        return -1
    key = place_key(tenant if id.startswith("x:") else PUBLIC, id)
    row = int(np.searchsorted(keys, np.bytes_(key)))
    return row if row < len(keys) and keys[row] == key else -1


def _entries(folder: Path, names: list[str]) -> dict[str, FileEntry]:
    return {name: entry(folder / name) for name in sorted(names)}


def _remember(session: Session, snapshot_id: str, revision: str) -> None:
    row = session.get(SnapshotRow, snapshot_id)
    if row is not None:
        session.delete(row)
        session.flush()
    session.add(SnapshotRow(id=snapshot_id, data_revision=revision))
