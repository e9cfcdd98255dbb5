"""The desk of those who run a network: which one, who is in, whom to approach."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from models.errors import CollaborationNotFound
from models.tables import PUBLIC
from services.access.callers import Scope
from services.matcher.convening import jury, roster
from services.matcher.convening.approach import approach_list
from services.matcher.pages.at_the_desk import DeskDep, DeskPage, DeskPageDep
from services.matcher.pages.rendering import Page, PageDep
from services.matcher.pages.views.desk import approach_view, roster_view
from services.matcher.routes.dependencies import CatalogueDep

router = APIRouter(prefix="/calls", include_in_schema=False)
WORTH_A_VISIT = 20
# Screenings on the desk; the API lists them all.
SHOWN = 200


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
def desk(here: DeskPageDep) -> Response:
    """Who is in and how each cap stands; a sheet to upload; screenings made before."""
    return desk_page(here)


def desk_page(here: DeskPage, errors: list[dict[str, str]] | None = None) -> Response:
    """The desk, also with what was wrong with a file."""
    words = here.page.words
    with here.desk() as found:
        held = roster.in_force(found)
        shown = roster.show(found, held) if held else None
        screenings = [
            (one["screening_id"], words.format_field(str(one["created_at"])[:10], "day"))
            for one in jury.listed(found)[:SHOWN]
        ]
        return here.show(
            "desk.html",
            found.named,
            errors,
            roster=roster_view(shown, words) if shown else None,
            screenings=screenings,
        )


@router.get("/{collaboration_id}/approach")
def approach(here: DeskPageDep) -> Response:
    """Places outside the network that fit it, the best worth a visit first."""
    with here.desk() as found:
        answer = approach_list(found, None, WORTH_A_VISIT)
        return here.show(
            "approach.html",
            answer["collaboration"],
            looked_at=answer["looked_at"],
            of=answer["of"],
            places=[approach_view(item, here.page.words) for item in answer["items"]],
        )
