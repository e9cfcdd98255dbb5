"""The first page, and finding a place by any of its names."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from models.taxonomy import PlaceKind
from services.access.callers import Caller, Matching
from services.matcher.catalogue import Catalogue
from services.matcher.decisions.asked import Kind
from services.matcher.pages.answering import own_facts
from services.matcher.pages.own_place import OwnPlace, keep_place
from services.matcher.pages.rendering import Page, PageDep
from services.matcher.pages.shortlist import kept_in, shortlist
from services.matcher.pages.views.places import PlaceLine, place_line
from services.matcher.reconciling.finding import find_places, offered_places, places_called
from services.matcher.routes.dependencies import CatalogueDep
from services.web.app import answer

router = APIRouter(include_in_schema=False)
FOUND, SUGGESTED = 30, 8
# Questions that show what an answer looks like: the place, what it is after, and its need.
EXAMPLES = (
    ("bilbao", "peers", "gn:3128026", ["regeneration"], "implement"),
    ("accra", "networks", "gn:2306104", ["climate", "resilience"], "apply"),
    ("catalonia", "peers", "iso:ES-CT", ["innovation"], "discover"),
)
Q = Annotated[str, Query(max_length=200)]


@router.get("/")
def start(page: PageDep, q: Q = "", missing: str = "", want: str = "peers") -> Response:
    """Which place are you, and what do you want?"""
    errors = []
    if missing:
        code = "error_none" if q else "error_empty"
        errors = [{"text": page.t(f"start.{code}", name=q), "href": "#place-search"}]
    return page.show(
        "start.html",
        q=q,
        want=want,
        errors=errors,
        missing=bool(missing and q),
        examples=_examples(page),
        kept=_kept(page),
    )


def _kept(page: Page) -> list[tuple[str, str]]:
    """The shortlists of who comes back, each with the answer that it comes from."""
    kinds: tuple[Kind, ...] = ("peers", "collaborations")
    return [
        (
            page.t(f"start.kept_{kind}", count=len(shortlist(page.request, kind))),
            page.link(f"/matches/{match_id}"),
        )
        for kind in kinds
        if (match_id := kept_in(page.request, kind))
    ]


def _examples(page: Page) -> list[tuple[str, str]]:
    return [
        (
            page.t(f"start.example_{name}"),
            page.link(f"/find/{want}", place=place, sector=sectors, stage=stage),
        )
        for name, want, place, sectors, stage in EXAMPLES
    ]


@router.get("/go")
def go(
    page: PageDep,
    caller: Matching,
    catalogue: CatalogueDep,
    want: str = "peers",
    place: Q = "",
    q: Q = "",
) -> Response:
    """From a place and a door to the next page; where the name is not clear, a list to choose."""
    if want == "calls":
        return page.go("/calls")
    if place:
        facts = own_facts(catalogue, caller, place)
        return _onward(page, place, facts, want)
    rows, is_clear = _meant(catalogue, caller, q)
    if not rows:
        if page.own and not q.strip():
            return page.go(*_next(want), place=page.own.id, want=want)
        return page.go("/", q=q, missing="yes", want=want)
    if is_clear:
        found = catalogue.snapshot.places
        return _onward(page, found.id(rows[0]), found.facts(rows[0]), want)
    lines = [place_line(catalogue, row, page.words) for row in rows[:FOUND]]
    return page.show("places.html", q=q, want=want, lines=lines, more=len(rows) - len(lines))


def _meant(catalogue: Catalogue, caller: Caller, q: str) -> tuple[list[int], bool]:
    """Whom a text may mean, and whether that is clear: a misspelling is offered, never taken."""
    if not q.strip():
        return [], False
    rows = find_places(catalogue.snapshot, q, caller.tenant, None, None)
    if rows:
        return rows, len(rows) == 1
    offered = offered_places(catalogue.snapshot, q, caller.tenant)
    return [one.row for one in offered], bool(offered) and offered[0].match


def _next(want: str) -> tuple[str]:
    return ("/portfolio",) if want == "portfolio" else ("/ask",)


def _onward(page: Page, place_id: str, facts: dict[str, Any], want: str) -> Response:
    """To the next page, with the place remembered; what was said of it before stays."""
    response = page.go(*_next(want), place=place_id, want=want)
    if page.own is None or page.own.id != place_id:
        keep_place(response, page.request, OwnPlace(place_id, facts["name"], facts["country"]))
    return response


@router.get("/places/suggest")
def suggest(
    page: PageDep,
    caller: Matching,
    catalogue: CatalogueDep,
    q: Q = "",
    kind: str = "",
) -> Response:
    """Places for the search box while somebody types."""
    known = kind if kind in list(PlaceKind) else None
    rows = places_called(catalogue.snapshot, q, caller.tenant, None, known) if q else []
    lines = [place_line(catalogue, row, page.words) for row in rows[:SUGGESTED]]
    return answer([{"id": line.id, "text": _told(line)} for line in lines])


def _told(line: PlaceLine) -> str:
    return f"{line.name} ({line.where}; {line.kind})"
