"""Check 3: a disk that is full, and one that fails at some call, lose nothing acknowledged."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from models.database import database_at
from models.settings import Settings
from services.access.keys import create_key
from services.cli import create_app
from services.ingest.state import Ingest
from services.matcher.decisions.decisions import head_file
from services.matcher.decisions.verify import verify
from tests.matcher_fixtures import LOOPBACK, TENANT, Published, published, settings_of
from tests.trust.mortals import Mortals, started
from tests.trust.report import Tried
from tests.trust.test_killed_imports import ROWS, acknowledged, cleared, with_sheet
from tests.trust.tracing import TRACED
from tests.waiting import until

__all__ = ["published"]
PLACE = {"place_id": "gn:3128026", "limit": 3}
SHEET = b"id,name,kind,country\nx:new,New,city,ES\n"
MEBIBYTE = 2**20


# A full disk under the whole service.


@pytest.fixture
def small_disk(published: Published, tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 MiB with the small catalogue on it."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("only who may mount can have a small disk")
    try:
        shutil.copytree(published.pristine, folder / "var")
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


class Service:
    """Both services on a disk, and a tenant who writes."""

    def __init__(self, client: TestClient, headers: dict[str, str]) -> None:
        self.client, self.headers = client, headers
        self.count = 0

    def match(self) -> Any:
        return self.client.post("/v1/matches/peers", json=PLACE)

    def upload(self) -> Any:
        file = {"file": ("a.csv", SHEET + b" " * 3 * MEBIBYTE)}
        return self.client.post("/v1/ingest/files?kind=places", files=file, headers=self.headers)

    def tell(self, match: dict[str, Any], **headers: str) -> Any:
        self.count += 1
        told = {"result_id": match["results"][0]["place"]["id"], "outcome": "invited"}
        body = told | {"at": "2026-01-01", "why": f"number {self.count}"}
        path = f"/v1/matches/{match['match_id']}/outcomes"
        return self.client.post(path, json=body, headers=self.headers | headers)

    def told(self, match: dict[str, Any]) -> set[str]:
        path = f"/v1/matches/{match['match_id']}/outcomes"
        items = self.client.get(path, headers=self.headers).json()["items"]
        return {item["why"] for item in items}


@pytest.fixture
def service(small_disk: Path) -> Iterator[Service]:
    settings = settings_of(small_disk / "var")
    with database_at(settings.url) as database, database.begin() as session:
        key = create_key(session, TENANT, ["match", "ingest"])
    with TestClient(create_app(settings), client=LOOPBACK, raise_server_exceptions=False) as client:
        yield Service(client, {"Authorization": f"Bearer {key}"})


def filled(folder: Path) -> Path:
    """A file that takes all there is, to the last byte."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (MEBIBYTE, 4096, 1):
            try:
                while True:
                    file.write(b"0" * size)
            except OSError:
                continue
    return filler


def done(service: Service, job: str) -> str:
    states: list[str] = []

    def is_over() -> bool:
        told = service.client.get(f"/v1/ingest/jobs/{job}", headers=service.headers).json()
        states.append(told["state"])
        return states[-1] in ("done", "failed")

    until(is_over, "the job ends")
    return states[-1]


def on_a_full_disk(service: Service, small_disk: Path, tried: Tried) -> None:
    """Ask for everything while nothing can be written, and again once there is room."""
    answer = service.client.post("/v1/matches/peers", json=PLACE, headers=service.headers)
    match = answer.json()
    service.client.app.state.decisions.recorder.flush()  # type: ignore[attr-defined]
    tried(service.tell(match).status_code == 201, "a decision while there is room")
    filler = filled(small_disk)
    tried(service.match().status_code == 200, "a match on a full disk")
    for sent in (
        service.upload(),
        service.tell(match),
        service.tell(match, **{"Idempotency-Key": f"k{service.count}"}),
    ):
        is_clear = sent.status_code == 503 and "disk" in sent.json()["detail"]
        tried(is_clear and "retry-after" in sent.headers, f"{sent.status_code} {sent.text}")
    filler.unlink()
    tried(service.told(match) == {"number 1"}, "something else than what was acknowledged")
    tried(service.tell(match).status_code == 201, "a decision once there is room")
    sent = service.upload()
    tried(sent.status_code == 202 and done(service, sent.json()["job_id"]) == "done", "an upload")


@pytest.mark.check(3, "A full disk beneath both services", few=1, full=1)
@pytest.mark.usefixtures("count")
def test_a_full_disk_is_said_and_nothing_is_lost(
    service: Service, small_disk: Path, tried: Tried
) -> None:
    on_a_full_disk(service, small_disk, tried)
    state = service.client.app.state  # type: ignore[attr-defined]
    state.decisions.recorder.flush()
    faults = verify(state.every_tenant, head_file(state.settings)).faults
    tried(faults == [], faults)
    tried.done()


@pytest.mark.planted(3, "an upload whose write fails is taken for kept")
def test_a_swallowed_error_is_found(
    service: Service, small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = Ingest.keep

    def swallow(ingest: Ingest, content: Any) -> Path:
        try:
            return keep(ingest, content)
        except OSError:
            return ingest.uploads / "lost"

    monkeypatch.setattr(Ingest, "keep", swallow)
    monkeypatch.setattr(Ingest, "start", lambda _: None)
    filler = filled(small_disk)
    monkeypatch.setattr(service.client.app.state.ingest.jobs, "submit", lambda *_: "lost")  # type: ignore[attr-defined]
    assert service.upload().status_code == 202, "the check would have seen it"
    filler.unlink()


# A disk that fails at some call, under an import.


def failing(call: str, error: str, when: str) -> list[str]:
    return ["strace", "-f", "--seccomp-bpf", "-o", "/dev/null", "-e", f"trace={call}",
            "-e", f"inject={call}:error={error}:when={when}"]  # fmt: skip


WAYS = [("pwrite64", "ENOSPC", "+"), ("pwrite64", "EIO", ""), ("fdatasync,fsync", "EIO", "")]


def one_failure(number: int, settings: Settings, tried: Tried, what: str = "importing") -> None:
    """An import in which the disk fails from some call on, or at that one alone."""
    call, error, on = WAYS[number % len(WAYS)]
    at = 1 + number // len(WAYS) * 2 + number % 2
    cleared(settings)
    with started(*failing(call, error, f"{at}{on}")) as mortals:
        ended = mortals.begin(what, settings).ended()
    said, there = acknowledged(settings)
    tried(said <= there, f"{call} {error} at {at}: {said} acknowledged, {there} there")
    tried(ended != 0 or there == ROWS, f"{call} {error} at {at}: done with {there}")


@TRACED
@pytest.mark.check(3, "Writes and syncs of an import that fail, from the first on", few=3, full=100)
def test_a_failing_disk_acknowledges_nothing_false(
    mortals: Mortals, doomed: Settings, count: int, tried: Tried
) -> None:
    with_sheet(doomed)
    for number in range(count):
        one_failure(number, doomed, tried)
    assert mortals.begin("importing", doomed).ended() == 0
    tried(acknowledged(doomed)[1] == ROWS, "not resumed once the disk works")
    tried.done()


@TRACED
@pytest.mark.planted(3, "a commit whose error is swallowed")
def test_a_swallowed_commit_is_found(doomed: Settings) -> None:
    with_sheet(doomed)
    tried = Tried()
    for number in (10, 11):
        one_failure(number, doomed, tried, "importing_swallowing")
    assert any("acknowledged" in failure for failure in tried.failures)
