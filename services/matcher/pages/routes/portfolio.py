"""All that a place is committed to, looked at together; and an invitation put to the same test."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Response

from models.errors import CollaborationNotFound
from services.access.callers import Caller, Matching
from services.matcher.catalogue import Catalogue
from services.matcher.pages.answering import own_facts
from services.matcher.pages.asked import well_formed
from services.matcher.pages.described import described_facts
from services.matcher.pages.own_place import OwnPlace
from services.matcher.pages.rendering import Page, PageDep
from services.matcher.pages.said_here import edits_of, keep_edits
from services.matcher.pages.security import OwnForm
from services.matcher.pages.views.places import line_of
from services.matcher.pages.views.portfolio import invitation_view, portfolio_view
from services.matcher.portfolio.invitation import check_invitation
from services.matcher.portfolio.review import review
from services.matcher.portfolio.schemas import InvitationRequest, PortfolioRequest
from services.matcher.routes.dependencies import CatalogueDep
from services.matcher.routes.portfolio import checklist_in_force, situation_of

router = APIRouter(prefix="/portfolio", include_in_schema=False)
Place = Annotated[str, Form(max_length=100)]
INVITATION = 5000


@dataclass(frozen=True)
class Whose:
    """The place whose portfolio it is, with what its people said here."""

    id: str
    stored: dict[str, Any]
    edits: dict[str, Any]

    @property
    def facts(self) -> dict[str, Any]:
        return self.stored | self.edits

    def asked(self) -> dict[str, Any]:
        """How a request names it."""
        on_file = described_facts(self.id) is None
        return {"place_id": self.id} if on_file and not self.edits else {"place": self.facts}


def _whose(page: Page, caller: Caller, catalogue: Catalogue, place: str) -> Whose | None:
    key = place or (page.own.id if page.own else "")
    if not key:
        return None
    return Whose(key, own_facts(catalogue, caller, key), edits_of(page, key))


@router.get("")
def show(page: PageDep, caller: Matching, catalogue: CatalogueDep, place: str = "") -> Response:
    """What are we in, what does each give, where do they overlap, what is missing?"""
    whose = _whose(page, caller, catalogue, place)
    if whose is None:
        return page.show("portfolio_whose.html", part="portfolio")
    return _page(page, caller, catalogue, whose)


def _page(
    page: Page,
    caller: Caller,
    catalogue: Catalogue,
    whose: Whose,
    errors: list[dict[str, str]] | None = None,
    text: str = "",
) -> Response:
    body = PortfolioRequest.model_validate(whose.asked())
    situation = situation_of(page.request, body, caller, catalogue, page.sentences)
    head = {"as_of": situation.as_of.isoformat()}
    return page.show(
        "portfolio.html",
        422 if errors else 200,
        v=portfolio_view(head | review(situation), page.words),
        place=line_of(catalogue.snapshot, whose.id, whose.facts, page.words),
        edited="commitments" in whose.edits,
        text=text,
        errors=errors or [],
        part="portfolio",
    )


@router.post("/commitments", dependencies=[OwnForm])
def commit(
    page: PageDep,
    caller: Matching,
    catalogue: CatalogueDep,
    place: Place,
    name: Annotated[str, Form(max_length=200)] = "",
    level: Annotated[Literal["mayor", "officer"], Form()] = "officer",
    drop: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Put a network among the commitments, or take one out: for one's own pages alone."""
    whose = _whose(page, caller, catalogue, place)
    if whose is None:
        return page.go("/portfolio")
    held = [
        {k: v for k, v in one.items() if k != "provenance"}
        for one in whose.facts.get("commitments", ())
    ]
    if drop:
        held = [one for one in held if drop not in (one.get("collaboration"), one.get("place_id"))]
    else:
        try:
            row = catalogue.collaboration(name, caller.tenant)
        except CollaborationNotFound:
            code = "error_unknown" if name.strip() else "error_empty"
            error = {"text": page.t(f"portfolio_page.{code}", name=name), "href": "#name"}
            return _page(page, caller, catalogue, whose, [error])
        key = catalogue.snapshot.collaborations[row]["id"]
        held = [one for one in held if one.get("collaboration") != key]
        held.append({"collaboration": key, "level": level})
    response = page.go("/portfolio", place=place)
    edits = whose.edits | {"commitments": held}
    own = OwnPlace(place, whose.stored["name"], whose.stored["country"], edits)
    if not keep_edits(page, response, own):
        error = {"text": page.t("portfolio_page.error_too_much"), "href": "#name"}
        return _page(page, caller, catalogue, whose, [error])
    return response


@router.post("/invitation", dependencies=[OwnForm])
def invitation(
    page: PageDep,
    caller: Matching,
    catalogue: CatalogueDep,
    place: Place,
    text: Annotated[str, Form(max_length=INVITATION)] = "",
) -> Response:
    """Should this invitation be accepted, given all that the place is committed to?"""
    whose = _whose(page, caller, catalogue, place)
    if whose is None:
        return page.go("/portfolio")
    if not text.strip():
        error = {"text": page.t("portfolio_page.error_invitation"), "href": "#text"}
        return _page(page, caller, catalogue, whose, [error])
    body = well_formed(InvitationRequest, {**whose.asked(), "text": text.strip()})
    situation = situation_of(page.request, body, caller, catalogue, page.sentences)
    checklist = checklist_in_force(page.request, caller, page.sentences)
    found = check_invitation(situation, body, checklist)
    return page.show(
        "invitation.html",
        i=invitation_view(found, page.words),
        place=line_of(catalogue.snapshot, whose.id, whose.facts, page.words),
        part="portfolio",
    )
