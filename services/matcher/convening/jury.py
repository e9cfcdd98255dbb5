"""The jury beside a screening: two blind assessors, interests, notes, overrides, minutes.

The screening itself is never changed; what people add are entries, each with its author.
"""

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import select

from models.errors import Conflict, InvalidInput, NotFound
from models.names import fold
from models.records.values import Record
from models.tables import ScreeningEntryRow, ScreeningRow
from services.matcher.convening.desk import Desk
from services.matcher.convening.schemas import Assessment, Interest, Minutes, Note, Override
from services.matcher.convening.together import as_decided

Facts = dict[str, Any]
ASSESSORS = 2
AnyEntry = Note | Minutes | Interest | Assessment | Override


def keep(desk: Desk, answer: Facts) -> Facts:
    """Store a screening under the id of its content; the same content is stored once."""
    identity = {"tenant": desk.tenant, "language": desk.words.language, "answer": answer}
    screening_id = "s_" + desk.context.sign(identity).removeprefix("m_")
    if desk.session.get(ScreeningRow, (desk.tenant, screening_id)) is None:
        desk.session.add(
            ScreeningRow(
                tenant_id=desk.tenant,
                id=screening_id,
                collaboration_id=desk.record["id"],
                answer=orjson.dumps(answer).decode(),
            )
        )
        desk.session.flush()
    return {"screening_id": screening_id, **answer}


def stored(desk: Desk, screening_id: str) -> Facts:
    """A screening of this tenant and collaboration as it was answered."""
    row = desk.session.get(ScreeningRow, (desk.tenant, screening_id))
    if row is None or row.collaboration_id != desk.record["id"]:
        raise NotFound(f"No screening of this collaboration has the id {screening_id!r}.")
    answer: Facts = orjson.loads(row.answer)
    return {"screening_id": screening_id, **answer}


def listed(desk: Desk) -> list[Facts]:
    """The tenant's screenings of the collaboration, the newest first."""
    rows = desk.session.execute(
        select(ScreeningRow.id, ScreeningRow.created_at)
        .where(
            ScreeningRow.tenant_id == desk.tenant,
            ScreeningRow.collaboration_id == desk.record["id"],
        )
        .order_by(ScreeningRow.created_at.desc(), ScreeningRow.id)
    )
    return [{"screening_id": key, "created_at": at} for key, at in rows]


def add(desk: Desk, screening_id: str, entry: AnyEntry) -> Facts:
    """Add what a person says; the jury's own rules are kept, and too many let in are told."""
    added = add_all(desk, screening_id, [entry])[0]
    if isinstance(entry, Override):
        cautions = reopened(desk, screening_id, None)["as_decided"]["cautions"]
        return added | ({"cautions": cautions} if cautions else {})
    return added


def add_all(desk: Desk, screening_id: str, added: Sequence[AnyEntry]) -> list[Facts]:
    """Add several entries, all of them or none."""
    screening, rows = stored(desk, screening_id), entries(desk, screening_id)
    return [entry_shown(_added(desk, screening, rows, entry)) for entry in added]


def _added(
    desk: Desk, screening: Facts, rows: list[ScreeningEntryRow], entry: AnyEntry
) -> ScreeningEntryRow:
    """One entry as it is kept, put behind those that are there; one sent before is that one."""
    applicant = getattr(entry, "applicant", None)
    if applicant is not None:
        result_of(screening, applicant)
    same = _sent_before(rows, entry)
    if same is not None:
        return same
    if isinstance(entry, Assessment):
        _check_assessor(rows, entry)
    elif isinstance(entry, Override) and _has_interest(rows, entry.author, entry.applicant):
        raise Conflict(f"{entry.author} has declared an interest and decides nothing here.")
    row = ScreeningEntryRow(
        tenant_id=desk.tenant,
        screening_id=screening["screening_id"],
        number=len(rows) + 1,
        kind=entry.kind,
        applicant=applicant,
        author=entry.author,
        document=orjson.dumps(_document(entry)).decode(),
    )
    desk.session.add(row)
    desk.session.flush()
    rows.append(row)
    return row


def _document(entry: Record) -> Facts:
    return entry.model_dump(mode="json", exclude_none=True, exclude={"kind", "author", "applicant"})


def _sent_before(rows: Sequence[ScreeningEntryRow], entry: AnyEntry) -> ScreeningEntryRow | None:
    """The same entry, where it was kept already: a client that retries adds nothing.

    A decision is the same while it is in force: taken again after another one, it counts again.
    """
    if isinstance(entry, Override):
        rows = [r for r in rows if (r.kind, r.applicant) == (entry.kind, entry.applicant)][-1:]
    document = orjson.dumps(_document(entry)).decode()
    head = (entry.kind, getattr(entry, "applicant", None), entry.author, document)
    return next((r for r in rows if (r.kind, r.applicant, r.author, r.document) == head), None)


