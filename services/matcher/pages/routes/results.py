"""An answer: as list, table and map; the shortlist."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Form, Response

from models.errors import MatchNotFound
from models.tables import MatchRow
from services.access.callers import Caller, Matching
from services.matcher.catalogue import Catalogue
from services.matcher.features import Facts
from services.matcher.pages.answering import catalogue_of, recorded
from services.matcher.pages.asked import Asked, asked_of
from services.matcher.pages.rendering import Page, PageDep
from services.matcher.pages.security import OwnForm
from services.matcher.pages.shortlist import keep_shortlist, shortlist
from services.matcher.pages.views.results import Results, ResultsView
from services.matcher.pages.views.weights import weight_lines
from services.matcher.pages.views.worldmap import world_map
from services.matcher.profile import stored_facts
from services.matcher.routes.papers import answer_in

router = APIRouter(prefix="/matches", include_in_schema=False)
View = Literal["list", "table", "map"]


@dataclass(frozen=True)
class Reopened:
    """A recorded match with what its pages need."""

    row: MatchRow
    answer: dict[str, Any]
    asked: Asked
    ours: Facts
    catalogue: Catalogue
    listed: list[str]


def reopen(page: Page, caller: Caller, match_id: str) -> Reopened:
    """A match as it was answered, in the language of the page."""
    row = recorded(page, caller, match_id)
    catalogue = catalogue_of(page.request, row)
    if catalogue is None:
        raise MatchNotFound(match_id)
    answer = answer_in(page.request, row, page.sentences)
    request = orjson.loads(row.request)
    asked = asked_of(row.kind, request)
    stored = request.get("place_id")
    ours = (
        stored_facts(catalogue.snapshot, stored, row.tenant_id)[1] if stored else request["place"]
    )
    if request.get("needs"):
        ours = ours | {"needs": request["needs"]}
    listed = shortlist(page.request, row.kind)
    return Reopened(row, answer, asked, ours, catalogue, listed)


def results_of(page: Page, match: Reopened, answer: dict[str, Any] | None = None) -> Results:
    """The view of a match, or of another answer to it."""
    view = ResultsView(
        match.catalogue.snapshot,
        match.row.tenant_id,
        match.ours,
        page.words,
        set(match.listed),
    )
    return view.page(answer or match.answer, match.asked)


@router.get("/{match_id}")
def show(match_id: str, page: PageDep, caller: Matching, view: View | str = "list") -> Response:
    """Who fits, why, at what cost, who was nearly in, and what next?"""
    match = reopen(page, caller, match_id)
    results = results_of(page, match)
    views: tuple[View, ...] = ("list", "table", "map")
    if match.row.kind == "collaborations":
        views = ("list", "table")
    chosen = view if view in views else "list"
    return page.show(
        "results.html",
        r=results,
        view=chosen,
        views=views,
        part=match.asked.want,
        weights=weight_lines(match.answer["weights"], page.words),
        drawn=world_map(results, match.ours, page.words) if chosen == "map" else None,
        names=names_of(match),
        share=str(page.request.base_url).rstrip("/") + page.link(f"/matches/{match_id}"),
    )


def names_of(match: Reopened) -> list[tuple[str, str]]:
    """The shortlist with names; what this catalogue does not hold is left out."""
    named = []
    for key in match.listed:
        name = _name(match, key)
        if name:
            named.append((key, name))
    return named


def _name(match: Reopened, key: str) -> str | None:
    snapshot, tenant = match.catalogue.snapshot, match.row.tenant_id
    if match.row.kind == "peers":
        row = snapshot.places.row(key, tenant)
        return None if row is None else str(snapshot.places.facts(row)["name"])
    at = snapshot.collaboration_row(key, tenant)
    return None if at is None else str(snapshot.collaborations[at]["name"])


@router.post("/{match_id}/shortlist", dependencies=[OwnForm])
def put(
    match_id: str,
    page: PageDep,
    caller: Matching,
    id: Annotated[str, Form(max_length=100)],
    listed: Annotated[Literal["yes", "no"], Form()] = "yes",
    view: Annotated[View, Form()] = "list",
) -> Response:
    """Put a result on the shortlist, or take it off."""
    row = recorded(page, caller, match_id)
    ids = [one for one in shortlist(page.request, row.kind) if one != id]
    if listed == "yes":
        ids.append(id)
    response = page.go(f"/matches/{match_id}", view="" if view == "list" else view)
    response.headers["location"] += f"#result-{id.replace(':', '-')}"
    keep_shortlist(response, page.request, row.kind, ids, match_id)
    return response
