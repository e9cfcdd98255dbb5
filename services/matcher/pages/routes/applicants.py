"""One applicant of a screening: the ledger of rules, and what people add."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Response
from pydantic import TypeAdapter, ValidationError

from models.errors import Conflict
from models.taxonomy import Verdict
from services.matcher.convening import jury
from services.matcher.convening.schemas import Entry
from services.matcher.pages.at_the_desk import ONE_SCREENING, ScreeningDep, ScreeningPage
from services.matcher.pages.going_beyond import Warned, warned_of
from services.matcher.pages.rendering import Page
from services.matcher.pages.routes.screenings import Text, Which
from services.matcher.pages.security import OwnForm
from services.matcher.pages.views.applicant import person_view
from services.matcher.pages.views.resaid import resaid
from services.matcher.pages.views.screening import room_in

router = APIRouter(prefix=f"{ONE_SCREENING}/applicants", include_in_schema=False)
_ENTRY: TypeAdapter[Any] = TypeAdapter(Entry)
Kind = Literal["note", "override", "conflict", "assessment"]
Recommendation = Literal["", "admit", "waitlist", "refuse", "abstain"]


@router.get("/{number}")
def person(here: ScreeningDep, number: int) -> Response:
    """One applicant, with all that decides."""
    return _person(here, number)


def _person(
    here: ScreeningPage,
    number: int,
    errors: list[dict[str, str]] | None = None,
    sent: dict[str, str] | None = None,
    warned: Warned | None = None,
) -> Response:
    words = here.page.words
    found = resaid(here.reopened(here.page.person), words)
    return here.show(
        "applicant.html",
        found["collaboration"],
        errors,
        v=person_view(found, jury.result_of(found, number), words),
        verdicts=[(str(v), words.term("verdict", str(v))) for v in Verdict],
        recommendations=list(words.terms["recommendation"].items()),
        room=room_in(found, words),
        sent={"text": "", "score": "", "recommendation": "", "verdict": ""} | (sent or {}),
        warned=warned,
    )


@router.post("/{number}/entries", dependencies=[OwnForm])
def add(
    here: ScreeningDep,
    number: int,
    kind: Annotated[Kind, Form()],
    text: Text = "",
    verdict: Annotated[Which, Form()] = "",
    recommendation: Annotated[Recommendation, Form()] = "",
    score: Annotated[str, Form(max_length=10)] = "",
    told: Annotated[str, Form(max_length=100)] = "",
) -> Response:
    """A note, an interest, an assessment, or a decision with its reason, under one's own name."""
    sent = {"text": text, "score": score, "recommendation": recommendation}
    sent |= {"verdict": str(verdict)}
    said = {"kind": kind, "author": here.author, "applicant": number}
    said |= _said(kind, text.strip(), str(verdict), recommendation, score.strip())
    try:
        entry = _ENTRY.validate_python(said)
    except ValidationError as error:
        return _person(here, number, [_fault(here.page, kind, error)], sent)
    if kind == "override":
        warned = warned_of(here, [number], str(verdict))
        if warned is not None and warned.sign != told:
            return _person(here, number, None, sent, warned)
    try:
        here.decided(f"screening_{kind}", lambda desk: jury.add(desk, here.screening_id, entry))
    except Conflict:
        code = "jury.error_assessed" if kind == "assessment" else "screening.error_interest"
        fault = {"text": here.page.t(code), "href": f"#{kind}-text"}
        return _person(here, number, [fault], sent)
    return here.page.go(f"{here.path}/applicants/{number}")


def _said(kind: Kind, text: str, verdict: str, recommendation: str, score: str) -> dict[str, Any]:
    """What an entry of a kind holds."""
    if kind == "override":
        return {"verdict": verdict, "reason": text}
    if kind != "assessment":
        return {"text": text}
    points = {"score": score.replace(",", ".")} if score else {}
    return {"recommendation": recommendation, "reason": text, **points}


_FIELDS = {
    "verdict": ("screening.error_verdict", "#verdict"),
    "recommendation": ("jury.error_recommendation", "#recommendation"),
    "score": ("jury.error_score", "#score"),
}


def _fault(page: Page, kind: Kind, error: ValidationError) -> dict[str, str]:
    """The first thing that is wrong with an entry, at its field."""
    name = str(error.errors()[0]["loc"][-1])
    code = "jury.error_assessment" if kind == "assessment" else f"screening.error_{kind}"
    code, href = _FIELDS.get(name, (code, f"#{kind}-text"))
    return {"text": page.t(code), "href": href}
