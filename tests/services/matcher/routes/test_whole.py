"""One question asked for every place, as a job whose answers are fetched when it is done."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from threading import Event
from typing import Any

import orjson
import pytest
from fastapi.testclient import TestClient

from models.errors import Conflict, NotFound, TooManyJobs
from services.matcher import whole_jobs
from services.matcher.whole import Everyone
from services.matcher.whole_jobs import WholeJobs
from tests.services.matcher.asking import ask
from tests.waiting import PATIENCE, until

PATH = "/v1/matches/peers:all"
BASQUE = {"countries": ["ES"], "kinds": ["region"]}


def finished(client: TestClient, job_id: str) -> dict[str, Any]:
    job: dict[str, Any] = {}

    def is_over() -> bool:
        job.update(client.get(f"/v1/matches/jobs/{job_id}").json())
        return job["state"] in ("done", "failed")

    until(is_over, "every place is answered for", 3 * PATIENCE)
    return job


def test_every_place_that_asks_has_the_peers_of_its_own_question(client: TestClient) -> None:
    question = {"mode": "look_up", "limit": 3, "max_per_country": 1, "as_of": "2026-11-01"}
    begun = client.post(PATH, json={**question, "asking": BASQUE})
    assert begun.status_code == 202, begun.text
    job_id = begun.json()["job_id"]
    assert begun.headers["location"] == f"/v1/matches/jobs/{job_id}"
    assert client.get(f"/v1/matches/jobs/{job_id}/answers").status_code in (200, 409)

    job = finished(client, job_id)
    told = client.get(f"/v1/matches/jobs/{job_id}/answers")
    lines = [orjson.loads(line) for line in told.content.splitlines()]
    assert job["state"] == "done", job
    assert job["done"] == job["places"] == len({line["place_id"] for line in lines}) > 0
    for line in lines[:2]:
        alone = ask(client, "peers", {**question, "place_id": line["place_id"]})
        assert alone["snapshot_id"] == job["snapshot_id"]
        assert line["results"] == [
            {"place_id": r["place"]["id"]}
            | {k: r[k] for k in ("score", "coverage", "rank_score", "band", "percentile")}
            for r in alone["results"]
        ]


@pytest.mark.parametrize("field", ["place_id", "text", "among"])
def test_what_speaks_of_one_place_is_refused(client: TestClient, field: str) -> None:
    said = ["gn:3128026"] if field == "among" else "gn:3128026"
    assert client.post(PATH, json={field: said}).status_code == 422


def test_a_job_that_lost_its_process_is_told_to_have_failed(tmp_path: Path) -> None:
    jobs = WholeJobs(tmp_path, "local")
    home = jobs.folder / ("0" * 32)
    home.mkdir(parents=True)
    (home / "lock").touch()
    state = {"tenant": "a", "state": "running", "done": 1, "places": 9}
    (home / "state.json").write_bytes(orjson.dumps(state))
    assert jobs.find("a", home.name)["state"] == "failed"
    with pytest.raises(Conflict):
        jobs.answers("a", home.name)
    with pytest.raises(NotFound):
        jobs.find("b", home.name)
    with pytest.raises(NotFound):
        jobs.find("a", "../" + "0" * 29)
    jobs.close()


def test_a_tenant_with_many_jobs_is_told_to_wait_and_nobody_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_go = Event()

    def answers(*_: Any) -> Iterator[bytes]:
        let_go.wait(PATIENCE)
        yield b""

    monkeypatch.setattr(whole_jobs, "ask_everyone", answers)
    jobs = WholeJobs(tmp_path, "local")

    def asked(tenant: str) -> Everyone:
        return Everyone(tmp_path / "s", tenant, date(2026, 11, 1), b"{}", "auto")

    for _ in range(whole_jobs.MOST_OF_A_TENANT):
        jobs.begin(asked("a"), [])
    with pytest.raises(TooManyJobs) as refused:
        jobs.begin(asked("a"), [])
    assert refused.value.status == 429
    assert int(refused.value.headers["Retry-After"]) > 0
    last = jobs.begin(asked("b"), [])
    let_go.set()
    until(lambda: jobs.find("b", last)["state"] == "done", "the other's is done")
    jobs.close()
