"""Jobs that several ingest services share on PostgreSQL: each done once, whoever dies over it."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from threading import Event

import orjson
import pytest
from sqlalchemy import Engine, func, select

from models.database import Sessions
from models.errors import TooManyJobs
from models.failpoints import VARIABLE
from models.tables import DeliveryRow, Job, JobError, JobFile, PlaceRow, WebhookRow
from services.access.callers import Caller, Scope
from services.events.kinds import EventKind
from services.ingest import filed_jobs, queue_tables
from services.ingest.files import FileKind, Upload
from services.ingest.jobs import Report, Stopped, Taken, carry_out
from services.ingest.orders import read_order
from services.ingest.state import Ingest
from services.ingest.upsert import ensure_tenant
from tests.services.ingest.taking_jobs import BATCH, ingest_in
from tests.waiting import PATIENCE, until

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
ROOT = Path(__file__).parents[3]
ROWS = 3 * BATCH
ME = Caller("a", frozenset({Scope.INGEST}), has_key=True, person="Ana")


@pytest.fixture
def ingest(database_url: str, sessions: Sessions, tmp_path: Path) -> Iterator[Ingest]:
    """A service that gives orders and takes none; whose tenant is told of what is finished."""
    with sessions.begin() as session:
        ensure_tenant(session, "a")
        kind = EventKind.JOB_FINISHED
        session.add(WebhookRow(tenant_id="a", id="wh", url="https://a.example", events=kind))
    found = ingest_in(tmp_path / "asked", database_url)
    yield found
    found.jobs.stop()
    found.engine.dispose()


@pytest.fixture
def running(database_url: str, tmp_path: Path) -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    """Starts services of other machines, which end with the test."""
    with ExitStack() as stack:

        def start(name: str, dies_at: str = "") -> "subprocess.Popen[str]":
            module = ("-X", "dev", "-W", "ignore", "-m", "tests.services.ingest.taking_jobs")
            command = [sys.executable, *module, str(tmp_path / name), database_url]
            process = stack.enter_context(
                subprocess.Popen(
                    command,
                    cwd=ROOT,
                    env={**os.environ, VARIABLE: dies_at},
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=stack.enter_context((tmp_path / f"{name}.log").open("w")),
                    text=True,
                )
            )
            stack.callback(process.kill)
            assert process.stdout is not None
            assert process.stdout.readline() == "taking\n"
            return process

        yield start


def sheet(ingest: Ingest, name: str = "towns") -> Upload:
    """Places of a tenant as an upload; one row in the first batch and one at the end are wrong."""
    lines = [
        {"id": f"x:{name}-{n}", "name": f"Town {n}", "country": "FR", "kind": "city"}
        for n in range(ROWS)
    ]
    lines[3]["kind"] = lines[-1]["kind"] = "planet"
    ingest.uploads.mkdir(parents=True, exist_ok=True)
    path = ingest.uploads / name
    path.write_bytes(b"".join(orjson.dumps(line) + b"\n" for line in lines))
    return Upload(path, f"{name}.ndjson", FileKind.PLACES, ME)


def job_of(sessions: Sessions, job_id: str) -> Job:
    with sessions() as session:
        return session.get_one(Job, job_id)


def count(sessions: Sessions, table: type) -> int:
    with sessions() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def told(sessions: Sessions) -> list[str]:
    """The jobs whose end was told, as often as it was."""
    with sessions() as session:
        return [
            orjson.loads(row.body)["data"]["job_id"] for row in session.scalars(select(DeliveryRow))
        ]


def test_a_job_whose_process_is_killed_is_done_once_by_another(
    ingest: Ingest, sessions: Sessions, running: Callable[..., "subprocess.Popen[str]"]
) -> None:
    upload = sheet(ingest)
    doomed = running("doomed", dies_at="import-after-commit:2")
    job_id = ingest.jobs.submit("a", "places", ingest.order(upload))
    assert not upload.path.exists(), "the file is in the database, where any service reads it"
    assert doomed.wait(PATIENCE) == -9
    left = job_of(sessions, job_id)
    assert (left.state, count(sessions, JobFile)) == ("running", 1)
    assert count(sessions, PlaceRow) == 2 * BATCH

    running("other")
    until(lambda: job_of(sessions, job_id).finished_at is not None, "another does it")
    job = job_of(sessions, job_id)
    assert (job.state, job.rows_read, job.rows_refused) == ("done", ROWS, 2)
    assert job.runner != left.runner
    assert count(sessions, PlaceRow) == ROWS - 2
    assert count(sessions, JobError) == 2
    assert told(sessions) == [job_id]
    until(lambda: count(sessions, JobFile) == 0, "the file is forgotten")


def test_a_lost_job_that_waits_a_second_time_stops_nobody(
    ingest: Ingest,
    sessions: Sessions,
    running: Callable[..., "subprocess.Popen[str]"],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A look handed it out, it was begun, and then its own request handed it out again."""
    doomed = running("doomed", dies_at="import-after-commit:2")
    hand_out = ingest.jobs._hand_out  # type: ignore[attr-defined]

    def twice(job_id: str) -> None:
        hand_out(job_id)
        until(lambda: job_of(sessions, job_id).state == "running", "it is begun")
        hand_out(job_id)

    monkeypatch.setattr(ingest.jobs, "_hand_out", twice)
    job_id = ingest.jobs.submit("a", "places", ingest.order(sheet(ingest)))
    assert doomed.wait(PATIENCE) == -9
    running("other")
    until(lambda: job_of(sessions, job_id).finished_at is not None, "another does it")
    assert count(sessions, PlaceRow) == ROWS - 2
    assert told(sessions) == [job_id]


