"""Records at the end of their retention time are removed, and the removal is accounted for."""

from datetime import datetime

from sqlalchemy import delete, select, tuple_

from models.tables import MatchRow
from services.matcher.decisions.audit import Entry, Ledger, Writing
from services.matcher.decisions.verify import RETENTION

BATCH = 200


def remove_old(ledger: Ledger, before: datetime) -> int:
    """Remove the match records made before a time; answers with how many."""
    removed = 0
    while _is_any(ledger, before):
        with ledger.writing() as writing:
            removed += _remove(writing, before)
    return removed


def _is_any(ledger: Ledger, before: datetime) -> bool:
    with ledger.sessions() as session:
        old = select(MatchRow.id).where(MatchRow.recorded_at < before)
        return session.execute(old.limit(1)).first() is not None


def _remove(writing: Writing, before: datetime) -> int:
    """Some of them, found under the log's lock: another process may remove them, too."""
    columns = tuple_(MatchRow.tenant_id, MatchRow.id)
    query = select(MatchRow.tenant_id, MatchRow.id).where(MatchRow.recorded_at < before)
    keys = [(tenant, id) for tenant, id in writing.session.execute(query.limit(BATCH))]
    writing.session.execute(delete(MatchRow).where(columns.in_(keys)))
    for tenant in sorted({tenant for tenant, _ in keys}):
        gone = [f"match/{owner}/{id}" for owner, id in keys if owner == tenant]
        content = {"removed": gone, "before": before.isoformat()}
        writing.append(Entry(tenant, RETENTION, "service", content))
    return len(keys)
