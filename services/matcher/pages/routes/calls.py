"""The desk of those who run a network: which one, who is in, whom to approach."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from models.errors import CollaborationNotFound
from models.tables import PUBLIC
from services.access.callers import Convening, Scope
from services.matcher.convening import jury, roster
from services.matcher.convening.approach import approach_list
from services.matcher.pages.rendering import Page, PageDep
from services.matcher.pages.views.desk import approach_view, roster_view
from services.matcher.routes.convening import Asked, desk_of
from services.matcher.routes.dependencies import CatalogueDep

router = APIRouter(prefix="/calls", include_in_schema=False)
WORTH_A_VISIT = 20
# Screenings on the desk; the API lists them all.
SHOWN = 200


def asked_of(page: PageDep, caller: Convening, catalogue: CatalogueDep) -> Asked:
    """A convener's question, in the words of the page."""
    return Asked(page.request, caller, catalogue, page.sentences)


DeskDep = Annotated[Asked, Depends(asked_of)]


@router.get("")
def start(page: PageDep, catalogue: CatalogueDep) -> Response:
    """What the desk does, and the way in."""
    return _start(page, catalogue)


def _start(page: Page, catalogue: CatalogueDep, name: str = "", unknown: bool = False) -> Response:
    who = page.signed_in
    may = who is not None and {Scope.CONVENE, Scope.ADMIN} & set(who.scopes)
    tenants = (PUBLIC, who.tenant) if who else (PUBLIC,)
    names = sorted(
        {c["name"] for c in catalogue.snapshot.collaborations if c["tenant"] in tenants},
        key=str.casefold,
    )
    errors = []
    if unknown:
        code = "desk.error_unknown" if name.strip() else "desk.error_empty"
        errors = [{"text": page.t(code, name=name), "href": "#name"}]
    return page.show(
        "calls.html",
        422 if unknown else 200,
        part="calls",
        may=bool(may),
        names=names if may else [],
        name=name,
        errors=errors,
    )


@router.get("/open")
def choose(
    page: PageDep,
    asked: DeskDep,
    catalogue: CatalogueDep,
    name: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """The network of a name, an alias or a former name."""
    try:
        row = catalogue.collaboration(name.strip(), asked.caller.tenant)
    except CollaborationNotFound:
        return _start(page, catalogue, name, unknown=True)
    return page.go(f"/calls/{catalogue.snapshot.collaborations[row]['id']}")


@router.get("/{collaboration_id}")
def desk(collaboration_id: str, page: PageDep, asked: DeskDep) -> Response:
    """Who is in and how each cap stands; a sheet to upload; screenings made before."""
    return desk_page(page, asked, collaboration_id)


def desk_page(
    page: Page, asked: Asked, collaboration_id: str, errors: list[dict[str, str]] | None = None
) -> Response:
    """The desk, also with what was wrong with a file."""
    with desk_of(asked, collaboration_id) as found:
        held = roster.in_force(found)
        shown = roster.show(found, held) if held else None
        screenings = [
            (one["screening_id"], page.words.format_field(str(one["created_at"])[:10], "day"))
            for one in jury.listed(found)[:SHOWN]
        ]
        return page.show(
            "desk.html",
            422 if errors else 200,
            part="calls",
            c=_head(found.record),
            roster=roster_view(shown, page.words) if shown else None,
            screenings=screenings,
            errors=errors or [],
        )


def _head(record: dict[str, object]) -> dict[str, object]:
    return {"id": record["id"], "name": record["name"]}


@router.get("/{collaboration_id}/approach")
def approach(collaboration_id: str, page: PageDep, asked: DeskDep) -> Response:
    """Places outside the network that fit it, the best worth a visit first."""
    with desk_of(asked, collaboration_id) as found:
        answer = approach_list(found, None, WORTH_A_VISIT)
        return page.show(
            "approach.html",
            part="calls",
            c=answer["collaboration"],
            looked_at=answer["looked_at"],
            of=answer["of"],
            places=[approach_view(item, page.words) for item in answer["items"]],
        )
