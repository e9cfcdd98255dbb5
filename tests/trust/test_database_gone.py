"""Checks 6 and 7: PostgreSQL dies or is silent, and what was acknowledged is there afterwards."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from time import monotonic, sleep
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import select

from models.database import Sessions, connect, sessions
from models.tables import PUBLIC, AuditRow, OutcomeRow
from services.access.callers import create_key
from services.ingest.upsert import ensure_tenant
from services.matcher.app import create_app
from services.matcher.decisions.decisions import head_file
from services.matcher.decisions.verify import verify
from tests.databases import administer
from tests.matcher_fixtures import LOOPBACK, TENANT, Published, published, settings_of
from tests.trust.conftest import FULL
from tests.trust.own_postgres import OwnPostgres, own_postgres
from tests.trust.report import Tried
from tests.waiting import until

__all__ = ["own_postgres", "published"]
PLACE = {"place_id": "gn:3128026", "limit": 3}
READERS, WRITERS = (16, 4) if FULL else (4, 2)
SILENT_SECONDS = 30 if FULL else 1.5
FULL_ONLY = pytest.mark.skipif(not FULL, reason="with TRUST=full: each start takes seconds")
PATIENCE = 1.0
# A connection is tried, then made anew; how long that takes is looked at on an idle machine.
ANSWERED_SECONDS, BACK_SECONDS = (PATIENCE + 3.0, 5.0) if FULL else (60.0, 60.0)


@dataclass(frozen=True)
class Answer:
    at: float
    took: float
    status: int
    retry: bool
    why: str


@dataclass
class Stage:
    """The matcher on its own PostgreSQL, and a match to tell of."""

    client: TestClient
    app: FastAPI
    opened: Sessions
    key: dict[str, str]
    match: dict[str, Any]
    postgres: OwnPostgres
    count: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    stop: Event = field(default_factory=Event)

    def read(self) -> Answer:
        return self._asked("", lambda: self.client.post("/v1/matches/peers", json=PLACE))

    def tell(self) -> Answer:
        """An outcome that was never told before."""
        self.count += 1
        told = {"result_id": self.match["results"][0]["place"]["id"], "outcome": "invited"}
        body = told | {"at": "2026-01-01", "why": f"number {self.count}"}
        path = f"/v1/matches/{self.match['match_id']}/outcomes"
        return self._asked(body["why"], lambda: self.client.post(path, json=body, headers=self.key))

    def _asked(self, why: str, send: Callable[[], Any]) -> Answer:
        began = monotonic()
        answer = send()
        now = monotonic()
        self.statuses[answer.status_code] += 1
        return Answer(now, now - began, answer.status_code, "retry-after" in answer.headers, why)

    def more(self, status: int) -> None:
        """Wait until somebody has been answered so once more."""
        before = self.statuses[status]
        until(lambda: self.statuses[status] > before, f"a further {status}")

    @contextmanager
    def busy(self, readers: int, writers: int) -> Iterator[list[Future[list[Answer]]]]:
        """So many read and write all the time; what they were answered is there at the end."""

        def on(ask: Callable[[], Answer]) -> list[Answer]:
            found = []
            while not self.stop.is_set():
                found.append(ask())
                sleep(0.02)
            return found

        self.stop.clear()
        with ThreadPoolExecutor(readers + writers) as many:
            asking = [many.submit(on, self.read) for _ in range(readers)]
            asking += [many.submit(on, self.tell) for _ in range(writers)]
            try:
                yield asking
            finally:
                self.stop.set()

    def faults(self) -> list[str]:
        """What is wrong with the log, once all that waits is recorded."""
        self.app.state.decisions.recorder.flush()
        return verify(self.opened, head_file(self.app.state.settings)).faults

    def unaccounted(self, told: list[Answer]) -> set[str]:
        """What was acknowledged and is not on file with its entry in the log."""
        with self.opened() as session:
            kept = set(session.scalars(select(OutcomeRow.why)))
            entries = session.scalars(select(AuditRow).where(AuditRow.kind == "outcome")).all()
        assert len(entries) == len(kept)
        return {answer.why for answer in told if answer.status == 201} - kept


@pytest.fixture
def stage(published: Published, own_postgres: OwnPostgres, tmp_path: Path) -> Iterator[Stage]:
    url = own_postgres.fresh()
    settings = settings_of(published.settings.var).model_copy(
        update={
            "database_url": url,
            "audit_head": str(tmp_path / "head.json"),
            "database_seconds": PATIENCE,
            "rate_per_key": "",
        }
    )
    engine = connect(url)
    with sessions(engine).begin() as session:
        ensure_tenant(session, PUBLIC)
        key = {"Authorization": f"Bearer {create_key(session, TENANT, ['match'])}"}
    app = create_app(settings)
    with TestClient(app, client=LOOPBACK, raise_server_exceptions=False) as client:
        match = client.post("/v1/matches/peers", json=PLACE, headers=key).json()
        app.state.decisions.recorder.flush()
        yield Stage(client, app, sessions(engine), key, match, own_postgres)
    engine.dispose()


def back_after(stage: Stage, since: float) -> float:
    """How long after a moment something was acknowledged again."""
    while True:
        answer = stage.tell()
        if answer.status == 201:
            return answer.at - since
        if answer.at - since > BACK_SECONDS:
            return answer.at - since
        sleep(0.05)


@pytest.mark.check(7, "PostgreSQL is silent, then gone, then back", few=1, full=2)
def test_a_silent_database_stops_no_reader_and_no_decision_is_lost(
    stage: Stage, count: int, tried: Tried
) -> None:
    longest = 0.0
    for _ in range(count):
        with stage.busy(READERS, WRITERS) as asking:
            stage.more(201)
            began = monotonic()
            stage.postgres.freeze()
            sleep(SILENT_SECONDS)
            stage.postgres.kill()
            sleep(SILENT_SECONDS)
            stage.more(503)
            ended = monotonic()
            stage.postgres.start()
            tried(back_after(stage, monotonic()) < BACK_SECONDS, "not back in time")
        answers = [one.result() for one in asking]
        for answer in (a for some in answers[:READERS] for a in some):
            tried(answer.status == 200, f"a reader was answered {answer}")
        written = [a for some in answers[READERS:] for a in some]
        refused = [a for a in written if a.status != 201]
        for answer in refused:
            tried(answer.status == 503 and answer.retry, f"a writer was answered {answer}")
            tried(answer.took <= ANSWERED_SECONDS, f"a writer waited {answer}")
        tried(any(began < a.at < ended for a in refused), "nobody wrote meanwhile")
        tried(not stage.unaccounted(written), f"lost {stage.unaccounted(written)}")
        tried(stage.faults() == [], stage.faults())
        longest = max([longest, *(answer.took for answer in refused)])
    tried.note(f"longest refusal {longest:.1f} s")
    tried.done()


@pytest.mark.planted(7, "the entry in the log is written in the background")
def test_writing_in_the_background_is_found(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def add(*_: Any) -> dict[str, Any]:
        """Answers, and dies before a thread of its own has written."""
        return {"outcome": "invited"}

    monkeypatch.setattr("services.matcher.routes.outcomes.add_outcome", add)
    told = [stage.tell()]
    assert told[0].status == 201
    assert stage.unaccounted(told)


def killed(stage: Stage, tried: Tried, is_sound: bool = True) -> None:
    """Kill the server while others write, and start it again."""
    with stage.busy(0, 16 if FULL else 6) as asking:
        stage.more(201)
        sleep(1)
        stage.postgres.kill()
        stage.postgres.start()
        if is_sound:
            tried(back_after(stage, monotonic()) < BACK_SECONDS, "not back in time")
    written = [a for one in asking for a in one.result()]
    tried(sum(a.status == 201 for a in written) > 0, "nothing was acknowledged")
    tried(not stage.unaccounted(written), f"lost {stage.unaccounted(written)}")
    for answer in written:
        tried(answer.status in (201, 503), f"a writer was answered {answer}")


@FULL_ONLY
@pytest.mark.check(6, "The postmaster is killed while others write", few=1, full=20)
def test_a_killed_database_loses_nothing_acknowledged(
    stage: Stage, count: int, tried: Tried
) -> None:
    for _ in range(count):
        killed(stage, tried)
        tried(stage.faults() == [], stage.faults())
    tried.done()


@FULL_ONLY
@pytest.mark.planted(6, "synchronous_commit=off")
def test_a_database_that_does_not_wait_for_the_disk_is_found(stage: Stage) -> None:
    def say(setting: str) -> None:
        administer(stage.postgres.admin, f"ALTER SYSTEM {setting}")

    say("SET synchronous_commit = off")
    say("SET wal_writer_delay = '10s'")
    administer(stage.postgres.admin, "SELECT pg_reload_conf()")
    tried = Tried()
    try:
        killed(stage, tried, is_sound=False)
    finally:
        say("RESET ALL")
        administer(stage.postgres.admin, "SELECT pg_reload_conf()")
    assert any("lost" in failure for failure in tried.failures)
    # The head outside the database tells of it, and nothing is decided on top.
    assert any("the signed head says" in fault for fault in stage.faults())
