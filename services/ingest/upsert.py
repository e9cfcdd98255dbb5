"""Records into rows: what has not changed is not written."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from models.records import Collaboration, Commitment, Place
from models.tables import PUBLIC, CollaborationRow, CommitmentRow, Origin, PlaceRow, Tenant, now

BATCH = 1000
Stored = type[PlaceRow] | type[CollaborationRow]


@dataclass
class Counts:
    """What an upsert did."""

    written: int = 0
    unchanged: int = 0
    kept: int = 0
    """What the default catalogue says otherwise and stays as somebody sent it."""

    def __iadd__(self, other: "Counts") -> "Counts":
        self.written += other.written
        self.unchanged += other.unchanged
        self.kept += other.kept
        return self


def canonical(facts: dict[str, Any]) -> str:
    """A record as JSON with sorted keys: the same facts give the same text."""
    return orjson.dumps(facts, option=orjson.OPT_SORT_KEYS).decode()


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def ensure_tenant(session: Session, tenant: str) -> None:
    """Make the tenant where it is not there yet."""
    if session.get(Tenant, tenant) is None:
        session.add(Tenant(id=tenant, name=tenant))
        session.flush()


def upsert(session: Session, records: Sequence[Place | Collaboration], tenant: str) -> Counts:
    """Write records of both sorts that are new or changed, as somebody sent them."""
    counts = upsert_places(session, (r for r in records if isinstance(r, Place)), tenant)
    sent = (r for r in records if isinstance(r, Collaboration))
    counts += upsert_collaborations(session, sent, tenant)
    return counts


def upsert_places(
    session: Session,
    places: Iterable[Place],
    tenant: str = PUBLIC,
    origin: Origin = Origin.SENT,
) -> Counts:
    """Write places that are new or changed, with the commitments in their records."""
    counts = Counts()
    batch: list[Place] = []
    for place in places:
        batch.append(place)
        if len(batch) == BATCH:
            counts += _upsert_place_batch(session, batch, tenant, origin)
            batch = []
    if batch:
        counts += _upsert_place_batch(session, batch, tenant, origin)
    return counts


def _upsert_place_batch(
    session: Session, places: Sequence[Place], tenant: str, origin: Origin
) -> Counts:
    rows = []
    ties: dict[str, list[dict[str, Any]]] = {}
    for place in places:
        facts = place.facts()
        if place.id is None:
            raise ValueError("a stored place needs its id")
        text = canonical(facts)
        ties[place.id] = [_commitment(tenant, place.id, "record", c) for c in place.commitments]
        rows.append(
            {
                "tenant_id": tenant,
                "id": place.id,
                "kind": place.kind,
                "country": place.country,
                "name": place.name,
                "record": text,
                "content_hash": digest(text),
                "origin": origin,
                "updated_at": now(),
            }
        )
    counts, changed = _write(session, PlaceRow, rows, tenant)
    if changed:
        session.execute(
            delete(CommitmentRow).where(
                CommitmentRow.tenant_id == tenant,
                CommitmentRow.origin == "record",
                CommitmentRow.place_id.in_(changed),
            )
        )
        new = [tie for place_id in changed for tie in ties[place_id]]
        if new:
            session.execute(insert(CommitmentRow), _unique(new))
    return counts


def take_back(session: Session, table: Stored, ids: Sequence[str | None]) -> None:
    """Let go of who sent public records, so that the default catalogue writes over them."""
    for start in range(0, len(ids), BATCH):
        sent = table.tenant_id == PUBLIC, table.origin == Origin.SENT
        these = table.id.in_(ids[start : start + BATCH])
        session.execute(update(table).where(*sent, these).values(origin=None))


def forget_left_out(session: Session, table: Stored, kept: Iterable[str | None]) -> Counts:
    """Delete the public records that came with the catalogue and are not in it any more."""
    stored = select(table.id).where(table.tenant_id == PUBLIC, table.origin == Origin.CATALOGUE)
    gone = sorted(set(session.scalars(stored)) - set(kept))
    for start in range(0, len(gone), BATCH):
        ids = gone[start : start + BATCH]
        if table is PlaceRow:
            ties = CommitmentRow.tenant_id == PUBLIC, CommitmentRow.place_id.in_(ids)
            session.execute(delete(CommitmentRow).where(*ties))
        session.execute(delete(table).where(table.tenant_id == PUBLIC, table.id.in_(ids)))
    return Counts(written=len(gone))


def upsert_collaborations(
    session: Session,
    collaborations: Iterable[Collaboration],
    tenant: str = PUBLIC,
    origin: Origin = Origin.SENT,
) -> Counts:
    """Write collaborations that are new or changed."""
    rows = []
    for collaboration in collaborations:
        text = canonical(collaboration.facts())
        rows.append(
            {
                "tenant_id": tenant,
                "id": collaboration.id,
                "name": collaboration.name,
                "record": text,
                "content_hash": digest(text),
                "origin": origin,
                "updated_at": now(),
            }
        )
    return _write(session, CollaborationRow, rows, tenant)[0]


def replace_commitments(
    session: Session,
    origin: str,
    commitments: Iterable[tuple[str, Commitment]],
    tenant: str = PUBLIC,
) -> Counts:
    """Make (place id, commitment) all that is known from one origin, such as a member list."""
    rows = _unique([_commitment(tenant, place, origin, c) for place, c in commitments])
    old = set(
        session.scalars(
            select(CommitmentRow.key).where(
                CommitmentRow.tenant_id == tenant, CommitmentRow.origin == origin
            )
        )
    )
    new = [row for row in rows if row["key"] not in old]
    gone = old - {row["key"] for row in rows}
    if gone:
        session.execute(delete(CommitmentRow).where(CommitmentRow.key.in_(gone)))
    if new:
        session.execute(insert(CommitmentRow), new)
    return Counts(written=len(new) + len(gone), unchanged=len(rows) - len(new))


def _commitment(tenant: str, place_id: str, origin: str, commitment: Commitment) -> dict[str, Any]:
    text = canonical(commitment.facts())
    return {
        "key": digest("\x1f".join((tenant, place_id, origin, text))),
        "tenant_id": tenant,
        "place_id": place_id,
        "collaboration_id": commitment.collaboration,
        "partner_id": commitment.place_id,
        "origin": origin,
        "role": commitment.role,
        "level": commitment.level,
        "since": commitment.since,
        "record": text,
        "updated_at": now(),
    }


def _unique(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return list({row["key"]: row for row in rows}.values())


def _write(
    session: Session, table: Stored, rows: list[dict[str, Any]], tenant: str
) -> tuple[Counts, list[str]]:
    """Insert or update the rows whose content changed; answers with their ids."""
    rows = list({row["id"]: row for row in rows}.values())
    query = select(table.id, table.content_hash, table.origin).where(
        table.tenant_id == tenant, table.id.in_([row["id"] for row in rows])
    )
    known = {row.id: row for row in session.execute(query)}
    there = [(known[row["id"]], row) for row in rows if row["id"] in known]
    new = [row for row in rows if row["id"] not in known]
    differ = [(old, row) for old, row in there if old.content_hash != row["content_hash"]]
    changed = [row for old, row in differ if not _stays(old.origin, row["origin"])]
    same = [(old, row) for old, row in there if old.content_hash == row["content_hash"]]
    names = ("tenant_id", "id", "origin")
    told = [{n: row[n] for n in names} for old, row in same if _is_told(old.origin, row["origin"])]
    if new:
        session.execute(insert(table), new)
    for values in filter(None, (changed, told)):
        session.execute(update(table), values)
    written = [row["id"] for row in new + changed]
    return Counts(len(written), len(same), len(differ) - len(changed)), written


def _stays(before: str | None, origin: Origin) -> bool:
    """Whether a record stays as it is: the catalogue does not write over what somebody sent."""
    return before == Origin.SENT and origin is Origin.CATALOGUE


def _is_told(before: str | None, origin: Origin) -> bool:
    """Whether an unchanged record is now known to be whose it is: what is sent is the sender's."""
    return before != origin and (before is None or origin is Origin.SENT)
