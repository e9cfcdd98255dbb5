"""Jobs: work that outlives its request, done one after another by a thread of the service.

One process does the jobs of a database: what a stopped one left behind is failed at the start.
Where several share a PostgreSQL, `shared_jobs.py` hands them out instead.
"""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event, Lock
from time import monotonic
from uuid import uuid4

import structlog
from sqlalchemy.orm import Session

from models.database import Sessions
from models.errors import Problem, TooManyJobs
from models.request_transaction import once_durable
from models.tables import Job, now
from services.events.kinds import EventKind, tell_tenant
from services.files.rows import RowError
from services.ingest import queries
from services.ingest.upsert import Counts, ensure_tenant

ERRORS_KEPT = 1_000
MOST_OF_A_TENANT = 100
SECONDS_TO_WAIT = 5
SECONDS_BETWEEN_WORDS = 10
FAILED = "The job failed for a reason of the service, not of the file; its id helps find why."


class Stopped(Exception):
    """The service is going down."""


class Taken(Exception):
    """The job was taken for lost and is done by another process."""


@dataclass
class Report:
    """What a job did so far; `save` writes it down."""

    job_id: str
    sessions: Sessions
    stopping: Event
    runner: str | None = None
    read: int = 0
    refused: int = 0
    counts: Counts = field(default_factory=Counts)
    note: str | None = None
    """What is to be known of what was read, besides its rows."""
    errors_kept: int = 0
    _new: list[RowError] = field(default_factory=list)
    _told: int = 0
    _told_at: float = field(default_factory=monotonic)

    def refuse(self, errors: list[RowError]) -> None:
        """A row that does not land, with all that is wrong with it."""
        self.refused += 1
        self.blame(errors)

    def blame(self, errors: list[RowError]) -> None:
        room = ERRORS_KEPT - self.errors_kept - len(self._new)
        self._new += errors[:room]

    def told(self, done: int, total: int) -> None:
        """Texts read so far, of all that are new: written down and logged now and then."""
        if self.stopping.is_set():
            raise Stopped
        self.read = done
        since = monotonic() - self._told_at
        if since < SECONDS_BETWEEN_WORDS and done < total:
            return
        rate = round((done - self._told) / max(since, 1e-9), 1)
        log = structlog.get_logger("jobs")
        log.info("texts read", job_id=self.job_id, done=done, total=total, per_second=rate)
        self._told_at, self._told = monotonic(), done
        with self.sessions.begin() as session:
            self.save(session)

    def save(self, session: Session) -> Job:
        """Write the numbers and new errors down with what else the session holds."""
        if self.stopping.is_set():
            raise Stopped
        job = self.own(session)
        job.rows_read, job.rows_refused = self.read, self.refused
        job.rows_written, job.rows_unchanged = self.counts.written, self.counts.unchanged
        queries.keep_errors(session, self.job_id, self.errors_kept + 1, self._new)
        self.errors_kept += len(self._new)
        self._new = []
        return job

    def own(self, session: Session) -> Job:
        """The job's row, as long as it is this process that does it."""
        job = session.get_one(Job, self.job_id)
        if job.runner != self.runner:
            raise Taken
        return job


Work = Callable[[Report], str | None]
"""Does a job and answers with its revision, if it made one."""


@dataclass(frozen=True, eq=False)
class _Queued:
    """A job that has not begun."""

    id: str
    tenant: str
    kind: str


class Jobs:
    """The queue of one service."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="jobs")
        self._stopping = Event()
        self._waiting: Counter[str] = Counter()
        self._newest: _Queued | None = None
        self._lock = Lock()

    def start(self) -> None:
        """What an earlier process left behind is failed."""
        with self._sessions.begin() as session:
            queries.fail_unfinished(session)

    def submit(self, tenant: str, kind: str, work: Work) -> str:
        """Queue work and answer with the id of its job."""
        if self._waiting[tenant] >= MOST_OF_A_TENANT:
            raise TooManyJobs(MOST_OF_A_TENANT, SECONDS_TO_WAIT)
        queued = _Queued(uuid4().hex, tenant, kind)
        with self._sessions.begin() as session:
            ensure_tenant(session, tenant)
            session.add(Job(id=queued.id, tenant_id=tenant, kind=kind))
        once_durable(f"job {queued.id}", lambda: self._start(queued, work))
        return queued.id

    def submit_once(self, tenant: str, kind: str, work: Work) -> str:
        """The same, unless such a job waits already with nothing after it: it will do for both."""
        newest = self._newest
        if newest is not None and (newest.tenant, newest.kind) == (tenant, kind):
            return newest.id
        return self.submit(tenant, kind, work)

    def _start(self, queued: "_Queued", work: Work) -> None:
        with self._lock:
            self._waiting[queued.tenant] += 1
            self._newest = queued
            self._thread.submit(self._run, queued, work)

    def _begin(self, queued: "_Queued") -> None:
        with self._lock:
            self._waiting[queued.tenant] -= 1
            if self._newest is queued:
                self._newest = None

    def stop(self) -> None:
        """Let the running job end at its next step and drop the waiting ones."""
        self._stopping.set()
        self._thread.shutdown(wait=True, cancel_futures=True)

    def _run(self, queued: "_Queued", work: Work) -> None:
        self._begin(queued)
        report = Report(queued.id, self._sessions, self._stopping)
        try:
            carry_out(report, work)
        except Stopped:
            fail(report, queries.STOPPED)


def carry_out(report: Report, work: Work) -> None:
    """Do a job and write down how it ended, unless the service goes down or has lost it."""
    try:
        _mark(report, "running")
        revision = work(report)
        _mark(report, "done", revision=revision)
    except (Stopped, Taken):
        raise
    except Problem as problem:
        fail(report, problem.detail)
    except Exception:
        structlog.get_logger("jobs").exception("job failed", job_id=report.job_id)
        fail(report, FAILED)


def _mark(report: Report, state: str, revision: str | None = None) -> None:
    with report.sessions.begin() as session:
        job = report.save(session)
        job.state, job.revision = state, revision
        job.finished_at = now() if state == "done" else None
        if state == "done":
            job.detail = report.note
            _tell(session, job)


def fail(report: Report, detail: str) -> None:
    """A job that will not be done."""
    with report.sessions.begin() as session:
        job = report.own(session)
        job.state, job.detail, job.finished_at = "failed", detail, now()
        _tell(session, job)


def _tell(session: Session, job: Job) -> None:
    """Tell the webhooks of its tenant that a job is finished, in the transaction that says so."""
    told = {"job_id": job.id, "kind": job.kind, "state": job.state, "revision": job.revision}
    tell_tenant(session, job.tenant_id, EventKind.JOB_FINISHED, told)
