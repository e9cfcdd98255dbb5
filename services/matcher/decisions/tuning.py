"""Weights that a tenant's own outcomes have moved: a little, within bounds, and never a rule.

Each outcome speaks for or against the features that spoke for its result, as loudly as they did.
`factor = 1 + BOUND x for_less_against / (told + SHRINKAGE)`: a few outcomes hardly move a weight,
and no number of them moves it by more than BOUND. Every outcome makes a new version.
"""

from collections.abc import Mapping
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.database import Sessions
from models.errors import InvalidInput
from models.tables import PUBLIC, TenantDocumentRow
from services.matcher.features import EXISTING_TIE, SIMILAR_TEXT
from services.matcher.schemas import MatchRequest, PeersRequest

WEIGHTS = "weights"
BOUND = 0.25
SHRINKAGE = 20.0
SAYS = {"accepted": 1.0, "active": 1.0, "declined": -1.0}
# What the question itself sets is not learned.
NOT_LEARNED = {EXISTING_TIE, SIMILAR_TEXT, "same_stage", "stage_ahead"}
Sums = dict[str, dict[str, list[float]]]


def latest(session: Session, tenant: str, kind: str) -> TenantDocumentRow | None:
    """The version in force of a tenant's own settings."""
    query = select(TenantDocumentRow).where(
        TenantDocumentRow.tenant_id == tenant, TenantDocumentRow.kind == kind
    )
    row: TenantDocumentRow | None = session.scalars(
        query.order_by(TenantDocumentRow.version.desc()).limit(1)
    ).first()
    return row


def next_version(session: Session, tenant: str, kind: str, document: Any) -> TenantDocumentRow:
    """A new version of a tenant's settings, to be written with its entry in the log."""
    before = latest(session, tenant, kind)
    row = TenantDocumentRow(
        tenant_id=tenant,
        kind=kind,
        version=before.version + 1 if before else 1,
        document=orjson.dumps(document, option=orjson.OPT_SORT_KEYS).decode(),
    )
    session.add(row)
    return row


def learned(before: Sums, mode: str, result: Mapping[str, Any], outcome: str) -> Sums:
    """The sums with one more outcome: per feature how much it told, and for less against."""
    sign, sums = SAYS.get(outcome), {m: dict(table) for m, table in before.items()}
    if sign is None:
        return sums
    table = sums.setdefault(mode, {})
    for reason in result["reasons"]:
        value, feature = float(reason["value"]), reason["feature"]
        if value > 0 and feature not in NOT_LEARNED:
            told, balance = table.get(feature, [0.0, 0.0])
            table[feature] = [told + value, balance + sign * value]
    return sums


def factor(told: float, balance: float) -> float:
    """What a weight is multiplied by; always within 1 - BOUND and 1 + BOUND."""
    return 1 + BOUND * balance / (told + SHRINKAGE)


def factors(sums: Sums) -> dict[str, dict[str, float]]:
    return {
        mode: {feature: round(factor(*both), 6) for feature, both in sorted(table.items())}
        for mode, table in sorted(sums.items())
    }


def sums_of(row: TenantDocumentRow | None) -> Sums:
    sums: Sums = orjson.loads(row.document)["sums"] if row else {}
    return sums


def revert(session: Session, tenant: str, version: int) -> TenantDocumentRow:
    """A new version that says what an older one said; version 0 is the default."""
    row = session.get(TenantDocumentRow, (tenant, WEIGHTS, version)) if version else None
    if version and row is None:
        detail = f"there is no version {version} of your weights"
        raise InvalidInput.at("/version", detail, "unknown_version")
    return next_version(session, tenant, WEIGHTS, {"sums": sums_of(row), "reverted_to": version})


def shown(row: TenantDocumentRow | None) -> dict[str, Any]:
    """A version as it is shown, with the bounds that hold for all of them."""
    return {
        "version": row.version if row else 0,
        "bounds": {"lowest": 1 - BOUND, "highest": 1 + BOUND, "shrinkage": SHRINKAGE},
        "factors": factors(sums_of(row)),
        "sums": sums_of(row),
    }


def tuned_weights(
    sessions: Sessions, default: Mapping[str, Any], tenant: str, kind: str, body: MatchRequest
) -> Mapping[str, float]:
    """The weights that the tenant's own outcomes move, of those the question leaves open."""
    if tenant == PUBLIC:
        return {}
    with sessions() as session:
        row = latest(session, tenant, WEIGHTS)
    mode = str(body.mode) if isinstance(body, PeersRequest) else kind
    weights = default["peers"][mode] if kind == "peers" else default[kind]
    moved = factors(sums_of(row)).get(mode, {})
    return {f: weights[f] * by for f, by in moved.items() if weights.get(f) and by != 1}
