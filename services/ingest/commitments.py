"""A sheet of commitments: one line each, with whose they are, replacing that place's last sheet."""

from collections.abc import Iterable
from pathlib import Path

from sqlalchemy.orm import Session

from models.records import Commitment
from models.records.values import Name, PlaceId
from models.tables import PUBLIC, PlaceRow
from services.files.checks import to_record, unknown_columns
from services.files.rows import RowError, SheetRow
from services.files.sheets import rows
from services.ingest.jobs import Report
from services.ingest.named import Named, collaborations_of
from services.ingest.upsert import Counts, ensure_tenant, replace_commitments

ORIGIN = "file:"


class CommitmentLine(Commitment):
    """A commitment with the place it is of; `place_id` is the partner, as in a record.

    A sheet may write a collaboration by any name it has or had.
    """

    place: PlaceId
    collaboration: Name | None = None


def load_commitments(path: Path, name: str, tenant: str, dry_run: bool, report: Report) -> None:
    """Read a sheet whole; the commitments stay the tenant's own."""
    lines = list(_lines(path, name, report))
    with report.sessions() as session, session.begin() as transaction:
        counts = _write(session, lines, tenant, report)
        if dry_run:
            transaction.rollback()
    report.counts += counts
    with report.sessions.begin() as session:
        report.save(session)


def _lines(path: Path, name: str, report: Report) -> Iterable[tuple[int, CommitmentLine]]:
    known: set[str] = set()
    for row in rows(path, name):
        report.read += 1
        if isinstance(row, RowError):
            report.refuse([row])
            continue
        line = _line(row, known)
        if isinstance(line, CommitmentLine):
            yield row.number, line
        else:
            report.refuse(line)


def _line(row: SheetRow, known: set[str]) -> CommitmentLine | list[RowError]:
    """One line, or all that is wrong with it; a column nobody knows is wrong in every line."""
    new = [column for column in row.cells if column not in known]
    unknown = unknown_columns(new, CommitmentLine, row.number)
    known.update(set(new) - {error.column for error in unknown})
    return unknown or to_record(row, CommitmentLine)


def _write(
    session: Session, lines: list[tuple[int, CommitmentLine]], tenant: str, report: Report
) -> Counts:
    ensure_tenant(session, tenant)
    found: dict[str, list[Commitment]] = {}
    collaborations = collaborations_of(session, tenant)
    named = Named(collaborations)
    for number, line in lines:
        owner = tenant if line.place.startswith("x:") else PUBLIC
        if session.get(PlaceRow, (owner, line.place)) is None:
            detail = f"no place has the id {line.place!r}"
            report.refuse([RowError.at(number, "unknown_place", detail, "place", line.place)])
            continue
        told = line.model_dump(exclude={"place"}, exclude_unset=True)
        if line.collaboration is not None:
            row = named.row(tenant, line.collaboration)
            if row < 0:
                report.refuse([_unknown(number, line.collaboration)])
                continue
            told["collaboration"] = collaborations[row]["id"]
        found.setdefault(line.place, []).append(Commitment.model_validate(told))
    counts = Counts()
    for place in sorted(found):
        pairs = ((place, commitment) for commitment in found[place])
        counts += replace_commitments(session, f"{ORIGIN}{place}", pairs, tenant)
    return counts


def _unknown(number: int, name: str) -> RowError:
    """What is not on file cannot be kept as a tie; said, not dropped in silence."""
    detail = f"no collaboration has the id or name {name[:80]!r}: add it first, as x:…"
    return RowError.at(number, "unknown_collaboration", detail, "collaboration", name)
