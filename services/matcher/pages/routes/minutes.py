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
from services.matcher.pages.rendering import Page, PageDep
from services.matcher.pages.routes.calls import DeskDep
from services.matcher.pages.routes.screenings import Text
from services.matcher.pages.security import OwnForm
from services.matcher.pages.views.minutes import minutes_paper, minutes_view
from services.matcher.routes.convening import Asked, decided, desk_of
from services.matcher.routes.papers import MEDIA, BriefingFormat

router = APIRouter(
    prefix="/calls/{collaboration_id}/screenings/{screening_id}/minutes", include_in_schema=False
)
Field = Annotated[str, Form(max_length=2000)]
# As many as it takes: minutes are read, not skimmed.
PAGES = 1000


@router.get("")
def minutes(collaboration_id: str, screening_id: str, page: PageDep, asked: DeskDep) -> Response:
    """The record of the proceedings, and room for what was said."""
    return _page(page, asked, (collaboration_id, screening_id))


def _page(
    page: Page,
    asked: Asked,
    which: tuple[str, str],
    errors: list[dict[str, str]] | None = None,
    sent: dict[str, str] | None = None,
) -> Response:
    found, names = _found(asked, which)
    return page.show(
        "minutes.html",
        422 if errors else 200,
        part="calls",
        c=found["collaboration"],
        screening=which[1],
        v=minutes_view(found, names, page.words),
        sent={"text": "", "held_on": "", "present": ""} | (sent or {}),
        errors=errors or [],
    )


def _found(asked: Asked, which: tuple[str, str]) -> tuple[dict[str, Any], dict[int, str]]:
    """The minutes, and the names of the applicants by their numbers."""
    collaboration_id, screening_id = which
    with desk_of(asked, collaboration_id) as desk:
        results = jury.stored(desk, screening_id)["results"]
        names = {r["applicant"]["number"]: r["applicant"]["name"] for r in results}
        return jury.minutes(desk, screening_id), names


@router.post("", dependencies=[OwnForm])
def add(
    collaboration_id: str,
    screening_id: str,
    page: PageDep,
    asked: DeskDep,
    text: Text = "",
    held_on: Annotated[str, Form(max_length=20)] = "",
    present: Field = "",
) -> Response:
    """A paragraph of the minutes: what was said, on which day, and who was there."""
    which = (collaboration_id, screening_id)
    people = [line.strip() for line in present.splitlines() if line.strip()]
    said: dict[str, Any] = {"kind": "minutes", "author": page.person or asked.caller.tenant}
    said |= {"text": text.strip(), "present": people}
    if held_on.strip():
        said["held_on"] = _day(held_on.strip())
    try:
        entry = Minutes.model_validate(said)
    except ValidationError as error:
        name = str(error.errors()[0]["loc"][0])
        name = name if name in ("held_on", "present") else "text"
        fault = {"text": page.t(f"jury.error_{name}"), "href": f"#{name}"}
        sent = {"text": text, "held_on": held_on, "present": present}
        return _page(page, asked, which, [fault], sent)
    decided(
        asked,
        collaboration_id,
        "screening_minutes",
        lambda desk: jury.add(desk, screening_id, entry),
    )
    return page.go(f"/calls/{collaboration_id}/screenings/{screening_id}/minutes")


def _day(text: str) -> date | str:
    """A day as a form sends it; what is none is left for the schema to refuse."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text


@router.get("/download")
def download(
    collaboration_id: str,
    screening_id: str,
    page: PageDep,
    asked: DeskDep,
    format: Literal["pdf", "docx", "json"],
) -> Response:
    """The minutes to sign and to keep, and as the API gives them."""
    found, names = _found(asked, (collaboration_id, screening_id))
    if format == "json":
        content, media = orjson.dumps(found), "application/json"
    else:
        paper = minutes_paper(minutes_view(found, names, page.words), page.words)
        content = as_docx(paper) if format == "docx" else as_pdf(paper, PAGES)
        media = MEDIA[BriefingFormat(format)]
    return page.file(content, media, f"minutes-{screening_id}.{format}")
