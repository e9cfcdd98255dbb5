"""From a question to its answer: asked once, recorded, and from then on a link."""

from fastapi import APIRouter, Response

from services.access.callers import Matching
from services.matcher.pages.answering import ask, unusual
from services.matcher.pages.asked import Asked, Want
from services.matcher.pages.rendering import PageDep
from services.matcher.routes.dependencies import CatalogueDep

router = APIRouter(include_in_schema=False)


@router.get("/find/{want}")
def find(want: Want, page: PageDep, caller: Matching, catalogue: CatalogueDep) -> Response:
    """The answer to the question in the address; where something is missing, its question."""
    asked = Asked.of(page.request).but(want=want)
    if not asked.place:
        return page.go("/")
    if asked.sectors and not asked.stage:
        return page.go("/ask/stage", want=want, **asked.query())
    asked = asked.but(weights=unusual(catalogue, asked))
    match_id = ask(page, catalogue, caller, asked)
    return page.go(f"/matches/{match_id}", view=page.request.query_params.get("view", ""))
