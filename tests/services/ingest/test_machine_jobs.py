"""Jobs of several workers on one machine: one does them all, in order, whoever was asked."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import Engine, select

from models.database import Sessions
from models.file_lock import FileLock
from models.settings import Settings
from models.tables import Job, JobFile
from services.access.callers import Caller, Scope
from services.ingest.files import FileKind, Upload
from services.ingest.jobs import Report, Stopped
from services.ingest.machine_jobs import MachineJobs
from services.ingest.orders import Order
from services.ingest.queries import STOPPED
from services.ingest.state import Ingest
from services.ingest.upsert import ensure_tenant
from tests.waiting import PATIENCE, until

ME = Caller("a", frozenset({Scope.INGEST}), has_key=True, person="Ana")
Done = list[tuple[str, str]]


class Two:
    """Two workers that share a data directory, and what each of them did."""

    def __init__(self, sessions: Sessions, folder: Path) -> None:
        self.folder, self.sessions, self.done = folder, sessions, Done()
        self.waits, self.begun = Event(), Event()
        self.one, self.other = self.worker("one"), self.worker("other")

    def worker(self, name: str) -> MachineJobs:
        def do(order: Order, report: Report) -> str | None:
            self.begun.set()
            while self.waits.is_set():
                if report.stopping.wait(0.02):
                    raise Stopped
            content = order.upload.path.read_text() if order.upload else "publish"
            self.done.append((name, content))
            return None

        turn = FileLock(self.folder / "jobs.lock")
        return MachineJobs(self.sessions, do, self.folder / "uploads", turn)

    def file(self, content: str) -> Order:
        path = self.folder / "kept"
        path.write_text(content)
        return Order(lambda _order, _report: None, Upload(path, "a.csv", FileKind.PLACES, ME))

    def job(self, job_id: str) -> Job:
        with self.sessions() as session:
            return session.get_one(Job, job_id)

    def no_file_is_left(self) -> bool:
        with self.sessions() as session:
            return session.scalars(select(JobFile)).first() is None


@pytest.fixture
def two(sessions: Sessions, tmp_path: Path) -> Iterator[Two]:
    with sessions.begin() as session:
        ensure_tenant(session, "a")
    found = Two(sessions, tmp_path)
    yield found
    found.waits.clear()
    found.one.stop()
    found.other.stop()


def test_one_does_them_all_in_the_order_they_came(two: Two) -> None:
    two.one.start()
    until(two.one._turn.take, "the first has the turn")
    two.other.start()
    jobs = [two.one, two.other, two.other, two.one, two.other]
    for number, asked in enumerate(jobs):
        asked.submit("a", "places", two.file(f"file {number}"))
    last = two.other.submit_once("a", "publish", Order(lambda _order, _report: None))
    until(lambda: two.job(last).state == "done", "all are done")
    expected = [*(f"file {number}" for number in range(5)), "publish"]
    assert two.done == [("one", content) for content in expected]


def test_who_goes_hands_its_job_back_and_the_other_does_it(two: Two) -> None:
    two.waits.set()
    two.one.start()
    first = two.one.submit("a", "places", two.file("first"))
    assert two.begun.wait(PATIENCE)
    second = two.one.submit("a", "places", two.file("second"))
    two.other.start()
    two.one.stop()
    two.waits.clear()
    until(lambda: two.job(second).state == "done", "both are done")
    assert two.job(first).state == "done"
    assert two.done == [("other", "first"), ("other", "second")]


def test_the_job_that_a_worker_died_over_is_failed_and_the_others_are_done(two: Two) -> None:
    """As the database has it after a kill: a job runs, and nobody has the turn."""
    first = two.one.submit("a", "places", two.file("first"))
    second = two.one.submit("a", "places", two.file("second"))
    with two.sessions.begin() as session:
        job = session.get_one(Job, first)
        job.state, job.runner = "running", "a dead one"
    two.other.start()
    until(lambda: two.job(second).state == "done", "the other is done")
    assert (two.job(first).state, two.job(first).detail) == ("failed", STOPPED)
    assert two.done == [("other", "second")]
    until(two.no_file_is_left, "their files are forgotten")


def test_the_service_does_so_where_it_has_several_workers(engine: Engine, tmp_path: Path) -> None:
    if engine.dialect.name == "postgresql":
        pytest.skip("its jobs are shared by all machines")
    settings = Settings(_env_file=None, var=tmp_path, workers=2)
    sessions: Sessions = Sessions(engine)
    assert isinstance(Ingest(settings, engine, sessions, sessions).jobs, MachineJobs)
    alone = settings.model_copy(update={"workers": 1})
    assert not isinstance(Ingest(alone, engine, sessions, sessions).jobs, MachineJobs)
