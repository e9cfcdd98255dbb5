"""Letters to those who may not join, or not yet: on a page, as a document, and for a mail merge."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response

from services.matcher.convening import jury
from services.matcher.pages.letters_out import LETTERS_OUT
from services.matcher.pages.rendering import Page, PageDep
from services.matcher.pages.routes.calls import DeskDep
from services.matcher.pages.views.letter import Letter, letter_view
from services.matcher.pages.views.resaid import resaid
from services.matcher.routes.convening import Asked, desk_of

router = APIRouter(
    prefix="/calls/{collaboration_id}/screenings/{screening_id}/letters", include_in_schema=False
)
WRITTEN_TO = {"refused", "waitlisted", "undetermined", "conditional"}
Applicant = Annotated[int | None, Query(ge=0)]


@router.get("")
def letters(
    collaboration_id: str,
    screening_id: str,
    page: PageDep,
    asked: DeskDep,
    applicant: Applicant = None,
) -> Response:
    """What to write to those who may not join, or not yet: each with its own reasons."""
    found, written = _written(page, asked, (collaboration_id, screening_id), applicant)
    return page.show(
        "letters.html",
        part="calls",
        c=found["collaboration"],
        screening=screening_id,
        letters=written,
        applicant=applicant,
    )


@router.get("/download")
def download(
    collaboration_id: str,
    screening_id: str,
    page: PageDep,
    asked: DeskDep,
    format: Literal["docx", "csv", "zip"],
    applicant: Applicant = None,
) -> Response:
    """All letters in one document, a document each, or a row each for a mail merge."""
    _, written = _written(page, asked, (collaboration_id, screening_id), applicant)
    media, write = LETTERS_OUT[format]
    return page.file(write(written, page.words), media, f"letters-{screening_id}.{format}")


def _written(
    page: Page, asked: Asked, which: tuple[str, str], applicant: int | None
) -> tuple[dict[str, Any], list[Letter]]:
    """The screening, and a letter to one applicant or to all who cannot simply join."""
    collaboration_id, screening_id = which
    with desk_of(asked, collaboration_id) as desk:
        found = resaid(jury.reopened(desk, screening_id, None), page.words)
    if applicant is not None:
        return found, [letter_view(jury.result_of(found, applicant), found, page.words)]
    written = [letter_view(result, found, page.words) for result in found["results"]]
    return found, [one for one in written if one.verdict in WRITTEN_TO]
