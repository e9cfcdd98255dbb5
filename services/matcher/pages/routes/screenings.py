"""A screening: its table, and one decision on many of its applicants."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Response

from models.errors import Conflict
from models.taxonomy import Verdict
from services.matcher.convening import jury
from services.matcher.convening.schemas import APPLICANTS, Override
from services.matcher.convening.together import verdict_of
from services.matcher.pages.going_beyond import Warned, warned_of
from services.matcher.pages.rendering import Page, PageDep
from services.matcher.pages.routes.calls import DeskDep
from services.matcher.pages.security import OwnForm
from services.matcher.pages.views.resaid import resaid
from services.matcher.pages.views.screening import table_view
from services.matcher.pages.views.screening_sheet import screening_sheet
from services.matcher.routes.convening import Asked, decided, desk_of
from services.matcher.routes.papers import MEDIA, BriefingFormat

router = APIRouter(
    prefix="/calls/{collaboration_id}/screenings/{screening_id}", include_in_schema=False
)
TEXT = 5000
Which = Verdict | Literal[""]
Text = Annotated[str, Form(max_length=TEXT)]


@router.get("")
def table(
    collaboration_id: str, screening_id: str, page: PageDep, asked: DeskDep, verdict: Which = ""
) -> Response:
    """Who may join under the rules of the day: a column for each rule."""
    return _table(page, asked, (collaboration_id, screening_id), str(verdict))


def _table(
    page: Page,
    asked: Asked,
    which: tuple[str, str],
    verdict: str,
    errors: list[dict[str, str]] | None = None,
    sent: dict[str, Any] | None = None,
    warned: Warned | None = None,
) -> Response:
    """The table; also with what was wrong with a decision, or with what it would lead to."""
    found = _reopened(page, asked, which)
    return page.show(
        "screening.html",
        422 if errors else 200,
        part="calls",
        c=found["collaboration"],
        screening=which[1],
        v=table_view(resaid(found, page.words), verdict, page.words),
        verdict=verdict,
        total=len(found["results"]),
        verdicts=[(str(v), page.words.term("verdict", str(v))) for v in Verdict],
        sent={"marked": [], "decision": "", "text": "", "all": ""} | (sent or {}),
        warned=warned,
        errors=errors or [],
    )


@router.get("/table")
def sheet(collaboration_id: str, screening_id: str, page: PageDep, asked: DeskDep) -> Response:
    """All applicants with what the rules say and what was decided, as a workbook."""
    found = _reopened(page, asked, (collaboration_id, screening_id))
    content = screening_sheet(resaid(found, page.words), page.words)
    return page.file(content, MEDIA[BriefingFormat.XLSX], "screening.xlsx")


def _reopened(page: Page, asked: Asked, which: tuple[str, str]) -> dict[str, Any]:
    collaboration_id, screening_id = which
    with desk_of(asked, collaboration_id) as desk:
        return jury.reopened(desk, screening_id, page.person)


@router.post("/decisions", dependencies=[OwnForm])
def decide(
    collaboration_id: str,
    screening_id: str,
    page: PageDep,
    asked: DeskDep,
    applicant: Annotated[list[int], Form(max_length=APPLICANTS)] = [],  # noqa: B006
    every: Annotated[Literal["", "yes"], Form()] = "",
    shown: Annotated[Which, Form()] = "",
    verdict: Annotated[Which, Form()] = "",
    text: Text = "",
    told: Annotated[str, Form(max_length=100)] = "",
) -> Response:
    """The same decision with the same reason on all that are marked, or on none of them."""
    which = (collaboration_id, screening_id)
    marked = applicant
    if every:
        results = _reopened(page, asked, which)["results"]
        marked = [r["applicant"]["number"] for r in results if str(shown) in ("", verdict_of(r))]
    sent = {"marked": marked, "decision": str(verdict), "text": text, "all": every}
    errors = _faults(page, marked, str(verdict), text)
    if errors:
        return _table(page, asked, which, str(shown), errors, sent)
    warned = warned_of(page, asked, which, marked, str(verdict))
    if warned is not None and warned.sign != told:
        return _table(page, asked, which, str(shown), None, sent, warned)
    author = page.person or asked.caller.tenant
    entries = [
        Override.model_validate(
            {"kind": "override", "author": author, "applicant": number, "verdict": verdict,
             "reason": text.strip()}
        )
        for number in dict.fromkeys(marked)
    ]  # fmt: skip
    try:
        decided(
            asked,
            collaboration_id,
            "screening_override",
            lambda desk: {"entries": jury.add_all(desk, screening_id, entries)},
        )
    except Conflict:
        error = {"text": page.t("jury.error_interest"), "href": "#marked"}
        return _table(page, asked, which, str(shown), [error], sent)
    return page.go(f"/calls/{collaboration_id}/screenings/{screening_id}", verdict=str(shown))


def _faults(page: Page, marked: list[int], verdict: str, text: str) -> list[dict[str, str]]:
    """What is missing for a decision."""
    missing = (
        ("jury.error_nobody", "#marked", marked),
        ("screening.error_verdict", "#decision", verdict),
        ("screening.error_override", "#text", text.strip()),
    )
    return [{"text": page.t(code), "href": href} for code, href, given in missing if not given]
