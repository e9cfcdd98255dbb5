"""The convener's desk: rosters, admissions, screenings, cohorts, pairings."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy.orm import Session

from models.records.values import Day
from models.tenancy import limit
from services.access.callers import Caller, Convening
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
from services.matcher.decisions.audit import Entry, digest
from services.matcher.decisions.decisions import Decisions
from services.matcher.matcher import Matcher
from services.matcher.routes.actor import actor_of
from services.matcher.routes.dependencies import CatalogueDep, WordsDep
from services.matcher.routes.paging import Limit
from services.matcher.wording import Wording
from services.web.app import answer
from services.web.conditional import unchanged_since

router = APIRouter(tags=["convening"])


@dataclass(frozen=True)
class Asked:
    """Who asks what of the desk: all that a desk needs but the database."""

    request: Request
    caller: Caller
    catalogue: Catalogue
    words: Wording

    def desk(self, session: Session, collaboration_id: str | None) -> Desk:
        matcher: Matcher = self.request.app.state.matcher
        today = datetime.now(UTC).date()
        context = matcher.context(self.catalogue, self.caller.tenant, self.words, today)
        row = -1
        if collaboration_id is not None:
            row = self.catalogue.collaboration(collaboration_id, self.caller.tenant)
        return Desk(context, session, row)


def _asked(request: Request, caller: Convening, catalogue: CatalogueDep, words: WordsDep) -> Asked:
    return Asked(request, caller, catalogue, words)


AskedDep = Annotated[Asked, Depends(_asked)]


@contextmanager
def desk_of(asked: Asked, collaboration_id: str | None = None) -> Iterator[Desk]:
    """The desk of one question, in one transaction."""
    with asked.request.app.state.sessions.begin() as session:
        yield asked.desk(session, collaboration_id)


def decided(
    asked: Asked, collaboration_id: str, kind: str, write: Callable[[Desk], dict[str, Any]]
) -> dict[str, Any]:
    """What a desk writes, entered in the audit log in the same transaction, before the answer."""
    decisions: Decisions = asked.request.app.state.decisions
    with decisions.ledger.writing() as writing:
        limit(writing.session, asked.caller.tenant)
        desk = asked.desk(writing.session, collaboration_id)
        content = write(desk)
        entered = {
            "collaboration": desk.record["id"],
            "snapshot_id": desk.context.snapshot.id,
            "answer": digest(content),
        }
        writing.append(Entry(desk.tenant, kind, actor_of(asked.request), entered))
    return content


def said(asked: Asked, content: dict[str, Any], status: int = 200) -> Response:
    """An answer of the desk, with the snapshot it rests on and its language."""
    head = {"snapshot_id": asked.catalogue.snapshot.id}
    return answer(head | content, status, {"Content-Language": asked.words.language})


@router.put("/collaborations/{collaboration_id}/roster")
def put_roster(
    collaboration_id: str,
    asked: AskedDep,
    body: RosterRequest,
) -> Response:
    """Store who is in; answers with how each cap stands.

    With `If-Match: "<version>"` only where that version is still in force: of two people who
    give the last seat away at once, one is told so.
    """

    def write(desk: Desk) -> dict[str, Any]:
        unchanged_since(asked.request, roster.tag(desk))
        return roster.show(desk, roster.put(desk, body))

    content = decided(asked, collaboration_id, "roster", write)
    answered = said(asked, content)
    answered.headers["ETag"] = f'"{content["version"]}"'
    return answered


@router.get("/collaborations/{collaboration_id}/roster")
def get_roster(
    collaboration_id: str,
    asked: AskedDep,
    version: Annotated[int | None, Query(ge=1, le=1_000_000)] = None,
) -> Response:
    """The roster in force, or one of its versions."""
    with desk_of(asked, collaboration_id) as desk:
        found = roster.required(desk) if version is None else roster.version(desk, version)
        return said(asked, roster.show(desk, found))


@router.post("/collaborations/{collaboration_id}/admissions/check")
def check_admission(
    collaboration_id: str,
    asked: AskedDep,
    body: AdmissionRequest,
) -> Response:
    """May these places join together, after others have left? Nothing is stored."""
    with desk_of(asked, collaboration_id) as desk:
        return said(asked, admissions.check(desk, body))


@router.post("/collaborations/{collaboration_id}/cohorts")
def cohort(
    collaboration_id: str,
    asked: AskedDep,
    body: CohortRequest,
) -> Response:
    """The best cohort under every rule; where there is none, the fewest rules to relax."""
    with desk_of(asked, collaboration_id) as desk:
        return said(asked, Cohort(desk, body).answer())


@router.post("/pairings")
def pairings(
    asked: AskedDep,
    body: PairingsRequest,
) -> Response:
    """Pairs, or clusters, of two sides or of one pool: the most there can be, then the best."""
    with desk_of(asked, body.collaboration) as desk:
        return said(asked, Pairing(desk, body).answer())


@router.get("/collaborations/{collaboration_id}/approach-list")
def approach(
    collaboration_id: str,
    asked: AskedDep,
    limit: Limit = 20,
    as_of: Day | None = None,
) -> Response:
    """Non-members worth approaching, with reasons."""
    with desk_of(asked, collaboration_id) as desk:
        return said(asked, approach_list(desk, as_of, limit))


@router.get("/collaborations/{collaboration_id}/distinctiveness")
def distinct(
    collaboration_id: str,
    asked: AskedDep,
    as_of: Day | None = None,
) -> Response:
    """The nearest networks, what differs, and how clearly the aims are stated."""
    with desk_of(asked, collaboration_id) as desk:
        return said(asked, distinctiveness.report(desk, as_of))
