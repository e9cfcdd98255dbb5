"""The whole default catalogue: names are told apart only where all the others are there too."""

from collections.abc import Iterator

import pytest

from models.database import connect, migrate, sessions
from models.embedding import load_embedder
from models.records import Place
from models.snapshot import Snapshot, SnapshotStore
from models.tables import PUBLIC
from services.ingest.default import places
from services.ingest.publish import publish
from services.ingest.upsert import ensure_tenant, upsert_places
from services.matcher.reconciling.places import PlaceFinder


def _named(place: Place) -> Place:
    """A place as names see it: no texts, which would take minutes to embed."""
    fields = ("id", "name", "aliases", "kind", "country", "region", "part_of", "population")
    return Place.model_construct(**{field: getattr(place, field) for field in fields})


@pytest.fixture(scope="module")
def finder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlaceFinder]:
    """Looks names up among all places, as somebody without a key."""
    folder = tmp_path_factory.mktemp("whole")
    engine = connect(f"sqlite:///{folder / 'whole.db'}")
    migrate(engine)
    store = SnapshotStore(folder / "snapshots")
    with sessions(engine).begin() as session:
        ensure_tenant(session, PUBLIC)
        upsert_places(session, map(_named, places()))
        published = publish(session, store, load_embedder("auto"), read_texts=False)
    yield PlaceFinder(Snapshot(store.path(published)), PUBLIC)
    engine.dispose()
