"""Check 12: what was answered is answered again byte for byte, or it is said why not."""

import random
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
from fastapi.testclient import TestClient

from models.snapshot import SnapshotStore
from services.matcher.app import create_app
from tests.matcher_fixtures import LOOPBACK, TENANT, Published, published
from tests.trust.catalogues import republished
from tests.trust.conftest import FULL
from tests.trust.mortals import Mortals
from tests.trust.report import Tried
from tests.trust.serving import served_by
from tests.trust.work import settings_in

__all__ = ["published"]
NEWER = ("DE", "FR", "ES", "IT", "PT") if FULL else ("DE", "FR")
SECTORS = ("digital", "regeneration", "mobility", "culture", "energy")
STAGES = ("explore", "plan", "implement", "sustain")


@dataclass
class Recorded:
    """Where answers were recorded, whose they are, and what they were."""

    own: Published
    headers: dict[str, str]
    answers: dict[str, bytes]


def question(chance: random.Random, places: list[str]) -> tuple[str, dict[str, Any]]:
    """A question with weights, a budget, a need or a limit of its own."""
    body: dict[str, Any] = {
        "place_id": chance.choice(places),
        "limit": chance.randint(1, 20),
        "as_of": f"2026-0{chance.randint(1, 9)}-01",
    }
    if chance.random() < 0.5:
        body["needs"] = [{"sector": chance.choice(SECTORS), "stage": chance.choice(STAGES)}]
    if chance.random() < 0.5:
        body["own_budget"] = {"amount": chance.randint(0, 10**6) / 100, "currency": "EUR"}
    return chance.choice(["peers", "collaborations"]), body


@pytest.fixture
def recorded(
    published: Published,
    tmp_path_factory: pytest.TempPathFactory,
    count: int,
    chance: random.Random,
) -> Recorded:
    """So many answers, then outcomes that move the weights, then five newer snapshots."""
    own = published.copied(tmp_path_factory.mktemp("replayed") / "var")
    headers = {"Authorization": f"Bearer {published.keys[TENANT]}"}
    unlimited = own.settings.model_copy(update={"rate_per_key": ""})
    answers: dict[str, bytes] = {}
    with TestClient(create_app(unlimited), client=LOOPBACK, headers=headers) as client:
        places = [p["id"] for p in client.get("/v1/places?limit=100").json()["items"]]
        for _ in range(10 * count):
            if len(answers) == count:
                break
            kind, body = question(chance, places)
            given = client.post(f"/v1/matches/{kind}", json=body)
            if given.status_code == 200:
                answers[given.json()["match_id"]] = given.content
        client.app.state.decisions.recorder.flush()  # type: ignore[attr-defined]
        _moved(client, answers)
    for country in NEWER:
        republished(own, country)
    assert len(answers) == count
    return Recorded(own, headers, answers)


def _moved(client: TestClient, answers: dict[str, bytes]) -> None:
    for match_id in list(answers)[:5]:
        results = client.get(f"/v1/matches/{match_id}").json()["results"]
        for result in results[:1]:
            key = (result.get("place") or result.get("collaboration"))["id"]
            told = {"result_id": key, "outcome": "declined", "at": "2026-01-01"}
            sent = client.post(f"/v1/matches/{match_id}/outcomes", json=told)
            assert sent.status_code == 201, sent.text


def replayed(recorded: Recorded, port: int, threads: int, tried: Tried) -> None:
    """Ask a process that knows nothing of before for every answer again."""
    with httpx2.Client(
        base_url=f"http://127.0.0.1:{port}", headers=recorded.headers, timeout=60
    ) as client, ThreadPoolExecutor(threads) as many:  # fmt: skip

        def again(match_id: str) -> httpx2.Response:
            return client.post(f"/v1/matches/{match_id}/replay")

        for match_id, said in zip(recorded.answers, many.map(again, recorded.answers), strict=True):
            same = said.status_code == 200 and said.content == recorded.answers[match_id]
            tried(same, f"{match_id}: {said.status_code} {said.text[:200]}")


@pytest.mark.check(12, "Recorded answers had again in another process", few=20, full=1_000)
def test_every_answer_is_had_again(recorded: Recorded, mortals: Mortals, tried: Tried) -> None:
    with served_by(mortals, settings_in(recorded.own.settings.var)) as port:
        for threads in (1, 2):
            replayed(recorded, port, threads, tried)
    _forgotten(recorded.own)
    with served_by(mortals, settings_in(recorded.own.settings.var)) as port:
        for match_id in recorded.answers:
            url = f"http://127.0.0.1:{port}/v1/matches/{match_id}/replay"
            said = httpx2.post(url, headers=recorded.headers, timeout=60)
            is_told = said.status_code == 409 and said.json()["reason"] == "snapshot_gone"
            tried(is_told, f"{match_id}, without its snapshot: {said.text[:200]}")
    tried.done()


def _forgotten(own: Published) -> None:
    """All snapshots but the newest are gone."""
    store = SnapshotStore(own.settings.snapshots)
    for folder in store.folder.iterdir():
        if folder.is_dir() and folder.name != store.current():
            shutil.rmtree(folder)


@pytest.mark.planted(12, "an answer made anew from the newest snapshot")
@pytest.mark.check(12, "", few=3, full=3)
def test_nearly_the_same_is_found(recorded: Recorded, mortals: Mortals) -> None:
    tried = Tried()
    settings = settings_in(recorded.own.settings.var)
    with served_by(mortals, settings, "serving_nearly") as port:
        replayed(recorded, port, 1, tried)
    assert tried.failures
