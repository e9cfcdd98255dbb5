"""Jobs of several workers on one machine: whichever has the turn does them all, one after another.

Who dies loses the turn. The job it had in hand is failed, as that of a service that was stopped is:
it might have died of it. Those that wait are done by the next.
"""

from collections.abc import Callable
from pathlib import Path
from threading import Event

import structlog
from sqlalchemy import delete, select

from models.database import Sessions
from models.file_lock import FileLock
from models.tables import Job, JobFile
from services.ingest import queries
from services.ingest.filed_jobs import FiledJobs
from services.ingest.jobs import Report, Stopped
from services.ingest.orders import Order

# Between two looks for what another worker has put on file, or whether it has died.
LOOK_SECONDS = 0.5


class MachineJobs(FiledJobs):
    """The queue of the workers that share a data directory."""

    def __init__(
        self,
        sessions: Sessions,
        do: Callable[[Order, Report], str | None],
        uploads: Path,
        turn: FileLock,
    ) -> None:
        super().__init__(sessions, do, uploads)
        self._turn = turn
        self._wake = Event()

    def stop(self) -> None:
        """Hand the running job back at its next step, and let another worker take over."""
        self._stopping.set()
        self._wake.set()
        super().stop()

    def _hand_out(self, job_id: str) -> None:  # noqa: ARG002 (whoever takes it finds it)
        self._wake.set()

    def _work(self) -> None:
        """The thread that takes jobs; a database that is away is tried again."""
        had_it = False
        while not self._stopping.is_set():
            self._wake.clear()
            try:
                if self._turn.take():
                    if not had_it:
                        self._begin_turn()
                        had_it = True
                    self._do_all()
            except Exception as error:
                structlog.get_logger("jobs").warning("jobs cannot be taken", error=repr(error))
            self._wake.wait(LOOK_SECONDS)
        self._turn.give_back()

    def _begin_turn(self) -> None:
        with self._sessions.begin() as session:
            queries.fail_unfinished(session, Job.work.is_not(None), Job.state == "running")
            over = select(Job.id).where(Job.finished_at.is_not(None))
            session.execute(delete(JobFile).where(JobFile.job_id.in_(over)))

    def _do_all(self) -> None:
        while not self._stopping.is_set() and (job_id := self._next()) is not None:
            try:
                self._done_here(job_id)
            except Stopped:
                return

    def _next(self) -> str | None:
        query = select(Job.id).where(Job.work.is_not(None), Job.state == "queued")
        with self._sessions() as session:
            return session.scalars(query.order_by(Job.created_at, Job.id).limit(1)).first()
