"""A sheet of applicants or members: columns, names, confirmation; nothing is kept before that."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, Form, Request, Response, UploadFile

from models.errors import BadFile, Conflict
from models.taxonomy import PlaceKind
from services.access.callers import Convening
from services.matcher.convening import jury, roster
from services.matcher.convening.applicants import known
from services.matcher.convening.desk import Desk
from services.matcher.convening.naming import Named, NameState
from services.matcher.convening.schemas import RosterRequest, ScreeningTerms
from services.matcher.convening.screening import Screening
from services.matcher.pages.applicant_sheet import (
    FIELDS,
    LEAVE_OUT,
    Carried,
    carried,
    checked,
    choices_of,
    country_code,
    read_sheet,
)
from services.matcher.pages.rendering import Page, PageDep
from services.matcher.pages.routes.calls import DeskDep, desk_page
from services.matcher.pages.security import OwnForm
from services.matcher.pages.views.desk import name_line
from services.matcher.pages.views.returned import returned_sheet
from services.matcher.routes.convening import Asked, decided, desk_of

router = APIRouter(prefix="/calls/{collaboration_id}/sheet", include_in_schema=False)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SAMPLE = 3


async def _form(request: Request, _: Convening) -> dict[str, str]:
    """The fields of a form whose names hang on the sheet."""
    form = await request.form()
    return {name: value for name, value in form.items() if isinstance(value, str)}


Fields = Annotated[dict[str, str], Depends(_form)]


@router.post("", dependencies=[OwnForm])
def upload(
    collaboration_id: str,
    page: PageDep,
    asked: DeskDep,
    file: Annotated[UploadFile | None, File()] = None,
    target: Annotated[str, Form(max_length=20)] = "applicants",
) -> Response:
    """Read the file, and ask what its columns are."""
    content = file.file.read() if file is not None else b""
    name = (file.filename or "") if file is not None else ""
    try:
        if not content:
            raise BadFile("The file is empty.")
        sheet = read_sheet(content, name, "roster" if target == "roster" else "applicants")
        with desk_of(asked, collaboration_id) as desk:
            sheet = replace(sheet, roster_version=_version(desk))
        return _columns(page, asked, collaboration_id, sheet, {})
    except BadFile as error:
        code = "desk.error_file" if content else "desk.error_no_file"
        text = page.t(code, detail=error.detail)
        return desk_page(page, asked, collaboration_id, [{"text": text, "href": "#file"}])


def _columns(
    page: Page,
    asked: Asked,
    collaboration_id: str,
    sheet: Carried,
    sent: Mapping[str, str],
    errors: list[dict[str, str]] | None = None,
) -> Response:
    """What is each column?"""
    guessed = sheet.mapping or sheet.guessed()
    columns = [
        (at, name, [line[1 + at] for line in sheet.lines[:SAMPLE]], guessed[at])
        for at, name in enumerate(sheet.columns)
    ]
    with desk_of(asked, collaboration_id) as desk:
        head = {"id": desk.record["id"], "name": desk.record["name"]}
    return page.show(
        "sheet_columns.html",
        422 if errors else 200,
        part="calls",
        c=head,
        sheet=sheet,
        signed=sheet.signed(page.request),
        columns=columns,
        fields=[*FIELDS, *(g for g in dict.fromkeys(guessed) if g and g not in FIELDS)],
        kinds=[(str(kind), page.words.term("kind", kind)) for kind in PlaceKind],
        kind=sent.get("kind", PlaceKind.CITY),
        country=sent.get("country", ""),
        errors=errors or [],
    )


@router.post("/names", dependencies=[OwnForm])
def names(collaboration_id: str, page: PageDep, asked: DeskDep, form: Fields) -> Response:
    """Match the names: matched, ask, not found."""
    sheet = carried(page.request, form.get("sheet", ""))
    if sheet is None:
        return _lost(page, asked, collaboration_id)
    if "column_0" in form:
        mapping = [form.get(f"column_{at}", "") for at in range(len(sheet.columns))]
        sheet = sheet.mapped(mapping, country_code(form.get("country", "")), form.get("kind", ""))
        errors = _wrong_columns(page, mapping)
        if errors:
            return _columns(page, asked, collaboration_id, sheet, form, errors)
    if not sheet.ready:
        return _lost(page, asked, collaboration_id)
    return _names(page, asked, collaboration_id, sheet, form)


def _wrong_columns(page: Page, mapping: list[str]) -> list[dict[str, str]]:
    used = [name for name in mapping if name]
    if "name" not in used:
        return [{"text": page.t("desk.error_no_name"), "href": "#column_0"}]
    twice = next((name for name in used if used.count(name) > 1), None)
    if twice is None:
        return []
    at = len(mapping) - 1 - mapping[::-1].index(twice)
    text = page.t("desk.error_twice", field=page.words.term("sheet_field", twice))
    return [{"text": text, "href": f"#column_{at}"}]


def _lost(page: Page, asked: Asked, collaboration_id: str) -> Response:
    error = {"text": page.t("desk.error_lost"), "href": "#file"}
    return desk_page(page, asked, collaboration_id, [error])


def _names(
    page: Page,
    asked: Asked,
    collaboration_id: str,
    sheet: Carried,
    form: Mapping[str, str],
    refused: bool = False,
) -> Response:
    """The rows with their states; those that somebody must look at come first."""
    choices = choices_of(form)
    with desk_of(asked, collaboration_id) as desk:
        found = checked(desk, sheet, choices)
        head = {"id": desk.record["id"], "name": desk.record["name"]}
        calls = [call["id"] for call in desk.record.get("calls", ())]
    groups = {str(state): [one for one in found if one.state is state] for state in NameState}
    lines = {
        state: [name_line(one, choices.get(one.row, ""), page.words) for one in group]
        for state, group in groups.items()
    }
    undecided = [one for one in found if not _settled(one)]
    error = {"text": page.t("desk.error_undecided", count=len(undecided)), "href": "#to-decide"}
    return page.show(
        "sheet_names.html",
        422 if refused else 200,
        part="calls",
        c=head,
        sheet=sheet,
        signed=sheet.signed(page.request),
        groups=[(state, lines[state]) for state in ("ask", "not_found", "matched")],
        left_out=[
            (row, sheet.named().get(row, ""))
            for row, choice in sorted(choices.items())
            if choice == LEAVE_OUT
        ],
        calls=calls,
        call=form.get("call", ""),
        undecided=len(undecided),
        errors=[error] if refused else [],
    )


def _settled(one: Named) -> bool:
    """Whether a row can be used as it stands."""
    return one.state is NameState.MATCHED and not one.errors


@router.post("/returned", dependencies=[OwnForm])
def returned(collaboration_id: str, page: PageDep, asked: DeskDep, form: Fields) -> Response:
    """The sheet as it came, with what became of each row beside it."""
    sheet = carried(page.request, form.get("sheet", ""))
    if sheet is None or not sheet.ready:
        return _lost(page, asked, collaboration_id)
    with desk_of(asked, collaboration_id) as desk:
        found = checked(desk, sheet, choices_of(form))
    content = returned_sheet(sheet, found, page.words)
    headers = {"Content-Disposition": 'attachment; filename="checked.xlsx"'}
    return Response(content, media_type=XLSX, headers=headers)


@router.post("/confirm", dependencies=[OwnForm])
def confirm(collaboration_id: str, page: PageDep, asked: DeskDep, form: Fields) -> Response:
    """Keep what was confirmed: the screening of the applicants, or the roster."""
    sheet = carried(page.request, form.get("sheet", ""))
    if sheet is None or not sheet.ready:
        return _lost(page, asked, collaboration_id)
    with desk_of(asked, collaboration_id) as desk:
        found = checked(desk, sheet, choices_of(form))
    if not found or not all(_settled(one) for one in found):
        return _names(page, asked, collaboration_id, sheet, form, refused=True)
    if sheet.target == "roster":
        try:
            decided(
                asked, collaboration_id, "roster", lambda desk: _keep_roster(desk, sheet, found)
            )
        except Conflict:
            error = {"text": page.t("desk.error_changed"), "href": "#file"}
            return desk_page(page, asked, collaboration_id, [error])
        return page.go(f"/calls/{collaboration_id}")
    with desk_of(asked, collaboration_id) as desk:
        answer = _screened(desk, found, form.get("call", ""))
    kept = decided(asked, collaboration_id, "screening", lambda desk: jury.keep(desk, answer))
    return page.go(f"/calls/{collaboration_id}/screenings/{kept['screening_id']}")


def _screened(desk: Desk, found: list[Named], call: str) -> dict[str, Any]:
    """The screening that the API would make of these rows."""
    applicants = [one.applicant for one in found if one.applicant is not None]
    people = known(desk, applicants, [one.row for one in found])
    return Screening(desk, ScreeningTerms(call=call or None), people).answer()


def _version(desk: Desk) -> int:
    """The version of the roster in force; 0 where there is none."""
    held = roster.in_force(desk)
    return held.version if held else 0


def _keep_roster(desk: Desk, sheet: Carried, found: list[Named]) -> dict[str, Any]:
    """The rows as the whole roster, unless somebody changed it since the sheet was read.

    Its caps and assignments stay as they are.
    """
    if _version(desk) != sheet.roster_version:
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
