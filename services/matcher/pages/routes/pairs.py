"""From a screening: who goes with whom, in one pool or between two sides."""

from fastapi import APIRouter, Response

from services.matcher.convening import jury, roster
from services.matcher.convening.desk import shown
from services.matcher.convening.pairing import Pairing
from services.matcher.pages.at_the_desk import ONE_SCREENING, ScreeningDep
from services.matcher.pages.pairs_asked import PairsQuery, Pools
from services.matcher.pages.views.pairs import pairs_view
from services.written_json import read_back

router = APIRouter(prefix=f"{ONE_SCREENING}/pairs", include_in_schema=False)


@router.get("")
def pairs(here: ScreeningDep, query: PairsQuery) -> Response:
    """The most pairs there can be, then the best; a pair locked out is not made again."""
    with here.desk() as desk:
        found = jury.reopened(desk, here.screening_id, None)
        held = roster.in_force(desk)
        members = [shown(member) for member in held.members] if held else []
        pools, view = Pools(query, found["results"], members), None
        if pools.solvable:
            request = pools.request(here.collaboration_id)
            answer = read_back(Pairing(desk, request, pools.kept_apart()).answer())
            view = pairs_view(answer, pools.keys, here.page.words)
    names = {**{str(n): name for n, name in _names(found)}, **pools.names}
    return here.show(
        "pairs.html",
        found["collaboration"],
        q=query,
        v=view,
        has_members=bool(members),
        second_side=[
            {"value": int(key), "text": name} for key, name in names.items() if key in pools.own
        ],
        apart=[
            (
                " – ".join(names.get(key, key) for key in text.split("-")),
                query.query(apart=[other for other in query.apart if other != text]),
            )
            for text in query.apart
        ],
    )


def _names(found: dict[str, list[dict[str, dict[str, object]]]]) -> list[tuple[object, str]]:
    """The number and the name of each applicant."""
    return [(r["applicant"]["number"], str(r["applicant"]["name"])) for r in found["results"]]
