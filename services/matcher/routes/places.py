"""GET /v1/places: find a place by any of its names, and read what is held about it."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from models.countries import countries
from models.records.values import CountryCode
from models.residents import residents, size_class
from models.taxonomy import PlaceKind
from services.access.callers import Matching
from services.matcher.profile import stored_facts
from services.matcher.reconciling.finding import places_called
from services.matcher.routes.dependencies import CatalogueDep
from services.matcher.routes.paging import Cursor, Limit, Listed, page
from services.web.app import answer

router = APIRouter(prefix="/places", tags=["catalogue"])


@router.get("")
def search(
    caller: Matching,
    catalogue: CatalogueDep,
    q: Annotated[str | None, Query(max_length=200)] = None,
    country: CountryCode | None = None,
    kind: PlaceKind | None = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Response:
    """Places by the beginning of any name or alias, in any script; accents do not matter.

    Where no name begins so, those that it may mean: misspelt, with an office or a country.
    """
    places = catalogue.snapshot.places
    rows = places_called(catalogue.snapshot, q, caller.tenant, country, kind)
    listed = Listed(catalogue.snapshot.id, ("places", caller.tenant, q, country, kind))
    return answer(page(rows, listed, limit, cursor, places.shown))


@router.get("/{place_id}")
def read(place_id: str, caller: Matching, catalogue: CatalogueDep) -> Response:
    """All that is held about a place, each fact with its source, date and status."""
    _, facts = stored_facts(catalogue.snapshot, place_id, caller.tenant)
    derived = {
        "size_class": size_class(residents(facts)),
        "continent": countries()[facts["country"]].continent,
    }
    known = {k: v for k, v in derived.items() if v is not None}
    # In the order of names, whichever fields the snapshot has first.
    shown = dict(sorted(facts.items())) | known
    return answer({**shown, "snapshot_id": catalogue.snapshot.id})
