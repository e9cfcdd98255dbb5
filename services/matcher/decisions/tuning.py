"""Weights that a tenant's own outcomes have moved: a little, within bounds, and never a rule.

How much follows from what each key told (`opinions.py`). Every outcome makes a new version, which
names the outcomes that count in it: going back leaves out those told since.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import orjson
from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from models.database import Sessions
from models.errors import InvalidInput
from models.tables import PUBLIC, OutcomeRow, TenantDocumentRow
from services.matcher.decisions import opinions
from services.matcher.decisions.opinions import Sums
from services.matcher.schemas import MatchRequest, PeersRequest

WEIGHTS = "weights"
Ranges = list[tuple[int, int]]

# Asked at each question with a key: to put the statement together takes as long as to ask it.
_LATEST = (
    select(TenantDocumentRow)
    .where(
        TenantDocumentRow.tenant_id == bindparam("tenant"),
        TenantDocumentRow.kind == bindparam("kind"),
    )
    .order_by(TenantDocumentRow.version.desc())
    .limit(1)
)


def latest(session: Session, tenant: str, kind: str) -> TenantDocumentRow | None:
    """The version in force of a tenant's own settings."""
    asked = {"tenant": tenant, "kind": kind}
    row: TenantDocumentRow | None = session.scalars(_LATEST, asked).first()
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


def learned(session: Session, outcome: OutcomeRow) -> TenantDocumentRow | None:
    """The weights with one more outcome, as a new version; None where it teaches nothing."""
    if outcome.opinion is None:
        return None
    before = _document(latest(session, outcome.tenant_id, WEIGHTS))
    counted = _with(before, outcome.number)
    tellers = [before["older"], *_by_teller(session, outcome.tenant_id, counted)]
    document = {
        "sums": opinions.added(tellers),
        "factors": opinions.factors(tellers),
        "older": before["older"],
        "counted": counted,
        "outcome": outcome.number,
    }
    return next_version(session, outcome.tenant_id, WEIGHTS, document)


def _document(row: TenantDocumentRow | None) -> dict[str, Any]:
    """What a version says; one of before keys were told apart holds sums that are nobody's."""
    document: dict[str, Any] = orjson.loads(row.document) if row else {"sums": {}}
    if "factors" in document:
        return document
    sums: Sums = document["sums"]
    return document | {"factors": opinions.factors([sums]), "older": sums, "counted": []}


def _with(before: Mapping[str, Any], number: int) -> Ranges:
    """The outcomes that count, as first and last numbers, and one more.

    Those told between an older version and going back to it count no more.
    """
    counted: Ranges = before["counted"]
    if counted and "reverted_to" not in before:
        return [*counted[:-1], (counted[-1][0], number)]
    return [*counted, (number, number)]


def _by_teller(session: Session, tenant: str, counted: Ranges) -> list[Sums]:
    """What each key says in the outcomes that count."""
    within = or_(*(OutcomeRow.number.between(first, last) for first, last in counted))
    query = select(OutcomeRow.told_by, OutcomeRow.opinion).where(
        OutcomeRow.tenant_id == tenant, OutcomeRow.opinion.is_not(None), within
    )
    said = defaultdict(list)
    for told_by, opinion in session.execute(query.order_by(OutcomeRow.number)):
        said[told_by].append(orjson.loads(opinion or "{}"))
    return [opinions.sums_of(all_of_one) for all_of_one in said.values()]


def revert(session: Session, tenant: str, version: int) -> TenantDocumentRow:
    """A new version that says what an older one said; version 0 is the default."""
    row = session.get(TenantDocumentRow, (tenant, WEIGHTS, version)) if version else None
    if version and row is None:
        detail = f"there is no version {version} of your weights"
        raise InvalidInput.at("/version", detail, "unknown_version")
    document = {n: v for n, v in _document(row).items() if n != "outcome"}
    return next_version(session, tenant, WEIGHTS, document | {"reverted_to": version})


def shown(row: TenantDocumentRow | None) -> dict[str, Any]:
    """A version as it is shown, with the bounds that hold for all of them."""
    document, bound = _document(row), opinions.BOUND
    bounds = {"lowest": 1 - bound, "highest": 1 + bound, "shrinkage": opinions.SHRINKAGE}
    return {
        "version": row.version if row else 0,
        "bounds": bounds,
        "factors": document["factors"],
        "sums": document["sums"],
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
    moved = _document(row)["factors"].get(mode, {})
    return {f: weights[f] * by for f, by in moved.items() if weights.get(f) and by != 1}
