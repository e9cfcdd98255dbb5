"""Jobs on PostgreSQL, done by whichever ingest service is free, one at a time.

A job's own row says what is to be done, and its file stands beside it: both are on disk before the
request is answered. procrastinate hands jobs out and knows whose process has died; what that one
had in hand, another does again from its beginning, which writes nothing twice.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import uuid4

import structlog
from sqlalchemy import Engine, delete, func, select, text
from sqlalchemy.orm import Session

from models.database import Sessions
from models.errors import TooManyJobs
from models.tables import Job, JobError, JobFile, now
from models.whole import once_durable
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
from services.ingest.queue_tables import SCHEMA
from services.ingest.upsert import ensure_tenant

TASK = "counterpart.job"
# A publish and a file at once would each see half of the other.
ONE_AT_A_TIME = "ingest"
SECONDS_TO_SEE_THE_END = 0.2
A_COMMAND_TAKES = timedelta(days=1)
_SWEEPING = 72616332
_UNHEARD_OF = text(
    f"NOT EXISTS (SELECT FROM {SCHEMA}.procrastinate_jobs AS queued "
    "WHERE queued.status IN ('todo', 'doing') AND queued.args ->> 'job_id' = job.id)"
)


@dataclass(frozen=True)
class Pace:
    """Seconds between signs of life, without one until a process is lost, between two looks."""

    heartbeat: float = 5
    lost: float = 30
    look: float = 5


class SharedJobs(Jobs):
    """The queue that several services share."""

    def __init__(
        self,
        sessions: Sessions,
        engine: Engine,
        do: Callable[[Order, Report], str | None],
        uploads: Path,
        pace: Pace | None = None,
    ) -> None:
        super().__init__(sessions)
        self._engine, self._do, self._uploads, self._pace = engine, do, uploads, pace or Pace()
        library: Any = import_module("procrastinate")
        url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        told = {"conninfo": url, "kwargs": {"options": f"-c search_path={SCHEMA}"}, "min_size": 1}
        self._app = library.App(connector=library.PsycopgConnector(**told))
        # As often as a service goes down over it: that is no fault of the job's.
        again = library.RetryStrategy(retry_exceptions={Stopped})
        self._app.task(name=TASK, retry=again)(self._done_here)
        # Apart from the other, whose connections belong to the thread that takes jobs.
        self._requests = library.App(connector=library.SyncPsycopgConnector(**told))
        self._taker = Thread(target=self._work, name="jobs")

    def start(self) -> None:
        """Take jobs from now on; what only one process could do, such as a command, is over."""
        with self._sessions.begin() as session:
            long_ago = Job.created_at < now() - A_COMMAND_TAKES
            queries.fail_unfinished(session, Job.work.is_(None), long_ago)
        self._taker.start()

    def stop(self) -> None:
        """Hand the running job back at its next step, and take no more."""
        self._stopping.set()
        if self._taker.is_alive():
            self._taker.join()
        self._requests.close()

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
        """What fails here is handed out by the next look of any service, which may come first."""
        task = self._requests.configure_task(TASK, lock=ONE_AT_A_TIME, queueing_lock=job_id)
        errors: Any = import_module("procrastinate.exceptions")
        pool: Any = import_module("psycopg_pool")
        with suppress(errors.AlreadyEnqueued, errors.ConnectorException, pool.PoolTimeout):
            self._requests.open()
            task.defer(job_id=job_id)

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

    def _work(self) -> None:
        """The thread that takes jobs; a database that is away is tried again."""
        while not self._stopping.is_set():
            try:
                asyncio.run(self._taking())
            except Exception as error:
                structlog.get_logger("jobs").warning("jobs cannot be taken", error=repr(error))
            self._stopping.wait(self._pace.look)

    async def _taking(self) -> None:
        worker: Any = import_module("procrastinate.worker").Worker(
            self._app,
            install_signal_handlers=False,
            fetch_job_polling_interval=self._pace.look,
            update_heartbeat_interval=self._pace.heartbeat,
            stalled_worker_timeout=self._pace.lost,
            delete_jobs="always",
        )
        async with self._app.open_async():
            looking = asyncio.create_task(self._looking())
            working = asyncio.create_task(worker.run())
            while not working.done():
                if self._stopping.is_set():
                    worker.stop()  # again and again: it forgets one that comes while it begins
                await asyncio.wait([working], timeout=SECONDS_TO_SEE_THE_END)
            looking.cancel()
            with suppress(asyncio.CancelledError):
                await looking
            await working

    async def _looking(self) -> None:
        while True:
            try:
                await self._look()
            except Exception as error:
                structlog.get_logger("jobs").warning("jobs not looked at", error=repr(error))
            await asyncio.sleep(self._pace.look)

    async def _look(self) -> None:
        """Give what a lost process had to the others, and hand out what no queue knows of."""
        with self._engine.begin() as connection:
            # Two that look at once would take a job from who has just begun it.
            if not connection.scalar(select(func.pg_try_advisory_xact_lock(_SWEEPING))):
                return
            manager = self._app.job_manager
            for lost in await manager.get_stalled_jobs(seconds_since_heartbeat=self._pace.lost):
                structlog.get_logger("jobs").warning("job lost, done again", **lost.task_kwargs)
                await manager.retry_job(lost)
            with self._sessions() as session:
                unfinished = Job.state.in_(("queued", "running")) & Job.work.is_not(None)
                unheard_of = session.scalars(select(Job.id).where(unfinished, _UNHEARD_OF)).all()
            for job_id in unheard_of:
                await asyncio.to_thread(self._hand_out, job_id)


def _waiting(session: Session, tenant: str) -> int:
    query = select(func.count()).select_from(Job)
    return session.scalar(query.where(Job.tenant_id == tenant, Job.state == "queued")) or 0
