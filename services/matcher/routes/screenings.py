"""Screenings of applicants, and the jury beside them."""

from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

import orjson
from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.datastructures import UploadFile

from models.errors import InvalidInput
from models.records.values import Record
from services.access.callers import Convening
from services.matcher.convening import applicant_view as view
from services.matcher.convening import jury, uploads
from services.matcher.convening.applicants import known
from services.matcher.convening.desk import Desk
from services.matcher.convening.schemas import Entry, ScreeningRequest, ScreeningTerms
from services.matcher.convening.screening import Screening
from services.matcher.routes.convening import AskedDep, decided, desk_of, said
from services.matcher.routes.paging import OWN, Cursor, Limit, own_page
from services.web.bodies import medium_of

router = APIRouter(prefix="/collaborations/{collaboration_id}/screenings", tags=["convening"])
R = TypeVar("R", bound=Record)
_FORM = "multipart/form-data"
_TERMS = {"call", "as_of", "taken", "require_verified"}
# Its parts are among the schemas of the API document, as other requests have them too.
_SCHEMA = {
    name: part
    for name, part in ScreeningRequest.model_json_schema(
        ref_template="#/components/schemas/{model}"
    ).items()
    if name != "$defs"
}
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": _SCHEMA},
            _FORM: {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        **{name: {"type": "string"} for name in sorted(_TERMS)},
                    },
                }
            },
        },
    }
}


@dataclass(frozen=True)
class Upload:
    """A sheet of applicants and the terms sent beside it."""

    content: bytes
    name: str
    terms: ScreeningTerms


async def _asked(request: Request, _: Convening) -> ScreeningRequest | Upload:
    """The applicants of a request: as JSON, or as a file in a form."""
    if medium_of(request) != _FORM:
        return _checked(ScreeningRequest, await request.body())
    async with request.form(max_files=1, max_fields=20) as form:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise InvalidInput.at("/file", "send the sheet in the field 'file'", "missing_field")
        terms = {name: value for name, value in form.items() if name != "file"}
        return Upload(await file.read(), file.filename or "", _valid(ScreeningTerms, terms))


def _checked(model: type[R], body: bytes) -> R:
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        detail = "send JSON, or a form with the field 'file'"
        raise InvalidInput.at("", detail, "not_json") from error
    return _valid(model, content)


def _valid(model: type[R], content: Any) -> R:
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise RequestValidationError(
            [{**e, "loc": ("body", *e["loc"])} for e in error.errors()]
        ) from error


@router.post("", openapi_extra=_BODY)
def screen(
    collaboration_id: str,
    asked: AskedDep,
    body: Annotated[Any, Depends(_asked)],
) -> Response:
    """Screen up to 2,000 applicants against a call; kept, so that people can work on it."""
    with desk_of(asked, collaboration_id) as desk:
        errors: list[dict[str, Any]] = []
        if isinstance(body, Upload):
            sheet = uploads.read(desk, body.content, body.name)
            applicants, errors = known(desk, sheet.applicants, sheet.lines), sheet.told()
            answer = Screening(desk, body.terms, applicants).answer()
            unread = sheet.left_unread(desk.words)
            if unread:
                answer["cautions"] = [*answer.get("cautions", ()), *unread]
        else:
            answer = Screening(desk, body, known(desk, body.applicants)).answer()
        if errors:
            answer["errors"] = errors
    kept = decided(asked, collaboration_id, "screening", lambda desk: jury.keep(desk, answer))
    return said(asked, kept)


@router.get("")
def screenings(
    collaboration_id: str,
    asked: AskedDep,
    limit: Limit = OWN,
    cursor: Cursor = None,
) -> Response:
    """The tenant's screenings of this collaboration, the newest first."""
    with desk_of(asked, collaboration_id) as desk:
        return said(asked, own_page(jury.listed(desk), limit, cursor, "screening_id"))


@router.get("/{screening_id}")
def reopen(
    collaboration_id: str,
    screening_id: str,
    asked: AskedDep,
    assessor: Annotated[str | None, Query(max_length=300)] = None,
) -> Response:
    """A screening as it was answered, with what people added; assessors see only their own."""
    with desk_of(asked, collaboration_id) as desk:
        return said(asked, jury.reopened(desk, screening_id, assessor))


@router.post("/{screening_id}/entries", status_code=201)
def add_entry(
    collaboration_id: str,
    screening_id: str,
    asked: AskedDep,
    body: Entry,
) -> Response:
    """Add a note, an assessment, a declared interest, an override with its reason, or minutes."""

    def write(desk: Desk) -> dict[str, Any]:
        return jury.add(desk, screening_id, body)

    return said(asked, decided(asked, collaboration_id, f"screening_{body.kind}", write), 201)


@router.get("/{screening_id}/minutes")
def minutes(
    collaboration_id: str,
    screening_id: str,
    asked: AskedDep,
) -> Response:
    """The record of the proceedings."""
    with desk_of(asked, collaboration_id) as desk:
        return said(asked, jury.minutes(desk, screening_id))


@router.get("/{screening_id}/applicants/{number}")
def applicant_view(
    collaboration_id: str,
    screening_id: str,
    number: int,
    asked: AskedDep,
) -> Response:
    """What this applicant may be told: the rules and its own values, nothing of others."""
    with desk_of(asked, collaboration_id) as desk:
        return said(asked, view.applicant_view(desk, screening_id, number))
