"""Jobs on file: what is to be done stands in the database, and another process may do it.

A job's own row says what is to be done, and its file stands beside it: both are on disk before the
request is answered. Who does it is for those to say who share the queue.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from threading import Thread
from uuid import uuid4

import structlog
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from models.database import Sessions
from models.errors import TooManyJobs
from models.request_transaction import once_durable
from models.tables import Job, JobError, JobFile, now
from services.ingest import queries
from services.ingest.jobs import (
    MOST_OF_A_TENANT,
    SECONDS_TO_WAIT,
    Jobs,
    Report,
    Stopped,
    Taken,
    Work,
    carry_out,
)
from services.ingest.orders import Order, read_order
from services.ingest.upsert import ensure_tenant

A_COMMAND_TAKES = timedelta(days=1)


class FiledJobs(Jobs):
    """A queue that several processes share, whoever of them takes from it."""

    def __init__(
        self, sessions: Sessions, do: Callable[[Order, Report], str | None], uploads: Path
    ) -> None:
        super().__init__(sessions)
        self._do, self._uploads = do, uploads
        self._taker = Thread(target=self._work, name="jobs")

    def start(self) -> None:
        """Take jobs; what only one process could do, such as a command, is over after a while."""
        with self._sessions.begin() as session:
            long_ago = Job.created_at < now() - A_COMMAND_TAKES
            queries.fail_unfinished(session, Job.work.is_(None), long_ago)
        self._taker.start()

    def stop(self) -> None:
        """Hand the running job back at its next step, and take no more."""
        self._stopping.set()
        if self._taker.is_alive():
            self._taker.join()

    def _work(self) -> None:
        """The thread that takes jobs until it is told to stop."""
        raise NotImplementedError

    def submit(self, tenant: str, kind: str, work: Work) -> str:
        """Put an order on file and answer with the id of its job."""
        assert isinstance(work, Order)
        job_id = uuid4().hex
        with self._sessions.begin() as session:
            if _waiting(session, tenant) >= MOST_OF_A_TENANT:
                raise TooManyJobs(MOST_OF_A_TENANT, SECONDS_TO_WAIT)
            ensure_tenant(session, tenant)
            session.add(Job(id=job_id, tenant_id=tenant, kind=kind, work=work.as_json()))
            if work.upload is not None:
                session.flush()
                session.add(JobFile(job_id=job_id, content=work.upload.path.read_bytes()))
        if work.upload is not None:
            work.upload.path.unlink(missing_ok=True)
        once_durable(f"job {job_id}", lambda: self._hand_out(job_id))
        return job_id

    def submit_once(self, tenant: str, kind: str, work: Work) -> str:
        """The same, unless such a job waits already with nothing after it: it will do for both."""
        with self._sessions() as session:
            query = select(Job).where(Job.work.is_not(None)).order_by(Job.created_at.desc())
            newest = session.scalars(query.limit(1)).first()
        if newest is not None and (newest.tenant_id, newest.kind, newest.state) == (
            tenant,
            kind,
            "queued",
        ):
            return newest.id
        return self.submit(tenant, kind, work)

    def _hand_out(self, job_id: str) -> None:
        """Let whoever does jobs know of one that is on file now."""
        raise NotImplementedError

    def _done_here(self, job_id: str) -> None:
        """Do a job that was handed out, from its beginning, unless it is over."""
        runner = uuid4().hex
        order = self._begun(job_id, runner)
        if order is None:
            return
        report = Report(job_id, self._sessions, self._stopping, runner)
        try:
            carry_out(report, order)
        except Taken:
            structlog.get_logger("jobs").warning("job taken by another service", job_id=job_id)
            return
        except Stopped:
            self._handed_back(report)
            raise
        with self._sessions.begin() as session:
            session.execute(delete(JobFile).where(JobFile.job_id == job_id))

    def _begun(self, job_id: str, runner: str) -> Order | None:
        with self._sessions.begin() as session:
            job = session.get(Job, job_id, with_for_update=True)
            if job is None or job.work is None or job.finished_at is not None:
                return None
            job.runner, job.state = runner, "running"
            session.execute(delete(JobError).where(JobError.job_id == job_id))
            order = read_order(job.work, self._do)
            if order.upload is None:
                return order
            content = session.get_one(JobFile, job_id).content
        self._uploads.mkdir(parents=True, exist_ok=True)
        path = self._uploads / runner
        path.write_bytes(content)
        return order.with_file(path)

    def _handed_back(self, report: Report) -> None:
        with self._sessions.begin() as session, suppress(Taken):
            job = report.own(session)
            job.state, job.runner = "queued", None


def _waiting(session: Session, tenant: str) -> int:
    query = select(func.count()).select_from(Job)
    return session.scalar(query.where(Job.tenant_id == tenant, Job.state == "queued")) or 0
