"""A place's profile: what is held, what is missing, and what its own people know better."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from starlette.datastructures import FormData

from models.taxonomy import Degree, Goal, Readiness, Sector, Stakeholder
from services.access.callers import Matching
from services.matcher.pages.answering import own_facts
from services.matcher.pages.edits import read_edits
from services.matcher.pages.own_place import OwnPlace, keep_place, signed_place
from services.matcher.pages.rendering import Page, PageDep
from services.matcher.pages.said_here import edits_of, keep_edits
from services.matcher.pages.security import OwnForm
from services.matcher.pages.views.profile import WITHHELD, ProfilePage, names_of
from services.matcher.routes.dependencies import CatalogueDep

router = APIRouter(prefix="/places", include_in_schema=False)
CHOICES = {
    "sectors": Sector,
    "goals": Goal,
    "stakeholders": Stakeholder,
    "support_need": Degree,
    "readiness": Readiness,
}


async def _sent(request: Request) -> FormData:
    return await request.form(max_fields=200)


@router.get("/{place_id}")
def show(place_id: str, page: PageDep, caller: Matching, catalogue: CatalogueDep) -> Response:
    """Is what is held right, how old is it, and what is missing?"""
    stored = own_facts(catalogue, caller, place_id)
    edits = edits_of(page, place_id)
    names = names_of(catalogue.snapshot, stored, caller.tenant)
    view = ProfilePage(catalogue, page.words, names).page(place_id, stored, edits)
    # How a place describes itself is private: it stays out of a link that goes from hand to hand.
    told = {name: value for name, value in edits.items() if name not in WITHHELD}
    own = OwnPlace(place_id, stored["name"], stored["country"], told)
    address = page.link(f"/places/{place_id}", me=signed_place(page.request, own))
    response = page.show(
        "place.html", p=view, share=str(page.request.base_url).rstrip("/") + address
    )
    if page.request.query_params.get("me") and page.own and page.own.id == place_id:
        keep_place(response, page.request, page.own)
    return response


@router.get("/{place_id}/edit")
def edit(place_id: str, page: PageDep, caller: Matching, catalogue: CatalogueDep) -> Response:
    """The form, filled in with what is held."""
    stored = own_facts(catalogue, caller, place_id)
    return _form(page, place_id, stored, stored | edits_of(page, place_id), {})


@router.post("/{place_id}/edit", dependencies=[OwnForm])
def change(
    place_id: str,
    page: PageDep,
    caller: Matching,
    catalogue: CatalogueDep,
    form: Annotated[FormData, Depends(_sent)],
) -> Response:
    """Remember what was said: for one's organisation, or for whoever holds this browser or link."""
    stored = own_facts(catalogue, caller, place_id)
    edits, errors = read_edits(form, stored)
    if errors:
        return _form(page, place_id, stored, stored | edits, errors)
    response = page.go(f"/places/{place_id}")
    own = OwnPlace(place_id, stored["name"], stored["country"], edits)
    if not keep_edits(page, response, own):
        return _form(page, place_id, stored, stored | edits, {"sectors": "too_much"})
    return response


@router.post("/{place_id}/forget", dependencies=[OwnForm])
def forget(place_id: str, page: PageDep, caller: Matching, catalogue: CatalogueDep) -> Response:
    """Take back all that was said here."""
    stored = own_facts(catalogue, caller, place_id)
    response = page.go(f"/places/{place_id}")
    keep_edits(page, response, OwnPlace(place_id, stored["name"], stored["country"]))
    return response


@router.get("/{place_id}/correct")
def correct(
    place_id: str,
    page: PageDep,
    caller: Matching,
    catalogue: CatalogueDep,
    field: str = "",
    fact: str = "",
    right: str = "",
    source: str = "",
) -> Response:
    """A correction as a text to send: what is wrong, what is right, and who says so."""
    stored = own_facts(catalogue, caller, place_id)
    asked = "fact" in page.request.query_params
    errors = []
    if asked and not right.strip():
        errors.append({"text": page.t("places.error_right"), "href": "#right"})
    if asked and not source.strip():
        errors.append({"text": page.t("places.error_source"), "href": "#source"})
    return page.show(
        "place_correct.html",
        id=place_id,
        name=stored["name"],
        fact=next((f for f in (fact, field) if f in page.words.terms["field"]), "population"),
        facts=list(page.words.terms["field"].items()),
        right=right[:1000],
        source=source[:1000],
        ready=asked and not errors,
        snapshot=catalogue.snapshot.id,
        errors=errors,
    )


def _form(
    page: Page, place_id: str, stored: dict[str, Any], shown: dict[str, Any], faults: dict[str, str]
) -> Response:
    errors = [
        {"text": page.t(f"places.error_{kind}", fact=name), "href": f"#{name}", "name": name}
        for name, kind in faults.items()
    ]
    return page.show(
        "place_edit.html",
        422 if errors else 200,
        id=place_id,
        name=stored["name"],
        held=_held(shown),
        choices={name: [str(value) for value in enum] for name, enum in CHOICES.items()},
        errors=errors,
        faults={error["name"]: error["text"] for error in errors},
    )


def _held(facts: dict[str, Any]) -> dict[str, Any]:
    """The values of the form's fields."""
    capacity = facts.get("capacity") or {}
    budget, own = capacity.get("budget") or {}, facts.get("own_budget") or {}
    return {
        "population": _plain(facts.get("population")),
        "own_budget": _plain(own.get("amount")),
        "own_budget_currency": own.get("currency", ""),
        "officer_days": _plain(capacity.get("officer_days")),
        "mayor_slots": _plain(capacity.get("mayor_slots")),
        "officer_slots": _plain(capacity.get("officer_slots")),
        "budget": _plain(budget.get("amount")),
        "budget_currency": budget.get("currency", ""),
        "sectors": list(facts.get("sectors") or ()),
        "goals": list(facts.get("goals") or ()),
        "stakeholders": list(facts.get("stakeholders") or ()),
        "support_need": facts.get("support_need") or "",
        "readiness": facts.get("readiness") or "",
    }


def _plain(number: float | None) -> str:
    return "" if number is None else f"{number:.15g}"
