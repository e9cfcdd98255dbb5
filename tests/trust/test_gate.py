"""Check 11: a snapshot that lost much, or is unsound, is not put in force."""

import time

import numpy as np
import pytest
from sqlalchemy import delete, select

from models.database import database_at
from models.snapshot import Snapshot
from models.snapshot.manifest import MANIFEST, Manifest
from models.snapshot.texts import write_texts
from models.tables import PUBLIC, PlaceRow
from services.ingest import publish as publishing
from services.ingest.gate import PublishRefused, check_built
from tests.matcher_fixtures import published
from tests.trust.catalogues import Copied, copied, republished
from tests.trust.report import Tried

__all__ = ["copied", "published"]


@pytest.mark.check(11, "A snapshot that lost much is not put in force", few=1, full=1)
def test_a_loss_is_not_put_in_force_unless_it_is_meant(
    copied: Copied, count: int, tried: Tried
) -> None:
    own, store, first = copied
    with database_at(own.settings.url) as database, database.begin() as session:
        keys = list(session.scalars(select(PlaceRow.id).where(PlaceRow.tenant_id == PUBLIC)))
        gone = keys[: len(keys) // 4]
        session.execute(delete(PlaceRow).where(PlaceRow.id.in_(gone)))
    for _ in range(count):
        with pytest.raises(PublishRefused, match="would be lost"):
            republished(own, "DE")
        tried(store.current() == first)
        new = republished(own, "DE", accept_loss=True)
        tried(store.current() == new != first)
        began = time.process_time()
        store.roll_back(first)
        tried(store.current() == first and time.process_time() - began < 5)
    tried.done()


@pytest.mark.planted(11, "the gate only warns")
def test_a_gate_that_only_warns_is_caught(copied: Copied, monkeypatch: pytest.MonkeyPatch) -> None:
    own, store, first = copied
    with database_at(own.settings.url) as database, database.begin() as session:
        session.execute(delete(PlaceRow).where(PlaceRow.tenant_id == PUBLIC))
    monkeypatch.setattr(publishing, "check_built", lambda *_: None)
    republished(own, "DE")
    assert store.current() != first


@pytest.mark.parametrize("fault", ["duplicates", "nan", "lengths"])
def test_an_unsound_snapshot_is_not_put_in_force(copied: Copied, fault: str) -> None:
    _, store, current = copied
    built = store.path(current)
    manifest = Manifest.model_validate_json((built / MANIFEST).read_bytes())
    check_built(built, manifest, manifest, accept_loss=False)
    if fault == "duplicates":
        keys = np.load(built / "place_keys.npy")
        keys[1] = keys[0]
        np.save(built / "place_keys.npy", keys)
    else:
        snapshot = Snapshot(built)
        vectors = snapshot.places.texts.vectors.copy()
        owners = np.load(built / "place_texts.owners.npy").tolist()
        vectors[3] = np.nan if fault == "nan" else 2 * vectors[3]
        write_texts(built, "place", owners, vectors)
    with pytest.raises(PublishRefused):
        check_built(built, manifest, manifest, accept_loss=True)
