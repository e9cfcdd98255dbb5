"""What the ingest service asks of the database about its own work."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, insert, select, tuple_, update
from sqlalchemy.orm import Session

from models.errors import NotFound, StaleCursor
from models.tables import Job, JobError, SnapshotRow, now
from services.files.rows import RowError

STOPPED = "The service stopped before this job was done; start it again, nothing is lost."


def job_of(session: Session, tenant: str, job_id: str) -> Job:
    """A job of the tenant; another tenant's does not exist for this one."""
    job = session.get(Job, job_id)
    if job is None or job.tenant_id != tenant:
        raise NotFound(f"No job has the id {job_id!r}.")
    return job


def errors_of(session: Session, job_id: str) -> Sequence[JobError]:
    query = select(JobError).where(JobError.job_id == job_id).order_by(JobError.number)
    return session.scalars(query).all()


def keep_errors(session: Session, job_id: str, first: int, errors: Sequence[RowError]) -> None:
    rows = [
        {"job_id": job_id, "number": number, **vars(error)}
        for number, error in enumerate(errors, start=first)
    ]
    if rows:
        session.execute(insert(JobError), rows)


def fail_unfinished(session: Session, *conditions: ColumnElement[bool]) -> None:
    """Jobs that an earlier process left behind will not go on by themselves."""
    session.execute(
        update(Job)
        .where(Job.state.in_(("queued", "running")), *conditions)
        .values(state="failed", detail=STOPPED, finished_at=now())
    )


@dataclass(frozen=True)
class SnapshotPage:
    rows: Sequence[SnapshotRow]
    next: str | None


def snapshots(session: Session, limit: int, cursor: str | None) -> SnapshotPage:
    """Published snapshots, the newest first; a cursor is the id of the last one seen."""
    query = select(SnapshotRow).order_by(SnapshotRow.published_at.desc(), SnapshotRow.id.desc())
    if cursor is not None:
        last = session.get(SnapshotRow, cursor)
        if last is None:
            raise StaleCursor()
        query = query.where(
            tuple_(SnapshotRow.published_at, SnapshotRow.id) < tuple_(last.published_at, last.id)
        )
    rows = session.scalars(query.limit(limit + 1)).all()
    return SnapshotPage(rows[:limit], rows[limit - 1].id if len(rows) > limit else None)
