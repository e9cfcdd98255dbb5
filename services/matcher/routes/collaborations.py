"""GET /v1/collaborations: the collaborations on file, by any name they have or had."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from models.records import Collaboration
from services.access.callers import Matching
from services.matcher.matching.told_to_all import summary
from services.matcher.reconciling.finding import find_collaborations
from services.matcher.routes.dependencies import CatalogueDep
from services.matcher.routes.paging import Cursor, Limit, Listed, page
from services.web.app import answer

router = APIRouter(prefix="/collaborations", tags=["catalogue"])


@router.get("")
def search(
    caller: Matching,
    catalogue: CatalogueDep,
    q: Annotated[str | None, Query(max_length=200)] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Response:
    """Collaborations by name, alias or former name."""
    snapshot = catalogue.snapshot
    rows = find_collaborations(snapshot, q, caller.tenant)

    def show(row: int) -> dict[str, Any]:
        return summary(snapshot.collaborations[row])

    listed = Listed(snapshot.id, ("collaborations", caller.tenant, q))
    return answer(page(rows, listed, limit, cursor, show))


@router.get("/{collaboration_id}")
def read(collaboration_id: str, caller: Matching, catalogue: CatalogueDep) -> Response:
    """One collaboration with all that is on file; an alias resolves, a successor is named."""
    snapshot = catalogue.snapshot
    row = catalogue.collaboration(collaboration_id, caller.tenant)
    record = {k: v for k, v in snapshot.collaborations[row].items() if k != "tenant"}
    shown = Collaboration.model_validate(record).model_dump(mode="json", exclude_none=True)
    if "successor" in record:
        successor = snapshot.collaborations[
            catalogue.collaboration(record["successor"], caller.tenant)
        ]
        shown["successor_name"] = successor["name"]
    members = [
        {
            "id": snapshot.places.id(tie.place),
            **{k: tie.record[k] for k in ("role", "since") if k in tie.record},
        }
        for tie in snapshot.ties.of_collaboration(row)
        if tie.tenant in ("public", caller.tenant)
    ]
    if members:
        shown["known_members"] = sorted(members, key=lambda m: m["id"])
    return answer(shown)
