"""A screening: its table, and one decision on many of its applicants."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Response

from models.errors import Conflict
from models.taxonomy import Verdict
from services.matcher.convening import jury
from services.matcher.convening.schemas import APPLICANTS, Override
from services.matcher.convening.together import verdict_of
from services.matcher.pages.at_the_desk import ONE_SCREENING, ScreeningDep, ScreeningPage
from services.matcher.pages.going_beyond import Warned, warned_of
from services.matcher.pages.rendering import Page
from services.matcher.pages.security import OwnForm
from services.matcher.pages.views.resaid import resaid
from services.matcher.pages.views.screening import table_view
from services.matcher.pages.views.screening_sheet import screening_sheet
from services.matcher.routes.papers import MEDIA, BriefingFormat

router = APIRouter(prefix=ONE_SCREENING, include_in_schema=False)
TEXT = 5000
Which = Verdict | Literal[""]
Text = Annotated[str, Form(max_length=TEXT)]


@router.get("")
def table(here: ScreeningDep, verdict: Which = "") -> Response:
    """Who may join under the rules of the day: a column for each rule."""
    return _table(here, str(verdict))


def _table(
    here: ScreeningPage,
    verdict: str,
    errors: list[dict[str, str]] | None = None,
    sent: dict[str, Any] | None = None,
    warned: Warned | None = None,
) -> Response:
    """The table; also with what was wrong with a decision, or with what it would lead to."""
    words, found = here.page.words, here.reopened(here.page.person)
    return here.show(
        "screening.html",
        found["collaboration"],
        errors,
        v=table_view(resaid(found, words), verdict, words),
        verdict=verdict,
        total=len(found["results"]),
        verdicts=[(str(v), words.term("verdict", str(v))) for v in Verdict],
        sent={"marked": [], "decision": "", "text": "", "all": ""} | (sent or {}),
        warned=warned,
    )


@router.get("/table")
def sheet(here: ScreeningDep) -> Response:
    """All applicants with what the rules say and what was decided, as a workbook."""
    page = here.page
    content = screening_sheet(resaid(here.reopened(page.person), page.words), page.words)
    return page.file(content, MEDIA[BriefingFormat.XLSX], "screening.xlsx")


@router.post("/decisions", dependencies=[OwnForm])
def decide(
    here: ScreeningDep,
    applicant: Annotated[list[int], Form(max_length=APPLICANTS)] = [],  # noqa: B006
    every: Annotated[Literal["", "yes"], Form()] = "",
    shown: Annotated[Which, Form()] = "",
    verdict: Annotated[Which, Form()] = "",
    text: Text = "",
    told: Annotated[str, Form(max_length=100)] = "",
) -> Response:
    """The same decision with the same reason on all that are marked, or on none of them."""
    page, marked = here.page, applicant
    if every:
        results = here.reopened(page.person)["results"]
        marked = [r["applicant"]["number"] for r in results if str(shown) in ("", verdict_of(r))]
    sent = {"marked": marked, "decision": str(verdict), "text": text, "all": every}
    errors = _faults(page, marked, str(verdict), text)
    if errors:
        return _table(here, str(shown), errors, sent)
    warned = warned_of(here, marked, str(verdict))
    if warned is not None and warned.sign != told:
        return _table(here, str(shown), None, sent, warned)
    entries = [
        Override.model_validate(
            {"kind": "override", "author": here.author, "applicant": number, "verdict": verdict,
             "reason": text.strip()}
        )
        for number in dict.fromkeys(marked)
    ]  # fmt: skip
    try:
        here.decided(
            "screening_override",
            lambda desk: {"entries": jury.add_all(desk, here.screening_id, entries)},
        )
    except Conflict:
        error = {"text": page.t("jury.error_interest"), "href": "#marked"}
        return _table(here, str(shown), [error], sent)
    return page.go(here.path, verdict=str(shown))


def _faults(page: Page, marked: list[int], verdict: str, text: str) -> list[dict[str, str]]:
    """What is missing for a decision."""
    missing = (
        ("jury.error_nobody", "#marked", marked),
        ("screening.error_verdict", "#decision", verdict),
        ("screening.error_override", "#text", text.strip()),
    )
    return [{"text": page.t(code), "href": href} for code, href, given in missing if not given]
