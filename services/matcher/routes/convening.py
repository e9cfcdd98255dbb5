"""The convener's desk: rosters, admissions, screenings, cohorts, pairings."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from services.access import Caller, Convening
from services.matcher.catalogue import Catalogue
from services.matcher.convening import admissions, distinctiveness, roster
from services.matcher.convening.approach import approach_list
from services.matcher.convening.cohort import Cohort
from services.matcher.convening.desk import Desk
from services.matcher.convening.pairing import Pairing
from services.matcher.convening.schemas import (
    AdmissionRequest,
    CohortRequest,
    PairingsRequest,
    RosterRequest,
)
from services.matcher.matching import Context
from services.matcher.routes.dependencies import CatalogueDep, WordsDep
from services.matcher.routes.paging import Limit
from services.matcher.wording import Wording
from services.web import answer

router = APIRouter(tags=["convening"])


@contextmanager
def desk_of(
    request: Request,
    caller: Caller,
    catalogue: Catalogue,
    words: Wording,
    collaboration_id: str | None = None,
) -> Iterator[Desk]:
    """The desk of one request, in one transaction."""
    matcher = request.app.state.matcher
    context = Context(
        catalogue=catalogue,
        tenant=caller.tenant,
        words=words,
        today=datetime.now(UTC).date(),
        load_embedder=partial(matcher.embedder, catalogue.snapshot),
        load_reader=partial(matcher.reader, catalogue.snapshot),
        sign=matcher.sign,
    )
    row = -1
    if collaboration_id is not None:
        row = catalogue.collaboration(collaboration_id, caller.tenant)
    with request.app.state.sessions.begin() as session:
        yield Desk(context, session, row)


def said(desk: Desk, content: dict[str, Any], status: int = 200) -> Response:
    """An answer of the desk, with the snapshot it rests on and its language."""
    head = {"snapshot_id": desk.context.snapshot.id}
    return answer(head | content, status, {"Content-Language": desk.words.language})


@router.put("/collaborations/{collaboration_id}/roster")
def put_roster(
    collaboration_id: str,
    request: Request,
    body: RosterRequest,
    caller: Convening,
    catalogue: CatalogueDep,
    words: WordsDep,
) -> Response:
    """Store who is in; answers with how each cap stands."""
    with desk_of(request, caller, catalogue, words, collaboration_id) as desk:
        return said(desk, roster.show(desk, roster.put(desk, body)))


@router.get("/collaborations/{collaboration_id}/roster")
def get_roster(
    collaboration_id: str,
    request: Request,
    caller: Convening,
    catalogue: CatalogueDep,
    words: WordsDep,
    version: Annotated[int | None, Query(ge=1, le=1_000_000)] = None,
) -> Response:
    """The roster in force, or one of its versions."""
    with desk_of(request, caller, catalogue, words, collaboration_id) as desk:
        found = roster.required(desk) if version is None else roster.version(desk, version)
        return said(desk, roster.show(desk, found))


@router.post("/collaborations/{collaboration_id}/admissions/check")
def check_admission(
    collaboration_id: str,
    request: Request,
    body: AdmissionRequest,
    caller: Convening,
    catalogue: CatalogueDep,
    words: WordsDep,
) -> Response:
    """May these places join together, after others have left? Nothing is stored."""
    with desk_of(request, caller, catalogue, words, collaboration_id) as desk:
        return said(desk, admissions.check(desk, body))


@router.post("/collaborations/{collaboration_id}/cohorts")
def cohort(
    collaboration_id: str,
    request: Request,
    body: CohortRequest,
    caller: Convening,
    catalogue: CatalogueDep,
    words: WordsDep,
) -> Response:
    """The best cohort under every rule; where there is none, the fewest rules to relax."""
    with desk_of(request, caller, catalogue, words, collaboration_id) as desk:
        return said(desk, Cohort(desk, body).answer())


@router.post("/pairings")
def pairings(
    request: Request,
    body: PairingsRequest,
    caller: Convening,
    catalogue: CatalogueDep,
    words: WordsDep,
) -> Response:
    """Pairs, or clusters, of two sides or of one pool: the most there can be, then the best."""
    with desk_of(request, caller, catalogue, words, body.collaboration) as desk:
        return said(desk, Pairing(desk, body).answer())


@router.get("/collaborations/{collaboration_id}/approach-list")
def approach(
    collaboration_id: str,
    request: Request,
    caller: Convening,
    catalogue: CatalogueDep,
    words: WordsDep,
    limit: Limit = 20,
    as_of: date | None = None,
) -> Response:
    """Non-members worth approaching, with reasons."""
    with desk_of(request, caller, catalogue, words, collaboration_id) as desk:
        return said(desk, approach_list(desk, as_of, limit))


@router.get("/collaborations/{collaboration_id}/distinctiveness")
def distinct(
    collaboration_id: str,
    request: Request,
    caller: Convening,
    catalogue: CatalogueDep,
    words: WordsDep,
    as_of: date | None = None,
) -> Response:
    """The nearest networks, what differs, and how clearly the aims are stated."""
    with desk_of(request, caller, catalogue, words, collaboration_id) as desk:
        return said(desk, distinctiveness.report(desk, as_of))
