"""Catalogues of their own with one snapshot or two, and a publish of another one."""

from pathlib import Path
from typing import Any

import pytest

from models.database import connect, sessions
from models.embedding import load_embedder
from models.records import Place
from models.snapshot import SnapshotStore
from models.tables import PUBLIC
from services.ingest.publish import publish
from services.ingest.upsert import upsert_places
from tests.matcher_fixtures import Published

Copied = tuple[Published, SnapshotStore, str]
"""A catalogue, its snapshots, and the id of the one in force."""


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
def copied(published: Published, tmp_path: Path) -> Copied:
    own = published.copied(tmp_path / "var")
    store = SnapshotStore(own.settings.snapshots)
    current = store.current()
    assert current is not None
    return own, store, current
