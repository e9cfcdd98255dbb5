"""What a recorded match was made with, and every entry of the audit log that names it."""

import hashlib
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.tables import AuditRow, MatchRow
from services.matcher.catalogue import Catalogue
from services.matcher.decisions.digests import digest_of
from services.matcher.decisions.replay import stored_answer

RULES = "collaborations.json"
INDEX = ".faiss"
Json = dict[str, Any]


def account_of(row: MatchRow, catalogue: Catalogue | None, session: Session) -> Json:
    """Inputs, rules, weights, model, snapshot and software of a match; who asked, and when."""
    account: Json = {
        "match_id": row.id,
        "kind": row.kind,
        "as_of": row.as_of.isoformat(),
        "language": row.language,
        "inputs": orjson.loads(row.request),
        "inputs_sha256": hashlib.sha256(row.request.encode()).hexdigest(),
        "weights": orjson.loads(row.weights),
        "snapshot_id": row.snapshot_id,
        "snapshot_kept": catalogue is not None,
        "software": row.software,
        "recorded_at": row.recorded_at.isoformat(),
        "answer_sha256": hashlib.sha256(stored_answer(row)).hexdigest(),
        "record_sha256": digest_of(row),
        "log": _entries(row, session),
    }
    return account | (_made_with(catalogue) if catalogue is not None else {})


def _made_with(catalogue: Catalogue) -> Json:
    """What stands in the snapshot alone, and is unknown where that is gone."""
    manifest = catalogue.snapshot.manifest
    return {
        "data_revision": manifest.data_revision,
        "embedding_model": manifest.embedding.model,
        "weights_version": catalogue.weights["version"],
        "rules_sha256": manifest.files[RULES].sha256,
        "index_sha256": {
            name: file.sha256
            for name, file in sorted(manifest.files.items())
            if name.endswith(INDEX)
        },
    }


def _entries(row: MatchRow, session: Session) -> list[Json]:
    """Who asked it and what was decided on it, in the order of the log."""
    query = select(AuditRow).where(
        AuditRow.tenant_id == row.tenant_id, AuditRow.content.contains(row.id, autoescape=True)
    )
    return [
        {"sequence": e.sequence, "at": e.at.isoformat(), "kind": e.kind, "actor": e.actor}
        for e in session.scalars(query.order_by(AuditRow.sequence))
    ]
