"""A screening: its table, each applicant with the ledger of rules, what people add, letters."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Query, Response
from pydantic import TypeAdapter, ValidationError

from models.errors import Conflict
from models.taxonomy import Verdict
from services.matcher.convening import jury
from services.matcher.convening.applicant_view import applicant_view
from services.matcher.convening.schemas import Entry
from services.matcher.pages.rendering import Page, PageDep
from services.matcher.pages.routes.calls import DeskDep
from services.matcher.pages.security import OwnForm
from services.matcher.pages.views.screening import letter_view, person_view, table_view
from services.matcher.routes.convening import Asked, decided, desk_of

router = APIRouter(
    prefix="/calls/{collaboration_id}/screenings/{screening_id}", include_in_schema=False
)
_ENTRY: TypeAdapter[Any] = TypeAdapter(Entry)
TEXT = 5000
LETTERS = {"refused", "waitlisted", "undetermined", "conditional"}


@router.get("")
def table(
    collaboration_id: str,
    screening_id: str,
    page: PageDep,
    asked: DeskDep,
    verdict: Verdict | Literal[""] = "",
) -> Response:
    """Who may join under the rules of the day: a column for each rule."""
    with desk_of(asked, collaboration_id) as desk:
        found = jury.reopened(desk, screening_id, _assessor(page))
    return page.show(
        "screening.html",
        part="calls",
        c=found["collaboration"],
        screening=screening_id,
        v=table_view(found, str(verdict), page.words),
        verdict=str(verdict),
        total=len(found["results"]),
    )


def _assessor(page: Page) -> str | None:
    return page.signed_in.person if page.signed_in else None


@router.get("/applicants/{number}")
def person(
    collaboration_id: str, screening_id: str, number: int, page: PageDep, asked: DeskDep
) -> Response:
    """One applicant, with all that decides."""
    return _person(page, asked, (collaboration_id, screening_id, number))


def _person(
    page: Page,
    asked: Asked,
    which: tuple[str, str, int],
    errors: list[dict[str, str]] | None = None,
    text: str = "",
) -> Response:
    collaboration_id, screening_id, number = which
    with desk_of(asked, collaboration_id) as desk:
        found = jury.reopened(desk, screening_id, _assessor(page))
    return page.show(
        "applicant.html",
        422 if errors else 200,
        part="calls",
        c=found["collaboration"],
        screening=screening_id,
        v=person_view(found, jury.result_of(found, number), page.words),
        verdicts=[(str(v), page.words.term("verdict", str(v))) for v in Verdict],
        text=text,
        errors=errors or [],
    )


@router.post("/applicants/{number}/entries", dependencies=[OwnForm])
def add(
    collaboration_id: str,
    screening_id: str,
    number: int,
    page: PageDep,
    asked: DeskDep,
    kind: Annotated[Literal["note", "override", "conflict"], Form()],
    text: Annotated[str, Form(max_length=TEXT)] = "",
    verdict: Annotated[Verdict | Literal[""], Form()] = "",
) -> Response:
    """A note, a declared interest, or a decision with its reason, under the signed-in name."""
    which = (collaboration_id, screening_id, number)
    person = _assessor(page) or asked.caller.tenant
    sent: dict[str, Any] = {"kind": kind, "author": person, "applicant": number}
    sent |= {"verdict": verdict, "reason": text} if kind == "override" else {"text": text}
    href = f"#{kind}-text"
    if kind == "override" and not verdict:
        error = {"text": page.t("desk.error_verdict"), "href": "#verdict"}
        return _person(page, asked, which, [error], text)
    try:
        entry = _ENTRY.validate_python({k: v.strip() if k in ("text", "reason") else v
                                        for k, v in sent.items()})  # fmt: skip
    except ValidationError:
        error = {"text": page.t(f"desk.error_{kind}"), "href": href}
        return _person(page, asked, which, [error], text)
    try:
        decided(
            asked,
            collaboration_id,
            f"screening_{kind}",
            lambda desk: jury.add(desk, screening_id, entry),
        )
    except Conflict:
        error = {"text": page.t("desk.error_interest"), "href": href}
        return _person(page, asked, which, [error], text)
    return page.go(f"/calls/{collaboration_id}/screenings/{screening_id}/applicants/{number}")


@router.get("/letters")
def letters(
    collaboration_id: str,
    screening_id: str,
    page: PageDep,
    asked: DeskDep,
    applicant: Annotated[int | None, Query(ge=0)] = None,
) -> Response:
    """What to write to those who may not join, or not yet: each with its own reasons."""
    with desk_of(asked, collaboration_id) as desk:
        found = jury.reopened(desk, screening_id, None)
        written = [
            letter_view(
                result,
                applicant_view(desk, screening_id, result["applicant"]["number"]),
                page.words,
            )
            for result in found["results"]
            if applicant in (None, result["applicant"]["number"])
        ]
    chosen = [one for one in written if applicant is not None or one.verdict in LETTERS]
    return page.show(
        "letters.html",
        part="calls",
        c=found["collaboration"],
        screening=screening_id,
        letters=chosen,
        as_of=page.words.format_field(found["as_of"], "day"),
    )
