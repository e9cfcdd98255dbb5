"""A collaboration by any name it has or had, as sheets and records of commitments write it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.names import fold
from models.tables import PUBLIC, CollaborationRow

Facts = Mapping[str, Any]


class Named:
    """Which collaboration a name means to a tenant: their own first, then the public one."""

    def __init__(self, collaborations: Iterable[Facts]) -> None:
        self._ids: dict[tuple[str, str], int] = {}
        self._names: dict[tuple[str, str], int] = {}
        for row, record in enumerate(collaborations):
            tenant = record["tenant"]
            self._ids.setdefault((tenant, record["id"]), row)
            for name in (record["id"], record["name"], *record.get("aliases", ())):
                self._names.setdefault((tenant, fold(name)), row)

    def row(self, tenant: str, name: str | None) -> int:
        """Its row among the collaborations given; -1 where nobody has the name."""
        if name is None:
            return -1
        for known, key in ((self._ids, name), (self._names, fold(name))):
            for owner in (tenant, PUBLIC):
                if (owner, key) in known:
                    return known[owner, key]
        return -1


def collaborations_of(session: Session, tenant: str) -> Sequence[Facts]:
    """What a tenant may be committed to: the public collaborations and their own."""
    query = select(CollaborationRow).where(CollaborationRow.tenant_id.in_((PUBLIC, tenant)))
    return [
        {**orjson.loads(row.record), "tenant": row.tenant_id}
        for row in session.scalars(query.order_by(CollaborationRow.tenant_id, CollaborationRow.id))
    ]
