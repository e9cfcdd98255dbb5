"""/reconcile/places and /reconcile/collaborations: the W3C reconciliation API v0.2."""

import re
from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.datastructures import UploadFile

from models.errors import CollaborationNotFound, InvalidInput, PlaceNotFound
from services.access.callers import Matching
from services.matcher.reconciling import answers
from services.matcher.reconciling.reconcilable import (
    CollaborationsToName,
    PlacesToName,
    Reconcilable,
)
from services.matcher.reconciling.schemas import Extend, Queries, read
from services.matcher.routes.dependencies import CatalogueDep
from services.web.app import answer
from services.web.bodies import medium_of

shared = APIRouter(tags=["reconciliation"])

_CALLBACK = re.compile(r"^[A-Za-z_$][A-Za-z0-9_$]*(\.[A-Za-z_$][A-Za-z0-9_$]*){0,5}$")
_FORM = "application/x-www-form-urlencoded"
_MAX_TEXT = 1_000_000


_FORM_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            _FORM: {
                "schema": {
                    "type": "object",
                    "properties": {
                        "queries": {"type": "string", "description": "JSON: queries by name."},
                        "extend": {"type": "string", "description": "JSON: ids and properties."},
                    },
                }
            }
        },
    }
}


class Noun(StrEnum):
    """What names are reconciled with."""

    PLACES = "places"
    COLLABORATIONS = "collaborations"


def _about(noun: Noun) -> Callable[[Request], None]:
    """Says, before anything else is read, which of the two a path is about."""

    def say(request: Request) -> None:
        request.state.noun = noun

    return say


def _things(request: Request, caller: Matching, catalogue: CatalogueDep) -> Reconcilable:
    if request.state.noun is Noun.PLACES:
        return PlacesToName(catalogue.snapshot, caller.tenant)
    return CollaborationsToName(catalogue, caller.tenant)


Things = Annotated[Reconcilable, Depends(_things)]
Callback = Annotated[
    str | None, Query(max_length=100, description="A function's name, for JSONP (GET only).")
]
Prefix = Annotated[str, Query(max_length=200)]
Start = Annotated[int, Query(alias="cursor", ge=0, le=100_000)]
JsonText = Annotated[str | None, Query(max_length=_MAX_TEXT)]


def _said(content: Any, callback: str | None = None) -> Response:
    """JSON, or the call of a function with it where a page cannot read other answers."""
    if callback is None:
        return answer(content)
    if not _CALLBACK.match(callback):
        detail = "expected the name of a JavaScript function, such as jQuery_1"
        raise InvalidInput.at("?callback", detail, "invalid_value")
    # The comment keeps the name from being read as the start of some other file format.
    script = b"/**/%b(%b);" % (callback.encode(), orjson.dumps(content))
    headers = {"X-Content-Type-Options": "nosniff"}
    return Response(script, headers=headers, media_type="text/javascript; charset=utf-8")


def _reply(things: Reconcilable, request: Request, asked: dict[str, str | None]) -> Any:
    if asked["queries"] is not None:
        return answers.results(things, read("queries", asked["queries"], Queries))
    if asked["extend"] is not None:
        return answers.extend(things, read("extend", asked["extend"], Extend))
    return answers.manifest(things, str(request.base_url).rstrip("/"))


@shared.get("")
def reconcile(
    request: Request,
    things: Things,
    queries: JsonText = None,
    extend: JsonText = None,
    callback: Callback = None,
) -> Response:
    """The manifest; with `queries` the candidates of each name, with `extend` facts of records."""
    return _said(_reply(things, request, {"queries": queries, "extend": extend}), callback)


async def _form(request: Request) -> dict[str, str | None]:
    """The fields of the form that a client posts."""
    if medium_of(request) != _FORM:
        detail = f"expected a form, Content-Type: {_FORM}"
        raise InvalidInput.at("", detail, "not_a_form")
    async with request.form(max_fields=20) as form:
        found = {name: form.get(name) for name in ("queries", "extend")}
    return {k: None if isinstance(v, UploadFile) else v for k, v in found.items()}


@shared.post("", openapi_extra=_FORM_BODY)
def reconcile_form(
    request: Request,
    things: Things,
    asked: Annotated[Any, Depends(_form)],
) -> Response:
    """The same with a form, which takes more names at once."""
    return _said(_reply(things, request, asked))


@shared.get("/suggest/entity")
def suggest_entity(
    things: Things, prefix: Prefix = "", start: Start = 0, callback: Callback = None
) -> Response:
    """Records with a name that starts like this, in any script, the largest first."""
    return _said(answers.suggest_entities(things, prefix, start), callback)


@shared.get("/suggest/type")
def suggest_type(
    things: Things, prefix: Prefix = "", start: Start = 0, callback: Callback = None
) -> Response:
    """Types that a name may be reconciled against."""
    return _said(answers.suggest_types(things, prefix, start), callback)


@shared.get("/suggest/property")
def suggest_property(
    things: Things, prefix: Prefix = "", start: Start = 0, callback: Callback = None
) -> Response:
    """Properties that narrow a question down or extend a sheet."""
    return _said(answers.suggest_properties(things, prefix, start), callback)


@shared.get("/extend/propose")
def propose_properties(
    things: Things,
    type: Annotated[str | None, Query(max_length=100)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 100,
    callback: Callback = None,
) -> Response:
    """Facts that a sheet of such records may be extended by."""
    return _said(answers.propose(things, type, limit), callback)


@shared.get("/preview")
def preview(
    request: Request, things: Things, id: Annotated[str, Query(max_length=200)]
) -> Response:
    """A small page about one record."""
    facts = things.by_id(id)
    if facts is None:
        raise PlaceNotFound(id) if request.state.noun is Noun.PLACES else CollaborationNotFound(id)
    headers = {
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
        "X-Content-Type-Options": "nosniff",
    }
    html = answers.preview(things, facts)
    return Response(html, headers=headers, media_type="text/html; charset=utf-8")


router = APIRouter(prefix="/reconcile")
for noun in Noun:
    router.include_router(shared, prefix=f"/{noun}", dependencies=[Depends(_about(noun))])
