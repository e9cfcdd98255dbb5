"""Five questions, one a page, each answer in the address; then a look at all of them."""

from dataclasses import dataclass
from typing import Any, Literal

from fastapi import APIRouter, Response

from models.taxonomy import Mode, Sector, Stage
from services.access.callers import Matching
from services.matcher.catalogue import Catalogue
from services.matcher.matching.question import CONFIDENT
from services.matcher.pages.answering import own_facts, readings
from services.matcher.pages.asked import Asked
from services.matcher.pages.rendering import Page, PageDep
from services.matcher.pages.said_here import edits_of
from services.matcher.pages.views.places import line_of
from services.matcher.routes.dependencies import CatalogueDep

router = APIRouter(include_in_schema=False)
Step = Literal["problem", "subjects", "stage", "mode", "offers", "check"]
PEERS_STEPS: tuple[Step, ...] = ("problem", "subjects", "stage", "mode", "offers", "check")
NETWORKS_STEPS: tuple[Step, ...] = ("problem", "subjects", "stage", "check")
# What each step asks: the fields that its own form holds.
ASKS: dict[Step, tuple[str, ...]] = {
    "problem": ("text",),
    "subjects": ("sector",),
    "stage": ("stage",),
    "mode": ("mode",),
    "offers": ("offer", "offer_stage"),
    "check": (),
}
TEXT_LIMIT = 2000


@dataclass(frozen=True)
class Tag:
    """A sector read from the text, with how surely."""

    value: str
    sure: bool


@router.get("/ask")
def ask(page: PageDep) -> Response:
    """The first question, for the place in the address or the one remembered."""
    asked = Asked.of(page.request)
    place = asked.place or (page.own.id if page.own else "")
    if not place:
        return page.go("/")
    asked = asked.but(place=place)
    return page.go("/ask/problem", want=asked.want, **asked.query())


@router.get("/ask/{step}")
def question(step: Step, page: PageDep, caller: Matching, catalogue: CatalogueDep) -> Response:
    """One question; an answer sent along (`answered`) is looked at and leads to the next."""
    asked = Asked.of(page.request)
    if not asked.place:
        return page.go("/")
    facts = own_facts(catalogue, caller, asked.place)
    errors = []
    if page.request.query_params.get("answered") == step:
        errors = _errors(page, step, asked)
        if not errors:
            return _onward(page, step, asked)
    own = line_of(catalogue.snapshot, asked.place, facts, page.words)
    view = _view(page, step, asked, catalogue, facts)
    steps = steps_of(asked)
    back = steps[steps.index(step) - 1] if step in steps[1:] else ""
    return page.show(
        f"ask_{step}.html",
        asked=asked,
        place=own,
        step=step,
        number=steps.index(step) + 1 if step in steps else len(steps),
        count=len(steps),
        back=page.link(f"/ask/{back}", want=asked.want, **asked.query())
        if back
        else page.link("/"),
        hidden=asked.fields(ASKS[step]),
        errors=errors,
        part=asked.want,
        **view,
    )


def steps_of(asked: Asked) -> tuple[Step, ...]:
    """The questions of a door."""
    return PEERS_STEPS if asked.want == "peers" else NETWORKS_STEPS


def _errors(page: Page, step: Step, asked: Asked) -> list[dict[str, str]]:
    if step == "problem" and len(asked.text) >= TEXT_LIMIT:
        return [{"text": page.t("ask.error_long"), "href": "#text"}]
    if step == "stage" and asked.sectors and not asked.stage:
        return [{"text": page.t("ask.error_stage"), "href": "#stage"}]
    if step == "offers" and asked.offers and not asked.offer_stage:
        return [{"text": page.t("ask.error_offer_stage"), "href": "#offer_stage"}]
    return []


def _onward(page: Page, step: Step, asked: Asked) -> Response:
    """The next question that matters, or back to the check where that is where one came from."""
    steps = steps_of(asked)
    after = steps[min(steps.index(step) + 1, len(steps) - 1)] if step in steps else "check"
    if after == "stage" and not asked.sectors:
        after = "mode" if asked.want == "peers" else "check"
    if page.request.query_params.get("then") == "check" and not (asked.sectors and not asked.stage):
        after = "check"
    return page.go(f"/ask/{after}", want=asked.want, **asked.query())


def _view(
    page: Page, step: Step, asked: Asked, catalogue: Catalogue, facts: dict[str, Any]
) -> dict[str, Any]:
    """What one question shows besides the frame."""
    if step == "subjects":
        tags = [
            Tag(r["sector"], r["confidence"] >= CONFIDENT)
            for r in readings(page, catalogue, asked.text)
        ]
        known = [str(sector) for sector in facts.get("sectors", ())]
        first_time = "sector" not in page.request.query_params
        chosen = [tag.value for tag in tags if tag.sure] if first_time else list(asked.sectors)
        shown = list(dict.fromkeys([*(tag.value for tag in tags), *asked.sectors]))
        rest = sorted((str(s) for s in Sector if str(s) not in shown), key=page.words_of_sector)
        return {"tags": shown, "chosen": chosen, "rest": rest, "known": known}
    if step == "stage":
        return {"stages": [str(stage) for stage in Stage]}
    if step == "mode":
        return {"modes": [str(mode) for mode in Mode]}
    if step == "offers":
        ordered = sorted((str(s) for s in Sector), key=page.words_of_sector)
        held = [str(offer["sector"]) for offer in facts.get("offers", ())]
        stages = [str(stage) for stage in Stage]
        return {"sectors": ordered, "held": list(dict.fromkeys(held)), "stages": stages}
    if step == "check":
        edits = edits_of(page, asked.place)
        return {"steps": steps_of(asked)[:-1], "edited": bool(edits)}
    return {"limit": TEXT_LIMIT}