def test_several_services_do_each_job_once(
    ingest: Ingest, sessions: Sessions, running: Callable[..., "subprocess.Popen[str]"]
) -> None:
    running("one")
    ingest.jobs.start()
    names = [f"part-{n}" for n in range(5)]
    ids = [ingest.jobs.submit("a", "places", ingest.order(sheet(ingest, n))) for n in names]
    until(lambda: len(told(sessions)) >= len(ids), "all are done")
    time.sleep(1)  # for a second time, if there is to be one
    assert sorted(told(sessions)) == sorted(ids)
    assert {job_of(sessions, id).state for id in ids} == {"done"}
    assert count(sessions, PlaceRow) == len(ids) * (ROWS - 2)


def test_a_job_that_was_never_handed_out_is_found(
    ingest: Ingest, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its request was answered, and the process died before anything else."""
    monkeypatch.setattr(ingest.jobs, "_hand_out", lambda _: None)
    job_id = ingest.jobs.submit("a", "places", ingest.order(sheet(ingest)))
    monkeypatch.undo()
    ingest.jobs.start()
    until(lambda: job_of(sessions, job_id).state == "done", "it is found")


def test_a_job_that_another_service_hands_out_first_is_one(
    ingest: Ingest, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A look of another service may find it between the commit and the handing out."""
    hand_out = ingest.jobs._hand_out  # type: ignore[attr-defined]
    monkeypatch.setattr(ingest.jobs, "_hand_out", lambda id: (hand_out(id), hand_out(id)))
    job_id = ingest.jobs.submit("a", "places", ingest.order(sheet(ingest)))
    ingest.jobs.start()
    until(lambda: job_of(sessions, job_id).state == "done", "it is done")
    assert told(sessions) == [job_id]


def test_a_service_that_goes_down_hands_its_job_back(
    ingest: Ingest, sessions: Sessions, database_url: str, tmp_path: Path
) -> None:
    going, begun = ingest_in(tmp_path / "going", database_url), Event()

    def endless(_: object, report: Report) -> None:
        begun.set()
        while not report.stopping.wait(0.05):
            pass
        raise Stopped

    going.jobs._do = endless  # type: ignore[attr-defined]
    job_id = ingest.jobs.submit("a", "places", ingest.order(sheet(ingest)))
    going.jobs.start()
    assert begun.wait(PATIENCE)
    going.jobs.stop()
    going.engine.dispose()
    assert job_of(sessions, job_id).state == "queued"
    ingest.jobs.start()
    until(lambda: job_of(sessions, job_id).state == "done", "another does it")
    assert told(sessions) == [job_id]


def test_who_was_taken_for_dead_writes_nothing_more(ingest: Ingest, sessions: Sessions) -> None:
    job_id = ingest.jobs.submit("a", "places", ingest.order(sheet(ingest)))
    with sessions.begin() as session:
        session.get_one(Job, job_id).runner = "another"
    late = Report(job_id, sessions, Event(), runner="late")
    with pytest.raises(Taken):
        carry_out(late, lambda _: None)
    with pytest.raises(Taken), sessions.begin() as session:
        late.save(session)
    assert job_of(sessions, job_id).state == "queued"


def test_waiting_jobs_are_counted_by_tenant_and_one_publish_does_for_two(
    ingest: Ingest, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = ingest.jobs.submit_once("a", "publish", ingest.order())
    assert ingest.jobs.submit_once("a", "publish", ingest.order()) == first
    file = ingest.jobs.submit("a", "places", ingest.order(sheet(ingest)))
    assert ingest.jobs.submit_once("a", "publish", ingest.order()) not in (first, file)
    monkeypatch.setattr(filed_jobs, "MOST_OF_A_TENANT", 3)
    with pytest.raises(TooManyJobs):
        ingest.jobs.submit("a", "publish", ingest.order())
    assert ingest.jobs.submit("b", "publish", ingest.order())


def test_an_order_is_the_same_when_it_is_read_again(ingest: Ingest) -> None:
    upload = sheet(ingest)
    read = read_order(ingest.order(upload).as_json(), ingest.carry_out)
    assert read.with_file(upload.path) == ingest.order(upload)
    assert read_order(ingest.order().as_json(), ingest.carry_out) == ingest.order()


def test_the_tables_are_made_anew_for_another_version(
    owner: Engine, ingest: Ingest, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert queue_tables.is_ready(owner)
    assert ingest.not_ready() == []
    monkeypatch.setattr(queue_tables, "installed", lambda: "99.0")
    assert not queue_tables.is_ready(owner)
    assert "counterpart migrate" in ingest.not_ready()[0]
    queue_tables.prepare(owner, "counterpart_app")
    assert queue_tables.is_ready(owner)
