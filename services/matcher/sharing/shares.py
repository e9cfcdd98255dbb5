"""A shortlist offered with a code, accepted with it, seen by both, ended by either.

What is shown is names alone: no score, no reason, nothing that tells of the other's own facts,
and no record that is private to one of the two.
"""

import hashlib
import secrets
from typing import Any

import orjson
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models.errors import Conflict, InvalidInput, NotFound
from models.records.values import Record, Text
from models.tables import MatchRow, ShareRow, Tenant, now
from services.matcher.decisions.replay import stored_answer

CODE_BYTES = 32
ID_LENGTH = 32
PRIVATE = "x:"
Json = dict[str, Any]


class OfferRequest(Record):
    """What to say with a shortlist."""

    note: Text | None = None


class AcceptRequest(Record):
    """The code that was handed over, and a match of one's own to show in return."""

    code: str
    match_id: str | None = None
    note: Text | None = None


def offer(session: Session, match: MatchRow, note: str | None) -> tuple[ShareRow, str]:
    """Offer a match's shortlist; the code is shown this once."""
    code = secrets.token_urlsafe(CODE_BYTES)
    row = ShareRow(code_hash=_hash(code), offered_by=match.tenant_id, offered=_written(match, note))
    session.add(row)
    return row, code


def accept(session: Session, tenant: str, asked: AcceptRequest, match: MatchRow | None) -> ShareRow:
    """Accept what was offered, by its code; a code works for one tenant."""
    row = session.get(ShareRow, _hash(asked.code), with_for_update=True)
    if row is None or row.accepted_by not in (None, tenant):
        raise NotFound("No shortlist is offered under this code.")
    if row.offered_by == tenant:
        detail = "this is your own offer: hand the code to whom you share with"
        raise InvalidInput.at("/code", detail, "own_offer")
    if row.accepted_by is not None:
        raise Conflict("You have accepted this shortlist already.")
    row.accepted_by, row.accepted_at = tenant, now()
    if match is not None:
        row.accepted = _written(match, asked.note)
    return row


def find(session: Session, tenant: str, share_id: str) -> ShareRow:
    """A share that a tenant is one side of."""
    for row in listed(session, tenant):
        if id_of(row) == share_id:
            return row
    raise NotFound(f"No share of yours has the id {share_id[:80]!r}.")


def listed(session: Session, tenant: str) -> list[ShareRow]:
    """All that a tenant offered or accepted, oldest first."""
    own = or_(ShareRow.offered_by == tenant, ShareRow.accepted_by == tenant)
    query = select(ShareRow).where(own).order_by(ShareRow.offered_at, ShareRow.code_hash)
    return list(session.scalars(query))


def shown(session: Session, row: ShareRow, tenant: str) -> Json:
    """A share as one of its two sides sees it: both shortlists, and what stands on both."""
    sides = [(row.offered_by, row.offered), (row.accepted_by, row.accepted)]
    if row.offered_by != tenant:
        sides.reverse()
    (_, mine), (other, theirs) = sides
    found: Json = {
        "id": id_of(row),
        "state": "offered" if row.accepted_by is None else "accepted",
        "offered_by_you": row.offered_by == tenant,
        "offered_at": row.offered_at.isoformat(),
        "with": _name(session, other),
        "yours": orjson.loads(mine) if mine else None,
        "theirs": orjson.loads(theirs) if theirs else None,
    }
    return found | {"both": _on_both(found["yours"], found["theirs"])}


def id_of(row: ShareRow) -> str:
    """What a share is called; it does not give the code away."""
    return f"s_{row.code_hash[:ID_LENGTH]}"


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode("utf-8", "replace")).hexdigest()


def _name(session: Session, tenant: str | None) -> str | None:
    row = session.get(Tenant, tenant) if tenant else None
    return row.name if row else None


def _written(match: MatchRow, note: str | None) -> str:
    """What the other side will see of a match."""
    answer: Json = orjson.loads(stored_answer(match))
    results = []
    for rank, result in enumerate(answer["results"], 1):
        kind = "place" if "place" in result else "collaboration"
        found = result[kind]
        if not str(found["id"]).startswith(PRIVATE):
            names = ("id", "name", "country", "kind", "type")
            results.append({"rank": rank, kind: {k: found[k] for k in names if k in found}})
    content: Json = {"as_of": answer["as_of"], "results": results}
    return orjson.dumps(content | ({"note": note} if note else {})).decode()


def _on_both(one: Json | None, other: Json | None) -> list[Json]:
    """What both ask about: they could go together, or one could tell the other."""
    if one is None or other is None:
        return []
    theirs = {_key(result): result["rank"] for result in other["results"]}
    return [
        {**result, "their_rank": theirs[_key(result)]}
        for result in one["results"]
        if _key(result) in theirs
    ]


def _key(result: Json) -> str:
    return str((result.get("place") or result["collaboration"])["id"])
