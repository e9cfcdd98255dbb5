"""A file into facts: good rows land, bad rows are reported, a file sent again changes nothing."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from sqlalchemy.orm import Session

from models.errors import BadFile, MissingScope
from models.failpoints import reached
from models.records import Collaboration, Place
from models.tables import PUBLIC
from services.access.callers import Caller, Scope
from services.files.checks import to_record, unknown_columns
from services.files.rows import RowError, SheetRow
from services.files.sheets import rows, sheets_of
from services.ingest.commitments import load_commitments
from services.ingest.jobs import Report
from services.ingest.upsert import Counts, ensure_tenant, upsert

BATCH = 500
OWN = "x:"
_NOT_IN_ID = re.compile(r"[^A-Za-z0-9._-]+")


class FileKind(StrEnum):
    """What the rows of a file are."""

    PLACES = "places"
    COLLABORATIONS = "collaborations"
    APPLICANTS = "applicants"
    COMMITMENTS = "commitments"


@dataclass(frozen=True)
class Upload:
    """A file to read, what it holds, and on whose behalf."""

    path: Path
    name: str
    kind: FileKind
    caller: Caller
    dry_run: bool = False


def tenant_of(id: str, caller: Caller) -> str:
    """Whose record an id is: one's own after `x:`, else the public's, which takes an admin."""
    if id.startswith(OWN):
        return caller.tenant
    if Scope.ADMIN not in caller.scopes:
        raise MissingScope(Scope.ADMIN.value)
    return PUBLIC


def load(upload: Upload, report: Report) -> None:
    """Read a file batch by batch; each batch is written, or tried, in its own transaction."""
    report.note = _left_unread(upload)
    if upload.kind is FileKind.COMMITMENTS:
        tenant = upload.caller.tenant
        load_commitments(upload.path, upload.name, tenant, upload.dry_run, report)
        return
    for batch in _batches(upload, report):
        with report.sessions() as session, session.begin() as transaction:
            counts = _write(session, batch, upload.caller)
            reached("import-before-commit")
            if upload.dry_run:
                transaction.rollback()
        reached("import-after-commit")
        report.counts += counts
        with report.sessions.begin() as session:
            report.save(session)


def _left_unread(upload: Upload) -> str | None:
    """Which sheet of a workbook is read, where there are others."""
    read, *left = sheets_of(upload.path) or [""]
    if not left:
        return None
    names = ", ".join(repr(name) for name in left)
    return f"Of the workbook the sheet {read!r} was read. Not read: {names}."


def _batches(upload: Upload, report: Report) -> Iterator[list[Place | Collaboration]]:
    batch: list[Place | Collaboration] = []
    seen: dict[str, int] = {}
    columns: set[str] = set()
    model = Collaboration if upload.kind is FileKind.COLLABORATIONS else Place
    for row in rows(upload.path, upload.name):
        if isinstance(row, SheetRow) and row.has_header:
            new = [name for name in row.cells if name not in columns]
            columns.update(new)
            _refuse_unknown(unknown_columns(new, model), report)
        report.read += 1
        record = row if isinstance(row, RowError) else _record(row, upload, seen)
        if isinstance(record, RowError):
            report.refuse([record])
        elif isinstance(record, list):
            report.refuse(record)
        else:
            batch.append(record)
        if len(batch) == BATCH:
            yield batch
            batch = []
    yield batch


def _refuse_unknown(errors: list[RowError], report: Report) -> None:
    if errors:
        report.blame(errors)
        with report.sessions.begin() as session:
            report.save(session)
        names = ", ".join(repr(error.column) for error in errors)
        raise BadFile(f"Unknown columns: {names}. Rename or remove them; nothing more was read.")


def _record(
    row: SheetRow, upload: Upload, seen: dict[str, int]
) -> Place | Collaboration | RowError | list[RowError]:
    """The record of a row that may be written, or what stands against it."""
    cells = dict(row.cells)
    id = str(cells.get("id") or "").strip()
    if upload.kind is FileKind.APPLICANTS and id and not id.startswith(OWN):
        cells["id"] = OWN + _NOT_IN_ID.sub("-", id).strip("-._")
    sheet = replace(row, cells=cells)
    of_collaboration = upload.kind is FileKind.COLLABORATIONS
    record = to_record(sheet, Collaboration) if of_collaboration else to_record(sheet, Place)
    if isinstance(record, list):
        return record
    if record.id is None:
        return RowError.at(row.number, "missing_field", "this field is required", "id")
    if record.id in seen:
        detail = f"row {seen[record.id]} has the same id {record.id!r}"
        error = RowError.at(row.number, "duplicate_id", detail, "id", id)
        return error.repeating(seen[record.id])
    try:
        tenant_of(record.id, upload.caller)
    except MissingScope as missing:
        detail = f"{missing.detail} Ids of your own begin with 'x:'."
        return RowError.at(row.number, "missing_scope", detail, "id", id)
    seen[record.id] = row.number
    return record


def _write(session: Session, batch: list[Place | Collaboration], caller: Caller) -> Counts:
    counts = Counts()
    for tenant in sorted({tenant_of(record.id or "", caller) for record in batch}):
        ensure_tenant(session, tenant)
        mine = [record for record in batch if tenant_of(record.id or "", caller) == tenant]
        counts += upsert(session, mine, tenant)
    return counts
