"""Publish: from the facts in the database to an immutable snapshot, built beside and swapped."""

import csv
import hashlib
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.countries import DATA
from models.embedding import Embedder
from models.snapshot import Embedding, Manifest, SnapshotStore, place_key
from models.snapshot.blobs import write_blob
from models.snapshot.columns import ColumnWriter
from models.snapshot.directory import write_directory
from models.snapshot.groups import write_groups
from models.snapshot.manifest import FileEntry, entry
from models.snapshot.texts import write_texts, written_texts
from models.tables import (
    PUBLIC,
    CollaborationRow,
    CommitmentRow,
    MatchRow,
    PlaceRow,
    SnapshotRow,
    Tenant,
)
from services.ingest.embed import Progress, embed_texts, no_progress
from services.ingest.named import Named

WEIGHTS = DATA / "weights.json"
ANCHORS = DATA / "need_anchors.csv"
Facts = dict[str, Any]


class _Build:
    """One snapshot in the making: its folder, and the names of the files written so far."""

    def __init__(
        self, session: Session, embedder: Embedder, folder: Path, progress: Progress
    ) -> None:
        self.session = session
        self.embedder = embedder
        self.folder = folder
        self.progress = progress
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

    def texts(self, name: str, facts: dict[int, Facts]) -> int:
        """Embed and write the texts of the rows given; answers with how many there are."""
        written = [(row, text.text) for row in sorted(facts) for text in written_texts(facts[row])]
        vectors = embed_texts(self.session, [text for _, text in written], self.embedder)
        self.files += write_texts(self.folder, name, [row for row, _ in written], vectors)
        return len(written)


def publish(
    session: Session,
    store: SnapshotStore,
    embedder: Embedder,
    keep: int = 3,
    progress: Progress = no_progress,
    read_texts: bool = True,
) -> str:
    """Build a snapshot of all facts and make it the current one; answers with its id.

    Texts are best read beforehand (`read_new_texts`); what was not is read here, one by one.
    `read_texts` embeds the anchors that free text is read by; without them a matcher computes
    them itself at its first free text.
    """
    with store.building() as folder:
        build = _Build(session, embedder, folder, progress)
        place_rows, counts = _places(build)
        named, collaborations = _collaborations(build)
        ties = _ties(build, place_rows, named)
        if read_texts:
            build.array("need_anchors.npy", embed_texts(session, anchors(), embedder))
        shutil.copyfile(WEIGHTS, folder / "weights.json")
        build.files.append("weights.json")
        manifest = Manifest(
            data_revision=build.revision.hexdigest(),
            embedding=Embedding(model=embedder.name, dimension=embedder.dimension),
            tenants=build.tenants,
            counts={**counts, **collaborations, "ties": ties},
            files=_entries(folder, build.files),
        )
        snapshot_id = store.promote(folder, manifest)
    _remember(session, snapshot_id, manifest.data_revision)
    recent = session.scalars(
        select(SnapshotRow.id).order_by(SnapshotRow.published_at.desc()).limit(keep)
    )
    # A recorded match can be answered again as long as its snapshot is there.
    recorded = session.scalars(select(MatchRow.snapshot_id).distinct())
    store.prune({*recent, *recorded})
    return snapshot_id


def _places(build: _Build) -> tuple[dict[bytes, int], dict[str, int]]:
    """Write places as columns, records, names and texts, sorted by key."""
    query = select(PlaceRow.tenant_id, PlaceRow.id, PlaceRow.record, PlaceRow.content_hash)
    rows = sorted(
        (place_key(tenant, id), tenant, record, content_hash)
        for tenant, id, record, content_hash in build.session.execute(query)
    )
    columns, names, texts = ColumnWriter(), [], {}
    for row, (key, _, record, content_hash) in enumerate(rows):
        facts = orjson.loads(record)
        columns.add(facts)
        names += [(name, row) for name in (facts["name"], *facts.get("aliases", ()))]
        if any(True for _ in written_texts(facts)):
            texts[row] = facts
        build.revision.update(key + content_hash.encode())
    build.array("place_keys.npy", np.array([key for key, *_ in rows], np.bytes_))
    codes = {tenant: i for i, tenant in enumerate(build.tenants)}
    tenants = np.array([codes[t] for _, t, *_ in rows], np.uint16)
    build.array("place_tenants.npy", tenants)
    coded = columns.columns()
    build.files += write_groups(build.folder, coded, tenants, np.array(sorted(texts), np.int32))
    for name, column in coded.items():
        build.array(f"place_{name}.codes.npy", column.codes)
        build.array(f"place_{name}.values.npy", column.values)
    build.files += write_blob(
        build.folder, "place_records", (record.encode() for _, _, record, _ in rows)
    )
    build.files += write_directory(build.folder, "place", names)
    counts = {"places": len(rows), "place_texts": build.texts("place", texts)}
    return {key: row for row, (key, *_) in enumerate(rows)}, counts


def _collaborations(build: _Build) -> tuple[Named, dict[str, int]]:
    query = select(CollaborationRow).order_by(CollaborationRow.tenant_id, CollaborationRow.id)
    stored = build.session.scalars(query).all()
    facts = [{**orjson.loads(row.record), "tenant": row.tenant_id} for row in stored]
    for row in stored:
        build.revision.update(f"{row.tenant_id}/{row.id}{row.content_hash}".encode())
    build.json("collaborations.json", facts)
    texts = build.texts("collaboration", dict(enumerate(facts)))
    return Named(facts), {"collaborations": len(facts), "collaboration_texts": texts}


def _ties(build: _Build, places: dict[bytes, int], collaborations: Named) -> int:
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
    with ANCHORS.open(encoding="utf-8", newline="") as file:
        return [row["phrase"] for row in csv.DictReader(file)]


def _place_row(rows: dict[bytes, int], tenant: str, id: str | None) -> int:
    """The row of a place as a tenant names it: an `x:` id is the tenant's own."""
    if id is None:
        return -1
    return rows.get(place_key(tenant if id.startswith("x:") else PUBLIC, id), -1)


def _entries(folder: Path, names: list[str]) -> dict[str, FileEntry]:
    return {name: entry(folder / name) for name in sorted(names)}


def _remember(session: Session, snapshot_id: str, revision: str) -> None:
    row = session.get(SnapshotRow, snapshot_id)
    if row is not None:
        session.delete(row)
        session.flush()
    session.add(SnapshotRow(id=snapshot_id, data_revision=revision))
