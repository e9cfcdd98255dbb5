"""The minutes of a jury: who was there, who stepped back, who decided what and why."""

from datetime import date
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Form, Response
from pydantic import ValidationError

from services.matcher.briefing.formats import as_docx
from services.matcher.briefing.pdf import as_pdf
from services.matcher.convening import jury
from services.matcher.convening.schemas import Minutes
from services.matcher.pages.at_the_desk import ONE_SCREENING, ScreeningDep, ScreeningPage
from services.matcher.pages.routes.screenings import Text
from services.matcher.pages.security import OwnForm
from services.matcher.pages.views.minutes import minutes_paper, minutes_view
from services.matcher.routes.papers import MEDIA, BriefingFormat

router = APIRouter(prefix=f"{ONE_SCREENING}/minutes", include_in_schema=False)
Field = Annotated[str, Form(max_length=2000)]
# As many as it takes: minutes are read, not skimmed.
PAGES = 1000


@router.get("")
def minutes(here: ScreeningDep) -> Response:
    """The record of the proceedings, and room for what was said."""
    return _page(here)


def _page(
    here: ScreeningPage,
    errors: list[dict[str, str]] | None = None,
    sent: dict[str, str] | None = None,
) -> Response:
    found, names = _found(here)
    view = minutes_view(found, names, here.page.words)
    sent = {"text": "", "held_on": "", "present": ""} | (sent or {})
    return here.show("minutes.html", found["collaboration"], errors, v=view, sent=sent)


def _found(here: ScreeningPage) -> tuple[dict[str, Any], dict[int, str]]:
    """The minutes, and the names of the applicants by their numbers."""
    with here.desk() as desk:
        results = jury.stored(desk, here.screening_id)["results"]
        names = {r["applicant"]["number"]: r["applicant"]["name"] for r in results}
        return jury.minutes(desk, here.screening_id), names


@router.post("", dependencies=[OwnForm])
def add(
    here: ScreeningDep,
    text: Text = "",
    held_on: Annotated[str, Form(max_length=20)] = "",
    present: Field = "",
) -> Response:
    """A paragraph of the minutes: what was said, on which day, and who was there."""
    people = [line.strip() for line in present.splitlines() if line.strip()]
    said: dict[str, Any] = {"kind": "minutes", "author": here.author}
    said |= {"text": text.strip(), "present": people}
    if held_on.strip():
        said["held_on"] = _day(held_on.strip())
    try:
        entry = Minutes.model_validate(said)
    except ValidationError as error:
        name = str(error.errors()[0]["loc"][0])
        name = name if name in ("held_on", "present") else "text"
        fault = {"text": here.page.t(f"jury.error_{name}"), "href": f"#{name}"}
        sent = {"text": text, "held_on": held_on, "present": present}
        return _page(here, [fault], sent)
    here.decided("screening_minutes", lambda desk: jury.add(desk, here.screening_id, entry))
    return here.page.go(f"{here.path}/minutes")


def _day(text: str) -> date | str:
    """A day as a form sends it; what is none is left for the schema to refuse."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text


@router.get("/download")
def download(here: ScreeningDep, format: Literal["pdf", "docx", "json"]) -> Response:
    """The minutes to sign and to keep, and as the API gives them."""
    page, (found, names) = here.page, _found(here)
    if format == "json":
        content, media = orjson.dumps(found), "application/json"
    else:
        paper = minutes_paper(minutes_view(found, names, page.words), page.words)
        content = as_docx(paper) if format == "docx" else as_pdf(paper, PAGES)
        media = MEDIA[BriefingFormat(format)]
    return page.file(content, media, f"minutes-{here.screening_id}.{format}")
