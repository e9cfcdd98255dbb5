"""Check 1: the whole service is killed while it reads a file; its client sends the file again."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import sleep
from typing import Any

import httpx2
import pytest

from models.database import connect, sessions
from models.settings import Settings
from services.access.keys import create_key
from tests.trust.mortals import Mortals
from tests.trust.report import Tried
from tests.trust.serving import served_by
from tests.trust.test_killed_imports import ROWS, acknowledged, with_sheet
from tests.waiting import PATIENCE, until

FINISHED = ("done", "failed")


@dataclass
class Uploading:
    """A client who sends a sheet, and asks what became of it."""

    headers: dict[str, str]
    sheet: Path

    def ask(self, port: int, method: str, path: str, **more: Any) -> Any:
        url = f"http://127.0.0.1:{port}{path}"
        answer = httpx2.request(method, url, headers=self.headers, timeout=PATIENCE, **more)
        assert answer.status_code < 400, answer.text
        return answer.json()

    def send(self, port: int) -> str:
        file = {"file": (self.sheet.name, self.sheet.read_bytes())}
        sent = self.ask(port, "POST", "/v1/ingest/files?kind=places", files=file)
        return str(sent["job_id"])

    def became(self, port: int, job: str) -> Any:
        found: dict[str, Any] = {}

        def is_over() -> bool:
            found.update(self.ask(port, "GET", f"/v1/ingest/jobs/{job}"))
            return found["state"] in FINISHED

        until(is_over, "the job ends")
        return found


@pytest.fixture
def uploading(doomed: Settings) -> Iterator[Uploading]:
    with_sheet(doomed)
    engine = connect(doomed.url)
    with sessions(engine).begin() as session:
        key = create_key(session, "public", ["admin"])
    yield Uploading({"Authorization": f"Bearer {key}"}, doomed.var / "places.csv")
    engine.dispose()


@pytest.mark.check(1, "The whole service killed while it reads a file", few=1, full=30)
def test_a_killed_service_says_what_became_of_its_jobs(
    mortals: Mortals, doomed: Settings, uploading: Uploading,
    count: int, chance: random.Random, tried: Tried,
) -> None:  # fmt: skip
    for _ in range(count):
        with served_by(mortals, doomed, "serving_both") as port:
            job = uploading.send(port)
            sleep(chance.uniform(0, 0.5))
        there = acknowledged(doomed)[1]
        with served_by(mortals, doomed, "serving_both") as port:
            found = uploading.became(port, job)
            said = found["rows"]["written"] + found["rows"]["unchanged"]
            tried(found["state"] in FINISHED, f"the job is {found['state']} for good")
            tried(found["state"] == "done" or bool(found.get("detail")), f"no reason: {found}")
            tried(said <= there or found["state"] == "done", f"{said} acknowledged, {there} there")
            again = uploading.became(port, uploading.send(port))
            tried(again["state"] == "done", f"sent again: {again}")
        tried(acknowledged(doomed)[1] == ROWS, "not all is there")
    tried.done()


@pytest.mark.planted(1, "nobody looks after the jobs of a process that died")
def test_a_job_left_behind_is_found(
    mortals: Mortals, doomed: Settings, uploading: Uploading
) -> None:
    with served_by(mortals, doomed, "serving_both", "import-after-commit") as port:
        job = uploading.send(port)
        until(lambda: acknowledged(doomed)[1] > 0, "a batch is written")
    with served_by(mortals, doomed, "serving_both_careless") as port:
        found = uploading.ask(port, "GET", f"/v1/ingest/jobs/{job}")
    assert found["state"] not in FINISHED
