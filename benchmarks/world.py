"""A world of many places, made again the same from a seed: real rows, perturbed, and published.

    python -m benchmarks.world --places 640000 --source var/snapshots --folder /tmp/world

Rows of the published catalogue in `--source` are drawn at random and their residents, rank and
location changed; a few get needs, offers, goals and powers of their own, and some of these a text
whose vector is a mixture of real vectors with noise. The world is written to a database and
published by the same code as any catalogue; none of it is true of any place.
"""

import argparse
import hashlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray
from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from models.database import connect, migrate, sessions
from models.embedding import Kind
from models.snapshot import Snapshot, SnapshotStore
from models.snapshot.codes import GOALS, POWERS, SECTORS, STAGES, STAKEHOLDERS
from models.snapshot.texts import written_texts
from models.tables import PUBLIC, CollaborationRow, PlaceRow, Tenant, TextVector, now
from services.ingest.publish import publish
from services.ingest.upsert import canonical, digest

Facts = dict[str, Any]
BATCH = 5_000
# The share of places that say what they need or can show, and of those that wrote a text.
TELLING, WRITING, DECLARING = 0.07, 0.85, 0.4
NOISE = 0.35
DATABASE = "counterpart.db"
# Names the snapshot of the catalogue that a world is made from, once it is whole.
MADE_FROM = "made-from"


@dataclass(frozen=True)
class Seen:
    """The model a world's vectors come from: all of them are in the database before publishing."""

    name: str
    dimension: int
    languages: str = "as the source's model"

    def encode(self, texts: Sequence[str], kind: Kind) -> NDArray[np.float32]:
        raise RuntimeError(f"{len(texts)} {kind} texts of the world have no vector")

    encode_many = encode


class World:
    """Places drawn from a snapshot, and vectors for what they write."""

    def __init__(self, source: Snapshot, seed: int) -> None:
        self.source = source
        self.random = np.random.default_rng(seed)
        self.records = [source.places.facts(row) for row in range(len(source.places))]
        vectors = [source.places.texts.vectors, source.collaboration_texts.vectors]
        if source.need_anchors is not None:
            vectors.append(source.need_anchors)
        self.vectors = np.concatenate(vectors)
        # What is asked for is asked for unevenly: the fourth sector half as often as the first.
        popular = 1 / (np.arange(len(SECTORS)) + 3)
        self.popularity = self.random.permutation(popular / popular.sum())

    def places(self, count: int) -> Iterator[tuple[Facts, NDArray[np.float32] | None]]:
        """(record, vector of its text or None) of each place."""
        drawn = self.random.integers(len(self.records), size=count)
        telling = self.random.random(count) < TELLING
        crowding = count / len(self.records)
        for i, at in enumerate(drawn):
            facts = self._moved(dict(self.records[at]), crowding)
            facts |= {"id": f"cp:world-{i:07d}", "name": f"{facts['name']} {i}"}
            facts.pop("aliases", None)
            for told in ("needs", "offers", "description", "strategic_goals", "commitments"):
                facts.pop(told, None)
            yield self._telling(facts, i) if telling[i] else (facts, None)

    def _moved(self, facts: Facts, crowding: float) -> Facts:
        stretch = float(np.exp(self.random.normal(0, 0.6)))
        for field in ("population", "metro_population"):
            if field in facts:
                facts[field] = max(int(facts[field] * stretch), 1)
        if "national_rank" in facts:
            rank = facts["national_rank"] * max(crowding, 1) / stretch
            facts["national_rank"] = max(round(rank), 1)
        if "lat" in facts:
            north, east = self.random.normal(0, 1.5, 2)
            facts["lat"] = float(np.clip(facts["lat"] + north, -89, 89))
            facts["lon"] = float((facts["lon"] + east + 180) % 360 - 180)
        return facts

    def _telling(self, facts: Facts, i: int) -> tuple[Facts, NDArray[np.float32] | None]:
        facts["needs"], facts["offers"] = self._cells(), self._cells()
        facts["goals"] = self._some([str(g) for g in GOALS], 3)
        facts["stakeholders"] = self._some([str(s) for s in STAKEHOLDERS], 2)
        if self.random.random() < DECLARING:
            values = np.round(self.random.beta(3, 3, len(POWERS)), 1)
            facts["powers"] = {
                **dict(zip(map(str, POWERS), values.tolist(), strict=True)), "basis": "declared"
            }  # fmt: skip
        if self.random.random() > WRITING:
            return facts, None
        facts["description"] = f"What place {i} of a made-up world says of itself."
        first, second = self.vectors[self.random.integers(len(self.vectors), size=2)]
        noise = self.random.normal(0, NOISE / np.sqrt(len(first)), len(first))
        mixed = 0.7 * first + 0.3 * second + noise
        return facts, (mixed / np.linalg.norm(mixed)).astype(np.float32)

    def _cells(self) -> list[Facts]:
        count = int(self.random.integers(0, 5))
        sectors = self.random.choice(len(SECTORS), count, replace=False, p=self.popularity)
        stages = self.random.integers(len(STAGES), size=count)
        return [
            {"sector": str(SECTORS[c]), "stage": str(STAGES[t])}
            for c, t in zip(sectors, stages, strict=True)
        ]

    def _some(self, words: list[str], most: int) -> list[str]:
        chosen = self.random.choice(len(words), int(self.random.integers(0, most + 1)), False)
        return [words[at] for at in sorted(chosen)]


