"""Replay of 1,000 recorded matches after a new snapshot, and plans over the whole catalogue.

    python benchmarks/accountability.py [--matches 1000] [--plans 5]

It publishes the default collaborations with a few hundred made-up places in a folder of its own.
"""

import argparse
import logging
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import structlog
from fastapi.testclient import TestClient
from pydantic import SecretStr

from models.data_tables import DATA
from models.database import connect, migrate, sessions
from models.embedding import load_embedder
from models.records import Place
from models.settings import Settings
from models.snapshot import SnapshotStore
from models.tables import PUBLIC
from services.ingest.publish import publish
from services.ingest.sources.collaborations import collaborations
from services.ingest.upsert import ensure_tenant, upsert_collaborations, upsert_places
from services.matcher.app import create_app
from services.matcher.decisions.decisions import head_file
from services.matcher.decisions.verify import verify

COUNTRIES = ["DE", "FR", "ES", "GB", "BR", "JP", "KE", "CA", "IT", "PT"]
SECTORS = ["climate", "mobility", "housing", "water", "digital", "culture", "health"]
STAGES = ["identify", "discover", "apply", "implement", "outcomes", "influence"]


def places(count: int, first: int = 0) -> Iterator[Place]:
    for at in range(first, first + count):
        need = {"sector": SECTORS[at % 7], "stage": STAGES[at % 6]}
        offer = {"sector": SECTORS[(at + 3) % 7], "stage": STAGES[(at + 2) % 6]}
        yield Place.model_validate(
            {
                "id": f"gn:{9_000_000 + at}",
                "name": f"Place {at}",
                "kind": "city",
                "country": COUNTRIES[at % 10],
                "population": 20_000 + 7_919 * at,
                "needs": [need],
                "offers": [offer],
            }
        )


def publish_again(settings: Settings, count: int, first: int) -> str:
    engine = connect(settings.url)
    migrate(engine)
    with sessions(engine).begin() as session:
        ensure_tenant(session, PUBLIC)
        upsert_places(session, places(count, first))
        upsert_collaborations(session, collaborations(DATA / "collaborations"))
        store = SnapshotStore(settings.snapshots)
        snapshot = publish(session, store, load_embedder("auto"), keep=1, read_texts=False)
    engine.dispose()
    return snapshot


def question(at: int) -> tuple[str, dict[str, Any]]:
    kind = ("peers", "collaborations")[at % 2]
    return kind, {"place_id": f"gn:{9_000_000 + at % 300}", "limit": 1 + at % 20}


def replays(client: TestClient, settings: Settings, count: int) -> tuple[int, int, list[str]]:
    """Ask, publish, ask again; answers with how many there were and how many came out equal."""
    answers = {}
    for at in range(count):
        kind, body = question(at)
        body["weights"] = {"similar_size" if kind == "peers" else "fee_fits": 1 + at / 7}
        given = client.post(f"/v1/matches/{kind}", json=body)
        answers[given.json()["match_id"]] = given.content
    client.app.state.decisions.recorder.flush()  # type: ignore[attr-defined]
    publish_again(settings, 50, 400)
    equal = sum(
        client.post(f"/v1/matches/{key}/replay").content == content
        for key, content in answers.items()
    )
    engine = connect(settings.url)
    faults = verify(sessions(engine), head_file(settings)).faults
    engine.dispose()
    return len(answers), equal, faults


def plans(client: TestClient, count: int) -> list[float]:
    """Processor seconds of a review with twelve commitments and all collaborations."""
    every = [c["id"] for c in client.get("/v1/collaborations?limit=100").json()["items"]]
    seconds = []
    for at in range(count):
        held = [{"collaboration": key} for key in every[at : at + 12]]
        needs = [{"sector": s, "stage": t} for s, t in zip(SECTORS, STAGES * 2, strict=False)]
        place = {"name": "A", "kind": "city", "country": "GB", "needs": needs}
        body = {"place": place | {"commitments": held, "capacity": {"officer_slots": 12}}}
        began = time.process_time()
        client.post("/v1/portfolios/review", json=body).raise_for_status()
        seconds.append(time.process_time() - began)
    return seconds


def main() -> None:
    quiet = structlog.make_filtering_bound_logger(logging.ERROR)
    structlog.configure(wrapper_class=quiet)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--matches", type=int, default=1000)
    parser.add_argument("--plans", type=int, default=5)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(_env_file=None, var=Path(folder), secret=SecretStr("benchmark"))
        publish_again(settings, 400, 0)
        with TestClient(create_app(settings), client=("127.0.0.1", 5000)) as client:
            seconds = plans(client, asked.plans)
            worst, middle = max(seconds), statistics.median(seconds)
            sys.stdout.write(
                f"review (processor time): median {middle:.2f} s, worst {worst:.2f} s\n"
            )
            total, equal, faults = replays(client, settings, asked.matches)
            sys.stdout.write(
                f"replayed byte for byte: {equal} of {total}; audit: {faults or 'whole'}\n"
            )


if __name__ == "__main__":
    main()
