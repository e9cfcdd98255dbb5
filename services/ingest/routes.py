"""The ingest API: one record, a file, a publish, and what became of them."""

from dataclasses import fields
from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, Query, Request, Response, UploadFile
from pydantic import BeforeValidator

from models.errors import InvalidInput, Problem
from models.records import Collaboration, Place
from models.records.values import CollaborationId, PlaceId
from models.tables import CollaborationRow, Job, JobError, PlaceRow
from models.tenancy import acting
from services.access.callers import Ingesting
from services.files.rows import RowError
from services.ingest import queries
from services.ingest.files import FileKind, Upload, tenant_of
from services.ingest.state import IngestDep
from services.ingest.upsert import ensure_tenant, upsert
from services.web.app import answer
from services.web.conditional import unchanged_since
from services.web.parameters import known_parameters

router = APIRouter(prefix="/v1/ingest", tags=["ingest"], dependencies=[Depends(known_parameters)])

FROM_PATH = "x:as-in-the-path"
JOBS = "/v1/ingest/jobs"


def _id_may_be_missing(body: Any) -> Any:
    return {"id": FROM_PATH, **body} if isinstance(body, dict) else body


CollaborationBody = Annotated[Collaboration, BeforeValidator(_id_may_be_missing)]


@router.put("/places/{id}")
def put_place(
    request: Request, id: PlaceId, place: Place, caller: Ingesting, ingest: IngestDep
) -> Response:
    """Write one place, validated whole; 201 when it is new."""
    _check_id(place.id or id, id)
    return _put(request, place.model_copy(update={"id": id}), tenant_of(id, caller), ingest)


@router.put("/collaborations/{id}")
def put_collaboration(
    request: Request,
    id: CollaborationId,
    collaboration: CollaborationBody,
    caller: Ingesting,
    ingest: IngestDep,
) -> Response:
    """Write one collaboration, validated whole; 201 when it is new."""
    _check_id(id if collaboration.id == FROM_PATH else collaboration.id, id)
    record = collaboration.model_copy(update={"id": id})
    return _put(request, record, tenant_of(id, caller), ingest)


def _check_id(given: str, path: str) -> None:
    if given != path:
        detail = f"the id {given!r} differs from the one in the path, {path!r}"
        raise InvalidInput.at("/id", detail, "id_mismatch")


def _put(
    request: Request, record: Place | Collaboration, tenant: str, ingest: IngestDep
) -> Response:
    table: Any = PlaceRow if isinstance(record, Place) else CollaborationRow
    with acting(tenant), ingest.sessions.begin() as session:
        ensure_tenant(session, tenant)
        before = session.get(table, (tenant, record.id))
        unchanged_since(request, before.content_hash if before else None)
        counts = upsert(session, [record], tenant)
        row = session.get_one(table, (tenant, record.id), populate_existing=True)
        content = {"id": row.id, "changed": counts.written > 0, "content_hash": row.content_hash}
        return answer(content, 201 if before is None else 200, {"ETag": f'"{row.content_hash}"'})


@router.post("/files", status_code=202)
def post_file(
    kind: FileKind,
    file: Annotated[UploadFile, File(description="CSV, XLSX or NDJSON")],
    caller: Ingesting,
    ingest: IngestDep,
    dry_run: bool = False,
) -> Response:
    """Read a file as a job; with `dry_run` nothing is kept, and the job says what would be."""
    path = ingest.keep(file.file)
    upload = Upload(path, file.filename or "", kind, caller, dry_run)
    try:
        job = ingest.jobs.submit(caller.tenant, kind, ingest.order(upload))
    except Problem:
        path.unlink(missing_ok=True)
        raise
    return _accepted(job)


@router.post("/publish", status_code=202)
def post_publish(caller: Ingesting, ingest: IngestDep) -> Response:
    """Publish all facts as a new snapshot, as a job; its revision is the snapshot's id.

    A publish that waits and has not begun is answered with again: it publishes what is on file now.
    """
    return _accepted(ingest.jobs.submit_once(caller.tenant, "publish", ingest.order()))


def _accepted(job_id: str) -> Response:
    headers = {"Location": f"{JOBS}/{job_id}", "Retry-After": "1"}
    return answer({"job_id": job_id}, 202, headers)


@router.get("/jobs/{id}")
def get_job(id: str, caller: Ingesting, ingest: IngestDep) -> Response:
    """How far a job is, and what was wrong with which row."""
    with ingest.sessions() as session:
        job = queries.job_of(session, caller.tenant, id)
        errors = queries.errors_of(session, id)
    return answer(_job(job, errors))


def _job(job: Job, errors: Any) -> dict[str, Any]:
    content: dict[str, Any] = {
        "id": job.id,
        "kind": job.kind,
        "state": job.state,
        "rows": {
            "read": job.rows_read,
            "written": job.rows_written,
            "unchanged": job.rows_unchanged,
            "refused": job.rows_refused,
        },
        "errors": [_error(error) for error in errors],
    }
    if job.revision:
        content["revision"] = job.revision
    if job.detail:
        content["detail"] = job.detail
    return content


def _error(error: JobError) -> dict[str, Any]:
    return {field.name: getattr(error, field.name) for field in fields(RowError)}


@router.get("/snapshots")
def get_snapshots(
    caller: Ingesting,  # noqa: ARG001 (who asks is checked)
    ingest: IngestDep,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: str | None = None,
) -> Response:
    """Published snapshots, the newest first."""
    current = ingest.store.current()
    with ingest.sessions() as session:
        page = queries.snapshots(session, limit, cursor)
    items = [
        {
            "id": row.id,
            "data_revision": row.data_revision,
            "published_at": row.published_at,
            "current": row.id == current,
        }
        for row in page.rows
    ]
    return answer({"items": items, "next": page.next})
