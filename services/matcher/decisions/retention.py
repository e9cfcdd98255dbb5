"""Records at the end of their retention time are removed, and the removal is accounted for."""

from datetime import datetime

from sqlalchemy import delete, select, tuple_

from models.tables import MatchRow
from services.matcher.decisions.audit import Entry, Ledger
from services.matcher.decisions.verify import RETENTION

BATCH = 200


def remove_old(ledger: Ledger, before: datetime) -> int:
    """Remove the match records made before a time; answers with how many."""
    removed = 0
    while True:
        query = select(MatchRow.tenant_id, MatchRow.id).where(MatchRow.recorded_at < before)
        with ledger.sessions() as session:
            keys = [(tenant, id) for tenant, id in session.execute(query.limit(BATCH))]
        if not keys:
            return removed
        with ledger.writing() as writing:
            columns = tuple_(MatchRow.tenant_id, MatchRow.id)
            writing.session.execute(delete(MatchRow).where(columns.in_(keys)))
            for tenant in sorted({tenant for tenant, _ in keys}):
                gone = [f"match/{owner}/{id}" for owner, id in keys if owner == tenant]
                content = {"removed": gone, "before": before.isoformat()}
                writing.append(Entry(tenant, RETENTION, "service", content))
        removed += len(keys)
