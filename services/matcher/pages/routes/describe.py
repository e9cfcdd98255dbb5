"""A place that is not on file, in its own words: its name, its country, how many live there."""

from dataclasses import replace

from fastapi import APIRouter, Response

from models.taxonomy import PlaceKind
from services.access.callers import Caller, Matching
from services.matcher.catalogue import Catalogue
from services.matcher.pages.described import Described
from services.matcher.pages.rendering import PageDep
from services.matcher.reconciling.countries import read_country
from services.matcher.reconciling.finding import places_called
from services.matcher.routes.dependencies import CatalogueDep

router = APIRouter(include_in_schema=False)
LOOKED_AT = 5


@router.get("/describe")
def describe(
    page: PageDep, caller: Matching, catalogue: CatalogueDep, want: str = "peers"
) -> Response:
    """The form; filled in as it should be, it leads on as any place does."""
    query = page.request.query_params
    said = _placed(Described.of(query), catalogue, caller)
    faults = said.faults() if "answered" in query else {}
    if "answered" in query and not faults:
        return page.go("/go", place=said.id, want=want)
    errors = [
        {"text": page.t(f"describe.error_{code}"), "href": f"#{name}", "name": name}
        for name, code in faults.items()
    ]
    return page.show(
        "describe.html",
        422 if errors else 200,
        said=said,
        want=want,
        kinds=[str(kind) for kind in PlaceKind],
        errors=errors,
        faults={error["name"]: error["text"] for error in errors},
    )


def _placed(said: Described, catalogue: Catalogue, caller: Caller) -> Described:
    """With where it lies, by a place of its country that it is near to."""
    country = read_country(said.country)
    if not said.near or country is None:
        return said
    snapshot = catalogue.snapshot
    for row in places_called(snapshot, said.near, caller.tenant, country, None)[:LOOKED_AT]:
        facts = snapshot.places.facts(row)
        if facts.get("lat") is not None and facts.get("lon") is not None:
            return replace(said, at=(facts["lat"], facts["lon"]))
    return said
