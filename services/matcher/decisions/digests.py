"""What an entry of the audit log says of each row written with it: a key, and a digest.

A digest is keyed with what stands in the row alone. Where a person is erased from a row, that goes
too: the digest of before stays in the log, and nobody can try names against it.
"""

import hashlib
from collections.abc import Mapping
from operator import itemgetter
from typing import Any

import orjson

from models.tables import MatchRow, OutcomeRow, TenantDocumentRow
from services.matcher.decisions.audit import digest, digest_of_bytes
from services.matcher.decisions.packing import unpacked

_COLUMNS = [column.key for column in MatchRow.__table__.columns]
_INPUTS = ("kind", "request", "as_of", "language", "snapshot_id", "weights")
_SAID = itemgetter(*_INPUTS, "software", "recorded_at")
Accounted = MatchRow | OutcomeRow | TenantDocumentRow


def key_of(row: Accounted) -> str:
    """What a row is called in the log."""
    match row:
        case MatchRow():
            return match_key(row.tenant_id, row.id)
        case OutcomeRow():
            return f"outcome/{row.tenant_id}/{row.number}"
        case TenantDocumentRow():
            return f"{row.kind}/{row.tenant_id}/{row.version}"


def match_key(tenant: str, match_id: str) -> str:
    return f"match/{tenant}/{match_id}"


def digest_of(row: Accounted) -> str:
    """A digest of all that a row says."""
    match row:
        case MatchRow():
            columns = {name: getattr(row, name) for name in _COLUMNS}
            return _digest_of_before(columns) if row.answer_hash else digest_of_match(columns)
        case OutcomeRow():
            what = [row.match_id, row.result_id, row.outcome, row.side, row.at.isoformat()]
            said = [*what, row.why, row.recorded_at.isoformat(timespec="microseconds")]
            if row.told_by is not None:
                said += [row.told_by, row.opinion]
            return digest(said, row.digest_key)
        case TenantDocumentRow():
            said = [row.document, row.created_at.isoformat(timespec="microseconds")]
            return digest(said, row.digest_key)


def digest_of_match(row: Mapping[str, Any]) -> str:
    """A digest of a match by its columns and its answer as it is kept: packed it is a tenth."""
    return digest_of_bytes(orjson.dumps(_SAID(row)) + row["answer"], row["digest_key"])


def _digest_of_before(row: Mapping[str, Any]) -> str:
    """The digest that records have which were made with a hash of the whole answer."""
    inputs = [row["kind"], row["request"], row["as_of"].isoformat()]
    made_with = [row["language"], row["snapshot_id"], row["weights"]]
    answer = hashlib.sha256(unpacked(row["answer"])).hexdigest()
    recorded = row["recorded_at"].isoformat(timespec="microseconds")
    said = [*inputs, *made_with, answer, row["answer_hash"], row["software"], recorded]
    return digest(said, row["digest_key"])


def digests(*rows: Accounted) -> dict[str, str]:
    """Keys and digests of rows, for the content of an entry."""
    return {key_of(row): digest_of(row) for row in rows}
