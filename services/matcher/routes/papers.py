"""What a briefing is made of: the match in the language asked for, and the paper about it."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any

import orjson
from fastapi import Request

from models.errors import Problem
from models.tables import MatchRow
from services.access.callers import Caller
from services.matcher.briefing.formats import as_docx, as_html
from services.matcher.briefing.paper import paper
from services.matcher.briefing.parts import Brief, thing
from services.matcher.briefing.pdf import as_pdf
from services.matcher.briefing.tables import as_csv, as_geojson, as_xlsx
from services.matcher.catalogue import Catalogue
from services.matcher.decisions.decisions import Decisions
from services.matcher.decisions.replay import in_language, stored_answer
from services.matcher.decisions.tuning import latest
from services.matcher.matcher import Matcher
from services.matcher.portfolio.checklist import CHECKLIST, lines_of
from services.matcher.profile import stored_facts
from services.matcher.wording import Wording
from services.matcher.wording.officer import officer_wording


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


def written_as(format: BriefingFormat, answer: dict[str, Any], brief: Callable[[], Brief]) -> bytes:
    """A match in one of the formats; the brief is made only where a paper is asked for."""
    if format in TABLES:
        return TABLES[format](answer)
    return PAPERS[format](paper(brief()))


def _catalogue(request: Request, row: MatchRow) -> Catalogue | None:
    decisions: Decisions = request.app.state.decisions
    try:
        return decisions.catalogue(row.snapshot_id)
    except Problem:
        return None


def answer_in(request: Request, row: MatchRow, words: Wording) -> dict[str, Any]:
    """The answer in the language asked for; as it was given where its snapshot is gone."""
    given: dict[str, Any] = orjson.loads(stored_answer(row))
    catalogue = _catalogue(request, row)
    if row.language == words.language or catalogue is None:
        return given
    matcher: Matcher = request.app.state.matcher
    context = matcher.context(catalogue, row.tenant_id, words, row.as_of)
    try:
        return {**in_language(row, context), "match_id": row.id}
    except Problem:
        return given


def brief_of(
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