def write_world(session: Session, world: World, count: int, model: str) -> None:
    """Put the places and the vectors of their texts into an empty database."""
    session.add(Tenant(id=PUBLIC, name=PUBLIC))
    session.flush()
    rows: list[Facts] = []
    vectors: list[Facts] = []
    _write_collaborations(session, world.source, model)
    for facts, vector in world.places(count):
        text = canonical(facts)
        kept = {k: facts[k] for k in ("id", "kind", "country", "name")}
        rows.append(kept | {"tenant_id": PUBLIC, "record": text, "content_hash": digest(text)})
        if vector is not None:
            vectors.append(_vector(model, facts["description"], vector))
        if len(rows) == BATCH:
            _insert(session, rows, vectors)
    _insert(session, rows, vectors)


def _write_collaborations(session: Session, source: Snapshot, model: str) -> None:
    """The source's public collaborations as they are, with the vectors of their texts."""
    rows: list[Facts] = []
    vectors: dict[str, Facts] = {}
    for row, record in enumerate(source.collaborations):
        texts = [written.text for written in written_texts(record)]
        for text, vector in zip(texts, source.collaboration_texts.of(row), strict=True):
            vectors.setdefault(text, _vector(model, text, vector))
        if record["tenant"] == PUBLIC:
            facts = {k: v for k, v in record.items() if k != "tenant"}
            text = canonical(facts)
            kept = {"id": facts["id"], "name": facts["name"], "updated_at": now()}
            rows.append(kept | {"tenant_id": PUBLIC, "record": text, "content_hash": digest(text)})
    session.execute(insert(CollaborationRow), rows)
    session.execute(insert(TextVector), list(vectors.values()))


def _vector(model: str, text: str, vector: NDArray[np.float32]) -> Facts:
    key = hashlib.sha256(text.encode()).hexdigest()
    return {"model": model, "content_hash": key, "vector": vector.tobytes()}


def _insert(session: Session, rows: list[Facts], vectors: list[Facts]) -> None:
    if rows:
        session.execute(insert(PlaceRow), [{**row, "updated_at": now()} for row in rows])
    if vectors:
        session.execute(insert(TextVector), vectors)
    rows.clear()
    vectors.clear()


def make_world(source: Path, folder: Path, count: int, seed: int = 1) -> float:
    """Write and publish a world; answers with the seconds that writing took."""
    snapshot = _held(source)
    made_with = snapshot.manifest.embedding
    engine = connect(f"sqlite:///{folder / DATABASE}")
    migrate(engine)
    start = time.perf_counter()
    with sessions(engine).begin() as session:
        for table in (PlaceRow, CollaborationRow, TextVector, Tenant):
            session.execute(delete(table))
        write_world(session, World(snapshot, seed), count, made_with.model)
    took = time.perf_counter() - start
    with sessions(engine).begin() as session:
        _publish(session, SnapshotStore(folder / "snapshots"), snapshot)
    engine.dispose()
    (folder / MADE_FROM).write_text(snapshot.id)
    return took


def is_made_from(folder: Path, source: Path) -> bool:
    """Whether a world is there whole, and of the catalogue that is published now."""
    said = folder / MADE_FROM
    return said.is_file() and said.read_text() == SnapshotStore(source).current()


def seconds_to_publish(folder: Path) -> float:
    """How long a publish of what is on file in a data directory takes; nothing stays of it."""
    snapshot, engine = _held(folder / "snapshots"), connect(f"sqlite:///{folder / DATABASE}")
    migrate(engine)
    with TemporaryDirectory(dir=folder) as made, sessions(engine)() as session:
        start = time.perf_counter()
        _publish(session, SnapshotStore(Path(made)), snapshot)
        took = time.perf_counter() - start
        session.rollback()
    engine.dispose()
    return took


def _publish(session: Session, store: SnapshotStore, source: Snapshot) -> None:
    made_with = source.manifest.embedding
    seen = Seen(made_with.model, made_with.dimension)
    publish(session, store, seen, keep=1, read_texts=False)


def _held(store: Path) -> Snapshot:
    held = SnapshotStore(store)
    current = held.current()
    if current is None:
        raise SystemExit(f"No snapshot in {store}: publish the catalogue first.")
    return Snapshot(held.path(current))


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--places", type=int, default=640_000)
    parser.add_argument("--source", type=Path, default=Path("var/snapshots"))
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    wrote = make_world(asked.source, asked.folder, asked.places, asked.seed)
    took = {"write": round(wrote, 1), "publish": round(seconds_to_publish(asked.folder), 1)}
    print(orjson.dumps(took).decode())  # noqa: T201


if __name__ == "__main__":
    main()
