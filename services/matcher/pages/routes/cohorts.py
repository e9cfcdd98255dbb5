"""From a screening: the best cohort under the caps; every question is a link."""

from typing import Any

from fastapi import APIRouter, Response

from services.matcher.convening import jury, roster
from services.matcher.convening.cohort import Cohort
from services.matcher.convening.schemas import PURPOSE_SIZES
from services.matcher.convening.standing import key_of
from services.matcher.convening.together import is_member
from services.matcher.pages.at_the_desk import ONE_SCREENING, ScreeningDep
from services.matcher.pages.cohort_asked import CohortQuery, standing
from services.matcher.pages.views.cohort import cohort_view

router = APIRouter(prefix=ONE_SCREENING, include_in_schema=False)


def _numbers(results: list[dict[str, Any]]) -> dict[str, int]:
    """The number of each applicant by its place."""
    return {key_of(r["applicant"]): r["applicant"]["number"] for r in results}


@router.get("/cohort")
def cohort(here: ScreeningDep, query: CohortQuery) -> Response:
    """Who should learn together under every rule; where nobody can, which rules clash."""
    with here.desk() as desk:
        found = jury.reopened(desk, here.screening_id, None)
        results = found["results"]
        held = roster.in_force(desk)
        view, room, caps = None, None, [*desk.record.get("caps", ()), *(held.caps if held else ())]
        if standing(results):
            with_roster = query if held else query.model_copy(update={"roster": ""})
            request = with_roster.request(results)
            made = Cohort(desk, request)
            answer, room = made.answer(), made.places()
            caps += [cap.facts() for cap in request.caps]
            everyone = [r["applicant"] for r in standing(results)]
            view = cohort_view(answer, caps, _numbers(results), everyone, here.page.words)
    return here.show(
        "cohort.html",
        found["collaboration"],
        q=query,
        v=view,
        room=room,
        names={r["applicant"]["number"]: r["applicant"]["name"] for r in results},
        members={r["applicant"]["number"] for r in results if is_member(r)},
        sizes=[(str(purpose), *sizes) for purpose, sizes in PURPOSE_SIZES.items()],
        has_roster=held is not None,
    )
