"""Two to six places side by side."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from services.access.callers import Matching
from services.matcher.pages.rendering import PageDep
from services.matcher.pages.routes.results import names_of, reopen, results_of
from services.matcher.pages.views.compare import Compare
from services.matcher.pages.views.places import line_of
from services.matcher.profile import stored_facts

router = APIRouter(prefix="/matches", include_in_schema=False)
MOST, FIRST = 6, 3


@router.get("/{match_id}/compare")
def compare(
    match_id: str,
    page: PageDep,
    caller: Matching,
    p: Annotated[list[str], Query(max_length=50)] = [],  # noqa: B006
    differ: str = "",
) -> Response:
    """How do these differ from us and from each other, in real units?"""
    match = reopen(page, caller, match_id)
    results = results_of(page, match)
    snapshot = match.catalogue.snapshot
    ids = list(dict.fromkeys(p or match.listed or [card.id for card in results.all[:FIRST]]))[:MOST]
    facts = [stored_facts(snapshot, key, match.row.tenant_id)[1] for key in ids]
    cards = {card.id: card for card in results.all}
    every = Compare(snapshot.places, [match.ours, *facts], page.words).rows()
    rows = [row for row in every if not (differ and row.same)]
    return page.show(
        "compare.html",
        r=results,
        ids=ids,
        places=[line_of(snapshot, key, f, page.words) for key, f in zip(ids, facts, strict=True)],
        rows=rows,
        hidden=len(every) - len(rows),
        differ=bool(differ),
        cards=[cards.get(key) for key in ids],
        others=[card for card in results.all if card.id not in ids],
        most=MOST,
        names=names_of(match),
        part=match.asked.want,
    )
