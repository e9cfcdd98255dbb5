"""A sheet of applicants or members: its columns, and whom its names mean; nothing is kept yet."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, Request, Response, UploadFile

from models.errors import BadFile
from models.taxonomy import PlaceKind
from services.access.callers import Convening
from services.matcher.convening import roster
from services.matcher.convening.desk import Desk
from services.matcher.convening.naming import NameState
from services.matcher.pages.applicant_sheet import (
    Carried,
    carried,
    carried_together,
    read_sheets,
)
from services.matcher.pages.at_the_desk import DeskPage, DeskPageDep
from services.matcher.pages.rendering import Page
from services.matcher.pages.routes.calls import desk_page
from services.matcher.pages.security import OwnForm
from services.matcher.pages.sheet_rows import LEAVE_OUT, decided_rows, settled
from services.matcher.pages.sheet_words import FIELDS, country_code
from services.matcher.pages.views.desk import name_line
from services.matcher.pages.views.places import where

router = APIRouter(prefix="/calls/{collaboration_id}/sheet", include_in_schema=False)
SAMPLE = 3


async def _form(request: Request, _: Convening) -> dict[str, str]:
    """The fields of a form whose names hang on the sheet."""
    form = await request.form()
    return {name: value for name, value in form.items() if isinstance(value, str)}


Fields = Annotated[dict[str, str], Depends(_form)]


@router.post("", dependencies=[OwnForm])
def upload(
    here: DeskPageDep,
    file: Annotated[UploadFile | None, File()] = None,
    target: Annotated[str, Form(max_length=20)] = "applicants",
) -> Response:
    """Read the file, and ask what its columns are."""
    content = file.file.read() if file is not None else b""
    name = (file.filename or "") if file is not None else ""
    try:
        if not content:
            raise BadFile("The file is empty.")
        found, left = read_sheets(content, name, "roster" if target == "roster" else "applicants")
        with here.desk() as desk:
            version = version_of(desk)
        first, *others = (replace(sheet, roster_version=version) for sheet in found)
        return _columns(here, first, {}, others=others, left=left)
    except BadFile as error:
        code = "desk.error_file" if content else "desk.error_no_file"
        text = here.page.t(code, detail=error.detail)
        return desk_page(here, [{"text": text, "href": "#file"}])


def _columns(
    here: DeskPage,
    sheet: Carried,
    sent: Mapping[str, str],
    errors: list[dict[str, str]] | None = None,
    others: Sequence[Carried] = (),
    left: Sequence[str] = (),
) -> Response:
    """What is each column? And what other sheets does the workbook have?"""
    book = carried_together(here.page.request, [sheet, *others]) if others else []
    guessed = sheet.mapping or sheet.guessed()
    columns = [
        (at, name, [line[1 + at] for line in sheet.lines[:SAMPLE]], guessed[at])
        for at, name in enumerate(sheet.columns)
    ]
    with here.desk() as desk:
        head = desk.named
    return here.show(
        "sheet_columns.html",
        head,
        errors,
        sheet=sheet,
        signed=sheet.signed(here.page.request),
        book=book,
        left=list(left) if book else [*(one.sheet for one in others), *left],
        columns=columns,
        fields=[*FIELDS, *(g for g in dict.fromkeys(guessed) if g and g not in FIELDS)],
        kinds=[(str(kind), here.page.words.term("kind", kind)) for kind in PlaceKind],
        kind=sent.get("kind", PlaceKind.CITY),
        country=sent.get("country", ""),
    )


@router.post("/other", dependencies=[OwnForm])
def other(here: DeskPageDep, form: Fields) -> Response:
    """Another sheet of the same workbook in place of the one that was read first."""
    sent = [
        carried(here.page.request, form[name]) for name in sorted(form) if name.startswith("book_")
    ]
    book = [sheet for sheet in sent if sheet is not None]
    chosen = [sheet for sheet in book if sheet.sheet == form.get("choose")]
    if not chosen:
        return lost(here)
    others = [sheet for sheet in book if sheet is not chosen[0]]
    left = form.get("left", "").splitlines()
    return _columns(here, chosen[0], {}, others=others, left=left)


@router.post("/names", dependencies=[OwnForm])
def names(here: DeskPageDep, form: Fields) -> Response:
    """Match the names: matched, ask, not found."""
    sheet = carried(here.page.request, form.get("sheet", ""))
    if sheet is None:
        return lost(here)
    if "column_0" in form:
        mapping = [form.get(f"column_{at}", "") for at in range(len(sheet.columns))]
        sheet = sheet.mapped(mapping, country_code(form.get("country", "")), form.get("kind", ""))
        errors = _wrong_columns(here.page, mapping)
        if errors:
            return _columns(here, sheet, form, errors)
    if not sheet.ready:
        return lost(here)
    return names_page(here, sheet, form)


def _wrong_columns(page: Page, mapping: list[str]) -> list[dict[str, str]]:
    used = [name for name in mapping if name]
    if "name" not in used:
        return [{"text": page.t("sheet.error_no_name"), "href": "#column_0"}]
    twice = next((name for name in used if used.count(name) > 1), None)
    if twice is None:
        return []
    at = len(mapping) - 1 - mapping[::-1].index(twice)
    text = page.t("sheet.error_twice", field=page.words.term("sheet_field", twice))
    return [{"text": text, "href": f"#column_{at}"}]


def lost(here: DeskPage) -> Response:
    error = {"text": here.page.t("desk.error_lost"), "href": "#file"}
    return desk_page(here, [error])


def names_page(
    here: DeskPage,
    sheet: Carried,
    form: Mapping[str, str],
    refused: bool = False,
) -> Response:
    """The rows with their states; those that somebody must look at come first."""
    with here.desk() as desk:
        choices, found = decided_rows(desk, sheet, form)
        head = desk.named
        calls = [call["id"] for call in desk.record.get("calls", ())]

    def lies(place_id: str) -> str:
        return where(desk.context.snapshot, desk.stored(place_id), here.page.words)

    groups = {str(state): [one for one in found if one.state is state] for state in NameState}
    lines = {
        state: [name_line(one, choices.get(one.row, ""), lies, here.page.words) for one in group]
        for state, group in groups.items()
    }
    undecided = [one for one in found if not settled(one)]
    error = {
        "text": here.page.t("sheet.error_undecided", count=len(undecided)),
        "href": "#to-decide",
    }
    return here.show(
        "sheet_names.html",
        head,
        [error] if refused else [],
        sheet=sheet,
        signed=sheet.signed(here.page.request),
        groups=[(state, lines[state]) for state in ("ask", "not_found", "matched")],
        left_out=[
            (row, sheet.named().get(row, ""))
            for row, choice in sorted(choices.items())
            if choice == LEAVE_OUT
        ],
        calls=calls,
        call=form.get("call", calls[-1] if calls else ""),
        undecided=len(undecided),
    )


def version_of(desk: Desk) -> int:
    """The version of the roster in force; 0 where there is none."""
    held = roster.in_force(desk)
    return held.version if held else 0
