"""Letters to those who may not join, or not yet: on a page, as a document, and for a mail merge."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response

from services.matcher.convening import jury
from services.matcher.pages.at_the_desk import ONE_SCREENING, ScreeningDep, ScreeningPage
from services.matcher.pages.letters_out import LETTERS_OUT
from services.matcher.pages.views.letter import Letter, letter_view
from services.matcher.pages.views.resaid import resaid

router = APIRouter(prefix=f"{ONE_SCREENING}/letters", include_in_schema=False)
WRITTEN_TO = {"refused", "waitlisted", "undetermined", "conditional"}
Applicant = Annotated[int | None, Query(ge=0)]


@router.get("")
def letters(here: ScreeningDep, applicant: Applicant = None) -> Response:
    """What to write to those who may not join, or not yet: each with its own reasons."""
    found, written = _written(here, applicant)
    return here.show("letters.html", found["collaboration"], letters=written, applicant=applicant)


@router.get("/download")
def download(
    here: ScreeningDep, format: Literal["docx", "csv", "zip"], applicant: Applicant = None
) -> Response:
    """All letters in one document, a document each, or a row each for a mail merge."""
    _, written = _written(here, applicant)
    media, write = LETTERS_OUT[format]
    name = f"letters-{here.screening_id}.{format}"
    return here.page.file(write(written, here.page.words), media, name)


def _written(here: ScreeningPage, applicant: int | None) -> tuple[dict[str, Any], list[Letter]]:
    """The screening, and a letter to one applicant or to all who cannot simply join."""
    words = here.page.words
    found = resaid(here.reopened(), words)
    if applicant is not None:
        return found, [letter_view(jury.result_of(found, applicant), found, words)]
    written = [letter_view(result, found, words) for result in found["results"]]
    return found, [one for one in written if one.verdict in WRITTEN_TO]
