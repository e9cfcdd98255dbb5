"""POST /v1/matches/peers:all: one question asked for every place, as a job."""

from datetime import UTC, datetime
from typing import Any

import orjson
from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse
from pydantic import Field, model_validator

from models.settings import Settings
from services.access.callers import Matching
from services.matcher.routes.dependencies import CatalogueDep
from services.matcher.schemas import PeerFilters, PeersRequest
from services.matcher.whole import Everyone, asking_rows
from services.matcher.whole_jobs import WholeJobs
from services.web.app import answer

router = APIRouter()
_OF_ONE_PLACE = ("place_id", "place", "text", "among", "include")


class PeersOfAll(PeersRequest):
    """A question about peers for every place; `asking` says which places, `filters` which peers."""

    asking: PeerFilters = Field(default_factory=PeerFilters)

    @model_validator(mode="after")
    def _one_place(self) -> "PeersOfAll":
        named = [name for name in _OF_ONE_PLACE if name in self.model_fields_set]
        if named:
            raise ValueError(f"{named[0]} speaks of one place, and every place is asked for")
        return self

    def question(self) -> dict[str, Any]:
        return self.model_dump(mode="json", exclude_unset=True, exclude={"asking"})


def _jobs(request: Request) -> WholeJobs:
    jobs: WholeJobs = request.app.state.whole_jobs
    return jobs


@router.post("/peers:all", status_code=202)
def peers_of_all(
    request: Request, body: PeersOfAll, caller: Matching, catalogue: CatalogueDep
) -> Response:
    """Begin to find the peers of the whole catalogue; the job says how far it is."""
    settings: Settings = request.app.state.settings
    snapshot = catalogue.snapshot
    asked = Everyone(
        snapshot=request.app.state.matcher.current.store.path(snapshot.id).resolve(),
        tenant=caller.tenant,
        as_of=body.as_of or datetime.now(UTC).date(),
        question=orjson.dumps(body.question()),
        embedding_model=settings.embedding_model,
    )
    job_id = _jobs(request).begin(asked, asking_rows(snapshot, caller.tenant, body.asking))
    return answer({"job_id": job_id}, 202, {"Location": f"/v1/matches/jobs/{job_id}"})


@router.get("/jobs/{job_id}")
def how_it_stands(job_id: str, request: Request, caller: Matching) -> Response:
    """How far a job is: queued, running, done or failed."""
    return answer(_jobs(request).find(caller.tenant, job_id))


@router.get("/jobs/{job_id}/answers", response_class=FileResponse)
def answers(job_id: str, request: Request, caller: Matching) -> FileResponse:
    """The answers of a job that is done: a line of JSON a place, in any order."""
    path = _jobs(request).answers(caller.tenant, job_id)
    return FileResponse(path, media_type="application/x-ndjson", filename=f"peers-{job_id}.ndjson")
