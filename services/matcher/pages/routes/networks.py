"""A network's page: what it is, what it asks, who is in it."""

from fastapi import APIRouter, Response

from services.access.callers import Matching
from services.matcher.pages.rendering import PageDep
from services.matcher.pages.views.network import network_view
from services.matcher.routes.dependencies import CatalogueDep

router = APIRouter(prefix="/networks", include_in_schema=False)


@router.get("/{collaboration_id}")
def show(
    collaboration_id: str, page: PageDep, caller: Matching, catalogue: CatalogueDep
) -> Response:
    """All that is on file; an alias or a former name leads here too."""
    row = catalogue.collaboration(collaboration_id, caller.tenant)
    view = network_view(catalogue, row, caller.tenant, page.words)
    return page.show("network.html", n=view, part="networks")
