"""What became of a result: invited, accepted, declined, active, ended, from either side."""

from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any

import orjson
from pydantic import AfterValidator
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.errors import InvalidInput
from models.months import months_later
from models.records.values import Day, Record, Text
from models.tables import MatchRow, OutcomeRow
from services.matcher.decisions.audit import Entry, Writing
from services.matcher.decisions.diff import key_of
from services.matcher.decisions.digests import digests
from services.matcher.decisions.opinions import opinion_of
from services.matcher.decisions.replay import stored_answer
from services.matcher.decisions.tuning import learned

ASKED_AFTER = (6, 12)
"""Months after which those who accepted are asked whether it is still active."""


class OutcomeKind(StrEnum):
    INVITED = "invited"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    ACTIVE = "active"
    ENDED = "ended"


class OutcomeSide(StrEnum):
    """Who tells it: the place that asked, or the one that was suggested to it."""

    ASKING = "asking"
    OTHER = "other"


# Where a day begins first, it does so by so much before it begins in UTC.
_EARLIEST = timedelta(hours=14)


def _come(at: date) -> date:
    """A day that has come, somewhere on earth: what became of a result is told afterwards."""
    if at > (datetime.now(UTC) + _EARLIEST).date():
        raise ValueError(f"in_future: {at} has not come yet; tell what became of it then")
    return at


class OutcomeRequest(Record):
    """What became of one result of a match."""

    result_id: str
    outcome: OutcomeKind
    at: Annotated[Day, AfterValidator(_come)]
    why: Text | None = None
    side: OutcomeSide = OutcomeSide.ASKING


def add_outcome(
    deciding: AbstractContextManager[Writing], match: MatchRow, told: OutcomeRequest, actor: str
) -> dict[str, Any]:
    """Write an outcome, its entry in the log, and what it changes in the tenant's weights."""
    answer = orjson.loads(stored_answer(match))
    results = {key_of(result): result for result in answer["results"]}
    if told.result_id not in results:
        detail = f"{told.result_id!r} is not among the results of this match"
        raise InvalidInput.at("/result_id", detail, "unknown_result")
    with deciding as writing:
        session = writing.session
        before = _same(session, match, told)
        if before is not None:
            return shown(before)
        opinion = opinion_of(answer["mode"], results[told.result_id], told.outcome)
        row = OutcomeRow(
            tenant_id=match.tenant_id,
            number=_next(session, match.tenant_id),
            match_id=match.id,
            result_id=told.result_id,
            outcome=told.outcome,
            side=told.side,
            at=told.at,
            why=told.why,
            told_by=actor,
            opinion=orjson.dumps(opinion).decode() if opinion else None,
        )
        session.add(row)
        weights = learned(session, row)
        rows = [row] if weights is None else [row, weights]
        content = {"match": match.id, "result": row.result_id, "rows": digests(*rows)}
        writing.append(Entry(match.tenant_id, "outcome", actor, content))
    return shown(row)


def _next(session: Session, tenant: str) -> int:
    query = select(func.max(OutcomeRow.number)).where(OutcomeRow.tenant_id == tenant)
    return (session.scalar(query) or 0) + 1


def _same(session: Session, match: MatchRow, told: OutcomeRequest) -> OutcomeRow | None:
    """The same outcome told before: a request sent twice changes nothing."""
    for row in _of(session, match):
        said = (row.result_id, row.outcome, row.side, row.at, row.why)
        if said == (told.result_id, told.outcome, told.side, told.at, told.why):
            return row
    return None


def _of(session: Session, match: MatchRow) -> list[OutcomeRow]:
    query = select(OutcomeRow).where(
        OutcomeRow.tenant_id == match.tenant_id, OutcomeRow.match_id == match.id
    )
    return list(session.scalars(query.order_by(OutcomeRow.number)))


def list_outcomes(session: Session, match: MatchRow) -> list[dict[str, Any]]:
    """All that was told of a match, in order."""
    return [shown(row) for row in _of(session, match)]


def due_of(told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """When to ask each side whether what it accepted is still active; until it has ended."""
    found = []
    for key in dict.fromkeys((item["result_id"], item["side"]) for item in told):
        own = [item for item in told if (item["result_id"], item["side"]) == key]
        began = min((i["at"] for i in own if i["outcome"] == OutcomeKind.ACCEPTED), default=None)
        if began is None or any(i["outcome"] == OutcomeKind.ENDED for i in own):
            continue
        for months in ASKED_AFTER:
            due = months_later(date.fromisoformat(began), months).isoformat()
            if not any(i["outcome"] == OutcomeKind.ACTIVE and i["at"] >= due for i in own):
                found.append({"result_id": key[0], "side": key[1], "months": months, "due": due})
    return found


def shown(row: OutcomeRow) -> dict[str, Any]:
    """An outcome as it is shown."""
    names = ("number", "match_id", "result_id", "outcome", "side", "why")
    told = {name: getattr(row, name) for name in names if getattr(row, name) is not None}
    return told | {"at": row.at.isoformat(), "recorded_at": row.recorded_at.isoformat()}
