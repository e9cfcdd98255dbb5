"""The operations of ingest, as clients know them."""

from services.web.answers import JobAccepted, JobState, RecordWritten, SnapshotList
from services.web.contract.operation import Operation, Operations

_JOB = ("Location", "Retry-After")

OPERATIONS: Operations = {
    "PUT /v1/ingest/places/{id}": Operation(
        "put_place", RecordWritten, (200, 201), headers=("ETag",), needs_key=True, conditional=True
    ),
    "PUT /v1/ingest/collaborations/{id}": Operation(
        "put_collaboration",
        RecordWritten,
        (200, 201),
        headers=("ETag",),
        needs_key=True,
        conditional=True,
    ),
    "POST /v1/ingest/files": Operation(
        "upload_file", JobAccepted, (202,), headers=_JOB, creates=True, needs_key=True
    ),
    "POST /v1/ingest/publish": Operation(
        "publish", JobAccepted, (202,), headers=_JOB, creates=True, needs_key=True
    ),
    "GET /v1/ingest/jobs/{id}": Operation("get_job", JobState, needs_key=True),
    "GET /v1/ingest/snapshots": Operation(
        "list_snapshots", SnapshotList, headers=("Link",), needs_key=True, table=True
    ),
}
