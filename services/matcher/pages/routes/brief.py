"""The paper for the mayor on a page, and every format to take away."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Response

from models.tables import MatchRow
from services.access.callers import Caller, Matching
from services.matcher.briefing.paper import paper
from services.matcher.briefing.parts import Brief, thing
from services.matcher.pages.answering import recorded
from services.matcher.pages.rendering import Page, PageDep
from services.matcher.pages.shortlist import shortlist
from services.matcher.pages.views.cards import serves
from services.matcher.routes.papers import (
    MEDIA,
    PAPERS,
    BriefingFormat,
    answer_in,
    brief_of,
    written_as,
)

router = APIRouter(prefix="/matches", include_in_schema=False)
ALL = "all"


@dataclass(frozen=True)
class Chosen:
    """A match with the results that the paper is about."""

    row: MatchRow
    answer: dict[str, Any]
    listed: int
    serving: int
    brief: Callable[[], Brief]


def _chosen(page: Page, caller: Caller, match_id: str, which: str, is_paper: bool = True) -> Chosen:
    """The shortlist of the match; all of it where nothing is on the list, or all is asked for.

    A paper without a shortlist leaves out networks that work on other things, where some do not.
    """
    row = recorded(page, caller, match_id)
    answer = answer_in(page.request, row, page.sentences)
    wanted = set(shortlist(page.request, row.kind))
    count = len(answer["results"])
    listed = [result for result in answer["results"] if thing(result)["id"] in wanted]
    serving = [result for result in answer["results"] if serves(result)] if is_paper else []
    if which != ALL and (listed or serving):
        answer = {**answer, "results": listed or serving}
    return Chosen(
        row,
        answer,
        len(listed),
        len(serving) if len(serving) < count else 0,
        lambda: brief_of(page.request, caller, row, answer, page.sentences),
    )


@router.get("/{match_id}/brief")
def brief(match_id: str, page: PageDep, caller: Matching, which: str = "") -> Response:
    """The paper, as it will be printed."""
    chosen = _chosen(page, caller, match_id, which)
    return page.show(
        "brief.html",
        match_id=match_id,
        paper=paper(chosen.brief()),
        listed=chosen.listed,
        serving=chosen.serving,
        which=which,
        peers=chosen.row.kind == "peers",
        part="peers" if chosen.row.kind == "peers" else "networks",
    )


@router.get("/{match_id}/download")
def download(
    match_id: str, page: PageDep, caller: Matching, format: BriefingFormat, which: str = ""
) -> Response:
    """The same in a format to keep."""
    chosen = _chosen(page, caller, match_id, which, format in PAPERS)
    content = written_as(format, chosen.answer, chosen.brief)
    return page.file(content, MEDIA[format], f"{match_id}.{format.value}")
