"""A match as a paper for the mayor, as tables, and as a map."""

from fastapi import APIRouter, Request, Response

from services.access.callers import Matching
from services.matcher.routes.decisions import found
from services.matcher.routes.dependencies import WordsDep
from services.matcher.routes.papers import (
    MEDIA,
    BriefingFormat,
    answer_in,
    brief_of,
    written_as,
)

router = APIRouter(prefix="/matches", tags=["decisions"])


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
    answer = answer_in(request, row, words)
    content = written_as(format, answer, lambda: brief_of(request, caller, row, answer, words))
    headers = {
        "Content-Language": words.language,
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    }
    if format is not BriefingFormat.HTML:
        headers["Content-Disposition"] = f'attachment; filename="{row.id}.{format.value}"'
    return Response(content, headers=headers, media_type=MEDIA[format])