def _check_assessor(rows: Sequence[ScreeningEntryRow], entry: Assessment) -> None:
    """At most two assessors an applicant, each once, none with an interest."""
    if _has_interest(rows, entry.author, entry.applicant):
        raise Conflict(f"{entry.author} has declared an interest and does not assess here.")
    before = _assessments(rows, entry.applicant)
    if any(fold(row.author) == fold(entry.author) for row in before):
        raise Conflict(f"{entry.author} has assessed this applicant already.")
    if len(before) >= ASSESSORS:
        raise Conflict("Two assessors have assessed this applicant already.")


def _has_interest(rows: Sequence[ScreeningEntryRow], author: str, applicant: int) -> bool:
    return any(
        row.kind == "conflict"
        and fold(row.author) == fold(author)
        and row.applicant in (None, applicant)
        for row in rows
    )


def _assessments(
    rows: Sequence[ScreeningEntryRow], applicant: int | None
) -> list[ScreeningEntryRow]:
    return [row for row in rows if row.kind == "assessment" and row.applicant == applicant]


def entries(desk: Desk, screening_id: str) -> list[ScreeningEntryRow]:
    """What people added, in order."""
    return list(
        desk.session.scalars(
            select(ScreeningEntryRow)
            .where(
                ScreeningEntryRow.tenant_id == desk.tenant,
                ScreeningEntryRow.screening_id == screening_id,
            )
            .order_by(ScreeningEntryRow.number)
        )
    )


def entry_shown(row: ScreeningEntryRow) -> Facts:
    head: Facts = {"number": row.number, "kind": row.kind, "author": row.author}
    if row.applicant is not None:
        head["applicant"] = row.applicant
    return head | orjson.loads(row.document) | {"at": row.created_at}


def visible(rows: Sequence[ScreeningEntryRow], assessor: str | None) -> list[Facts]:
    """The entries that may be seen: an assessment is blind until both are in, but to its author.

    A hidden one is shown without who made it and what it says.
    """
    found = []
    for row in rows:
        both = len(_assessments(rows, row.applicant)) >= ASSESSORS
        mine = assessor is not None and fold(row.author) == fold(assessor)
        if row.kind != "assessment" or both or mine:
            found.append(entry_shown(row))
        else:
            found.append({"number": row.number, "kind": row.kind, "applicant": row.applicant,
                          "blind": True})  # fmt: skip
    return found


def reopened(desk: Desk, screening_id: str, assessor: str | None) -> Facts:
    """A screening with what people added; a decision stands beside the verdict it replaces."""
    screening = stored(desk, screening_id)
    rows = entries(desk, screening_id)
    decided = {row.applicant: row for row in rows if row.kind == "override"}
    for result in screening["results"]:
        row = decided.get(result["applicant"]["number"])
        if row is not None:
            result["decision"] = entry_shown(row)
    screening["as_decided"] = as_decided(desk, screening)
    return {**screening, "entries": visible(rows, assessor)}


def minutes(desk: Desk, screening_id: str) -> Facts:
    """The record of the proceedings: who was there, who stepped back, who decided what and why."""
    screening = reopened(desk, screening_id, None)
    found = screening["entries"]
    results = {r["applicant"]["number"]: r for r in screening["results"]}

    def of(kind: str) -> list[Facts]:
        return [e for e in found if e["kind"] == kind]

    return {
        "screening_id": screening_id,
        "collaboration": screening["collaboration"],
        "as_of": screening["as_of"],
        "counts": screening["counts"],
        "minutes": of("minutes"),
        "conflicts_of_interest": of("conflict"),
        "assessments": of("assessment"),
        "decisions": [
            {
                **e,
                "name": results[e["applicant"]]["applicant"]["name"],
                "verdict_of_screening": results[e["applicant"]]["verdict"],
            }
            for e in of("override")
        ],
        "notes": of("note"),
        "claim_conflicts": _claim_conflicts(results),
        "cautions": screening["as_decided"]["cautions"],
    }


def _claim_conflicts(results: dict[int, Facts]) -> list[Facts]:
    return [
        {"applicant": number, "name": r["applicant"]["name"], "fields": r["claim_conflict"]}
        for number, r in sorted(results.items())
        if "claim_conflict" in r
    ]


def result_of(screening: Facts, applicant: int) -> Facts:
    """The result of one applicant by its number."""
    for result in screening["results"]:
        if result["applicant"]["number"] == applicant:
            found: Facts = result
            return found
    raise InvalidInput.at("/applicant", f"no applicant has the number {applicant}", "no_applicant")
