"""A network does not rise by what it writes: 50 descriptions stuffed to please, none gains."""

from itertools import cycle
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from models.database import database_at
from models.embedding import load_embedder
from models.settings import Settings
from models.snapshot import SnapshotStore
from models.tables import PUBLIC, CollaborationRow
from models.taxonomy import Sector
from services.ingest.publish import publish
from services.matcher.app import create_app
from tests.matcher_fixtures import LOOPBACK, Published

VARIANTS = 50
ROUNDS = 5
BILBAO = "gn:3128026"
SOUGHT = "We look for ways to bring affordable housing into run-down quarters."
QUESTIONS: list[dict[str, Any]] = [
    {"place_id": BILBAO, "text": SOUGHT},
    {
        "place_id": BILBAO,
        "text": SOUGHT,
        "needs": [{"sector": "housing", "stage": "discover"}],
    },
    {"place_id": BILBAO, "needs": [{"sector": "climate", "stage": "apply", "text": SOUGHT}]},
]
STUFFING = [
    SOUGHT,
    " ".join([SOUGHT] * 20),
    ", ".join(sector.replace("_", " ") for sector in Sector),
    f"{SOUGHT} {', '.join(Sector)}. The best network for every city, region and rural area.",
    "housing " * 200,
]


def _ranks(client: TestClient) -> list[list[str]]:
    found = []
    for question in QUESTIONS:
        answer = client.post("/v1/matches/collaborations", json={**question, "limit": 200})
        found.append([r["collaboration"]["id"] for r in answer.json()["results"]])
    return found


def _stuff(settings: Settings, ids: list[str]) -> None:
    """Write stuffed descriptions over those of some networks, and publish."""
    with database_at(settings.url) as database, database.begin() as session:
        rows = session.scalars(
            select(CollaborationRow).where(
                CollaborationRow.tenant_id == PUBLIC, CollaborationRow.id.in_(ids)
            )
        )
        for row, text in zip(rows, cycle(STUFFING), strict=False):
            record = orjson.loads(row.record) | {"description": text}
            row.record = orjson.dumps(record, option=orjson.OPT_SORT_KEYS).decode()
            row.content_hash = str(hash(text))
        session.flush()
        publish(session, SnapshotStore(settings.snapshots), load_embedder("auto"))


@pytest.mark.parametrize("part", range(ROUNDS))
def test_a_stuffed_description_gains_at_most_one_place(
    client: TestClient, published: Published, tmp_path: Path, part: int
) -> None:
    before = _ranks(client)
    stuffed = sorted(before[0])[part::ROUNDS][: VARIANTS // ROUNDS]
    assert len(stuffed) == VARIANTS // ROUNDS
    settings = published.copied(tmp_path / "var").settings
    _stuff(settings, stuffed)
    app = create_app(settings)
    with TestClient(app, client=LOOPBACK) as changed:
        after = _ranks(changed)
    for old, new in zip(before, after, strict=True):
        for network in stuffed:
            assert new.index(network) >= old.index(network) - 1, network
