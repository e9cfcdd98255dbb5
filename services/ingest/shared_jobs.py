"""Jobs on PostgreSQL, done by whichever ingest service is free, one at a time.

procrastinate hands jobs out and knows whose process has died; what that one had in hand, another
does again from its beginning, which writes nothing twice.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import Engine, func, select, text

from models.database import Sessions
from models.tables import Job
from services.ingest.filed_jobs import FiledJobs
from services.ingest.jobs import Report, Stopped
from services.ingest.orders import Order
from services.ingest.queue_tables import SCHEMA

TASK = "counterpart.job"
# A publish and a file at once would each see half of the other.
ONE_AT_A_TIME = "ingest"
SECONDS_TO_SEE_THE_END = 0.2
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


class SharedJobs(FiledJobs):
    """The queue that several services share."""

    def __init__(
        self,
        sessions: Sessions,
        engine: Engine,
        do: Callable[[Order, Report], str | None],
        uploads: Path,
        pace: Pace | None = None,
    ) -> None:
        super().__init__(sessions, do, uploads)
        self._engine, self._pace = engine, pace or Pace()
        library: Any = import_module("procrastinate")
        url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        told = {"conninfo": url, "kwargs": {"options": f"-c search_path={SCHEMA}"}, "min_size": 1}
        self._app = library.App(connector=library.PsycopgConnector(**told))
        # As often as a service goes down over it: that is no fault of the job's.
        again = library.RetryStrategy(retry_exceptions={Stopped})
        self._app.task(name=TASK, retry=again)(self._done_here)
        # Apart from the other, whose connections belong to the thread that takes jobs.
        self._requests = library.App(connector=library.SyncPsycopgConnector(**told))

    def stop(self) -> None:
        """The same, and close what orders are handed out by."""
        super().stop()
        self._requests.close()

    def _hand_out(self, job_id: str) -> None:
        """What fails here is handed out by the next look of any service, which may come first."""
        task = self._requests.configure_task(TASK, lock=ONE_AT_A_TIME, queueing_lock=job_id)
        errors: Any = import_module("procrastinate.exceptions")
        pool: Any = import_module("psycopg_pool")
        with suppress(errors.AlreadyEnqueued, errors.ConnectorException, pool.PoolTimeout):
            self._requests.open()
            task.defer(job_id=job_id)

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
                await self._given_back(lost)
            with self._sessions() as session:
                unfinished = Job.state.in_(("queued", "running")) & Job.work.is_not(None)
                unheard_of = session.scalars(select(Job.id).where(unfinished, _UNHEARD_OF)).all()
            for job_id in unheard_of:
                await asyncio.to_thread(self._hand_out, job_id)

    async def _given_back(self, lost: Any) -> None:
        """Let it wait again; where it waits already, since a look and its own request both handed
        it out, one of the two is enough, and the lost one would keep all others waiting.
        """
        jobs: Any = import_module("procrastinate.jobs")
        errors: Any = import_module("procrastinate.exceptions")
        manager = self._app.job_manager
        try:
            await manager.retry_job(lost)
        except errors.UniqueViolation:
            await manager.finish_job(lost, status=jobs.Status.ABORTED, delete_job=True)
