"""A match as a paper for the mayor, as tables, and as a map."""

from enum import StrEnum
from typing import Any

import orjson
from fastapi import APIRouter, Request, Response

from models.errors import Problem
from models.tables import MatchRow
from services.access import Caller, Matching
from services.matcher.briefing.formats import as_docx, as_html
from services.matcher.briefing.paper import Brief, paper, thing
from services.matcher.briefing.pdf import as_pdf
from services.matcher.briefing.tables import as_csv, as_geojson, as_xlsx
from services.matcher.catalogue import Catalogue
from services.matcher.decisions.decisions import Decisions
from services.matcher.decisions.replay import in_language, stored_answer
from services.matcher.decisions.tuning import latest
from services.matcher.portfolio.checklist import CHECKLIST, lines_of
from services.matcher.profile import stored_facts
from services.matcher.routes.decisions import context_of, found
from services.matcher.routes.dependencies import WordsDep
from services.matcher.wording import Wording
from services.matcher.wording.officer import officer_wording

router = APIRouter(prefix="/matches", tags=["decisions"])


class BriefingFormat(StrEnum):
    HTML = "html"
    PDF = "pdf"
    DOCX = "docx"
    CSV = "csv"
    XLSX = "xlsx"
    GEOJSON = "geojson"


_OFFICE = "application/vnd.openxmlformats-officedocument"
MEDIA = {
    BriefingFormat.HTML: "text/html; charset=utf-8",
    BriefingFormat.PDF: "application/pdf",
    BriefingFormat.DOCX: f"{_OFFICE}.wordprocessingml.document",
    BriefingFormat.CSV: "text/csv; charset=utf-8",
    BriefingFormat.XLSX: f"{_OFFICE}.spreadsheetml.sheet",
    BriefingFormat.GEOJSON: "application/geo+json",
}
PAPERS = {
    BriefingFormat.HTML: as_html,
    BriefingFormat.PDF: as_pdf,
    BriefingFormat.DOCX: as_docx,
}
TABLES = {
    BriefingFormat.CSV: as_csv,
    BriefingFormat.XLSX: as_xlsx,
    BriefingFormat.GEOJSON: as_geojson,
}


@router.get("/{match_id}/briefing")
def briefing(
    match_id: str,
    request: Request,
    caller: Matching,
    words: WordsDep,
    format: BriefingFormat = BriefingFormat.HTML,
) -> Response:
    """A match as a paper with reasons, sources, a page for residents and a first letter."""
    row = found(request, caller, match_id)
    answer = _answer(request, row, words)
    if format in TABLES:
        content = TABLES[format](answer)
    else:
        content = PAPERS[format](paper(_brief(request, caller, row, answer, words)))
    headers = {
        "Content-Language": words.language,
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    }
    if format is not BriefingFormat.HTML:
        headers["Content-Disposition"] = f'attachment; filename="{row.id}.{format.value}"'
    return Response(content, headers=headers, media_type=MEDIA[format])


def _catalogue(request: Request, row: MatchRow) -> Catalogue | None:
    decisions: Decisions = request.app.state.decisions
    try:
        return decisions.catalogue(row.snapshot_id)
    except Problem:
        return None


def _answer(request: Request, row: MatchRow, words: Wording) -> dict[str, Any]:
    """The answer in the language asked for; as it was given where its snapshot is gone."""
    given: dict[str, Any] = orjson.loads(stored_answer(row))
    catalogue = _catalogue(request, row)
    if row.language == words.language or catalogue is None:
        return given
    matcher = request.app.state.matcher
    context = context_of(matcher, catalogue, row.tenant_id, words, row.as_of)
    try:
        return {**in_language(row, context), "match_id": row.id}
    except Problem:
        return given


def _brief(
    request: Request, caller: Caller, row: MatchRow, answer: dict[str, Any], words: Wording
) -> Brief:
    catalogue, asked = _catalogue(request, row), orjson.loads(row.request)
    asking = _facts(catalogue, caller.tenant, asked.get("place_id"))
    asking |= asked.get("place") or {}
    if asked.get("needs"):
        asking["needs"] = asked["needs"]
    best = thing(answer["results"][0])["id"] if answer["results"] else None
    own = officer_wording(words.language)
    with request.app.state.sessions() as session:
        checklist = lines_of(latest(session, caller.tenant, CHECKLIST), own)
    return Brief(answer, asking, _facts(catalogue, caller.tenant, best), checklist, own)


def _facts(catalogue: Catalogue | None, tenant: str, place_id: str | None) -> dict[str, Any]:
    """A place's facts in the snapshot of the match; its id alone where that is gone."""
    if place_id is None or catalogue is None:
        return {"name": place_id or ""}
    try:
        return stored_facts(catalogue.snapshot, place_id, tenant)[1]
    except Problem:
        return {"name": place_id}
