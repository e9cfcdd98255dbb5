"""What becomes of a sheet: given back with its errors, or kept as a screening or the roster."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Response

from models.errors import Conflict
from services.matcher.convening import jury, roster
from services.matcher.convening.applicants import known
from services.matcher.convening.desk import Desk
from services.matcher.convening.naming import Named
from services.matcher.convening.schemas import RosterRequest, ScreeningTerms
from services.matcher.convening.screening import Screening
from services.matcher.pages.applicant_sheet import Carried, carried
from services.matcher.pages.at_the_desk import DeskPage, DeskPageDep
from services.matcher.pages.routes.calls import desk_page
from services.matcher.pages.routes.sheets import Fields, lost, names_page, version_of
from services.matcher.pages.security import OwnForm
from services.matcher.pages.sheet_rows import decided_rows, settled
from services.matcher.pages.views.returned import returned_sheet
from services.matcher.routes.papers import MEDIA, BriefingFormat

router = APIRouter(prefix="/calls/{collaboration_id}/sheet", include_in_schema=False)


def _sent(here: DeskPage, form: Mapping[str, str]) -> tuple[Carried, list[Named]] | None:
    """The sheet of a form with what its names mean; None where there is none that is ready."""
    sheet = carried(here.page.request, form.get("sheet", ""))
    if sheet is None or not sheet.ready:
        return None
    with here.desk() as desk:
        return sheet, decided_rows(desk, sheet, form)[1]


@router.post("/returned", dependencies=[OwnForm])
def returned(here: DeskPageDep, form: Fields) -> Response:
    """The sheet as it came, with what became of each row beside it."""
    sent = _sent(here, form)
    if sent is None:
        return lost(here)
    sheet, found = sent
    content = returned_sheet(sheet, found, here.page.words)
    return here.page.file(content, MEDIA[BriefingFormat.XLSX], "checked.xlsx")


@router.post("/confirm", dependencies=[OwnForm])
def confirm(here: DeskPageDep, form: Fields) -> Response:
    """Keep what was confirmed: the screening of the applicants, or the roster."""
    sent = _sent(here, form)
    if sent is None:
        return lost(here)
    sheet, found = sent
    if not found or not all(settled(one) for one in found):
        return names_page(here, sheet, form, refused=True)
    if sheet.target == "roster":
        try:
            here.decided("roster", lambda desk: _keep_roster(desk, sheet, found))
        except Conflict:
            error = {"text": here.page.t("desk.error_changed"), "href": "#file"}
            return desk_page(here, [error])
        return here.page.go(here.path)
    with here.desk() as desk:
        answer = _screened(desk, found, form.get("call", ""))
    kept = here.decided("screening", lambda desk: jury.keep(desk, answer))
    return here.page.go(f"{here.path}/screenings/{kept['screening_id']}")


def _screened(desk: Desk, found: list[Named], call: str) -> dict[str, Any]:
    """The screening that the API would make of these rows."""
    applicants = [one.applicant for one in found if one.applicant is not None]
    people = known(desk, applicants, [one.row for one in found])
    return Screening(desk, ScreeningTerms(call=call or None), people).answer()


def _keep_roster(desk: Desk, sheet: Carried, found: list[Named]) -> dict[str, Any]:
    """The rows as the whole roster, unless somebody changed it since the sheet was read.

    Its caps and assignments stay as they are.
    """
    if version_of(desk) != sheet.roster_version:
        raise Conflict("The roster was changed since the sheet was read.")
    before = roster.in_force(desk)
    members = [_member(one) for one in found]
    request = RosterRequest.model_validate(
        {
            "members": members,
            "caps": before.caps if before else [],
            "assignments": before.assignments if before else {},
        }
    )
    return roster.show(desk, roster.put(desk, request))


def _member(one: Named) -> Any:
    if one.who is not None and one.who.on_file is not None:
        return one.who.on_file["id"]
    assert one.applicant is not None
    return one.applicant.place_id or one.applicant.place
