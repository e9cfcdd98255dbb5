"""Watched matches: asked again on each new snapshot and each new day; what changed is told."""

from datetime import UTC, date, datetime
from typing import Any

import orjson
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.database import Sessions
from models.errors import Problem
from models.tables import MatchRow, WatchRow
from services.events.kinds import EventKind, tell_tenant
from services.matcher.catalogue import Catalogue
from services.matcher.decisions.asked import answer_match, parse_request
from services.matcher.matcher import Matcher
from services.matcher.matching import Context
from services.matcher.wording import wording

MOST = 200
Verdicts = dict[str, str]


def seen_with(catalogue: Catalogue, day: date) -> str:
    return f"{catalogue.snapshot.id}@{day.isoformat()}"


def verdicts(row: MatchRow, context: Context) -> Verdicts:
    """What a match says now of each candidate, the refused too."""
    asked = parse_request(row.kind, row.request)
    today = {"include": ["refused"], "limit": MOST, "as_of": None}
    answered = answer_match(
        context, row.kind, asked.model_copy(update=today), orjson.loads(row.weights)
    )
    found: dict[str, Any] = orjson.loads(answered.answer)
    listed = (*found["results"], *found.get("refused", ()))
    return {(one.get("place") or one["collaboration"])["id"]: one["verdict"] for one in listed}


def changes(before: Verdicts, after: Verdicts) -> list[dict[str, str]]:
    """Candidates of which another verdict is given than before."""
    return [
        {"id": key, "before": before[key], "after": verdict}
        for key, verdict in sorted(after.items())
        if key in before and before[key] != verdict
    ]


def look_again(matcher: Matcher, sessions: Sessions) -> int:
    """Ask every watched match anew that was not asked yet today and with this snapshot."""
    with sessions() as session:
        if session.scalar(select(WatchRow.match_id).limit(1)) is None:
            return 0
    catalogue, day = matcher.current.get(), datetime.now(UTC).date()
    seen = seen_with(catalogue, day)
    with sessions() as session:
        stale = session.scalars(select(WatchRow).where(WatchRow.seen_with != seen)).all()
        keys = [(watch.tenant_id, watch.match_id) for watch in stale]
    for key in keys:
        _look(matcher, sessions, key, catalogue, day)
    return len(keys)


def _look(
    matcher: Matcher, sessions: Sessions, key: tuple[str, str], catalogue: Catalogue, day: date
) -> None:
    with sessions.begin() as session:
        if not take(session, key, seen_with(catalogue, day)):
            return
        watch, row = session.get(WatchRow, key), session.get(MatchRow, key)
        if watch is None or row is None:
            return
        try:
            after = verdicts(
                row, matcher.context(catalogue, row.tenant_id, wording(row.language), day)
            )
        except Problem:
            after = {}
        changed = changes(orjson.loads(watch.verdicts), after)
        if changed:
            told = {"match_id": key[1], "snapshot_id": catalogue.snapshot.id, "changes": changed}
            tell_tenant(session, key[0], EventKind.VERDICT_CHANGED, told)
        watch.verdicts = orjson.dumps(after or orjson.loads(watch.verdicts)).decode()


def take(session: Session, key: tuple[str, str], seen: str) -> bool:
    """Whether this process is the first to look; the others wait for it, and find it done."""
    tenant, match = key
    here = (WatchRow.tenant_id == tenant, WatchRow.match_id == match, WatchRow.seen_with != seen)
    taken = session.execute(
        update(WatchRow).where(*here).values(seen_with=seen).returning(WatchRow.match_id)
    )
    return taken.first() is not None
