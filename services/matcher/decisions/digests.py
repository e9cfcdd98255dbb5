"""What an entry of the audit log says of each row written with it: a key, and a digest."""

import hashlib
import zlib

from models.tables import MatchRow, OutcomeRow, TenantDocumentRow
from services.matcher.decisions.audit import digest

Accounted = MatchRow | OutcomeRow | TenantDocumentRow


def key_of(row: Accounted) -> str:
    """What a row is called in the log."""
    match row:
        case MatchRow():
            return f"match/{row.tenant_id}/{row.id}"
        case OutcomeRow():
            return f"outcome/{row.tenant_id}/{row.number}"
        case TenantDocumentRow():
            return f"{row.kind}/{row.tenant_id}/{row.version}"


def digest_of(row: Accounted) -> str:
    """A digest of all that a row says."""
    match row:
        case MatchRow():
            answer = hashlib.sha256(zlib.decompress(row.answer)).hexdigest()
            inputs = [row.kind, row.request, row.as_of.isoformat(), row.language, row.snapshot_id]
            recorded = row.recorded_at.isoformat(timespec="microseconds")
            rest = [row.weights, answer, row.answer_hash, row.software, recorded]
            return digest([*inputs, *rest])
        case OutcomeRow():
            what = [row.match_id, row.result_id, row.outcome, row.side, row.at.isoformat()]
            return digest([*what, row.why, row.recorded_at.isoformat(timespec="microseconds")])
        case TenantDocumentRow():
            return digest([row.document, row.created_at.isoformat(timespec="microseconds")])


def digests(*rows: Accounted) -> dict[str, str]:
    """Keys and digests of rows, for the content of an entry."""
    return {key_of(row): digest_of(row) for row in rows}
