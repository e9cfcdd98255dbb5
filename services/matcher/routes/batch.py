"""POST /v1/matches/peers:batch: one question asked for many places, answered line by line."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse
from pydantic import Field, ValidationError, model_validator

from models.errors import InvalidInput, Problem
from services.access.callers import Matching
from services.inputs import input_errors, pointer
from services.matcher.decisions.asked import answering
from services.matcher.decisions.decisions import Decisions
from services.matcher.matcher import Matcher
from services.matcher.matching import Context
from services.matcher.routes.actor import actor_of
from services.matcher.routes.dependencies import CatalogueDep, WordsDep
from services.matcher.schemas import PeersRequest
from services.stepwise import TOGETHER, Stepwise, in_step

MOST_PLACES = 1000
Where = tuple[str, int]

router = APIRouter()


class PeersBatch(PeersRequest):
    """A question about peers for up to 1,000 places, stored (`place_ids`) or sent (`places`)."""

    place_ids: Annotated[list[str], Field(default=[], max_length=MOST_PLACES)]
    places: Annotated[list[Any], Field(default=[], max_length=MOST_PLACES)]

    @model_validator(mode="after")
    def _one_place(self) -> "PeersBatch":
        if self.place_id is not None or self.place is not None:
            raise ValueError("a batch names its places in place_ids and places")
        if not 1 <= len(self.place_ids) + len(self.places) <= MOST_PLACES:
            raise ValueError(f"a batch has 1 to {MOST_PLACES:,} places")
        return self

    def questions(self) -> Iterator[tuple[Where, dict[str, Any]]]:
        """The question of each place as JSON, and where that place stands; those stored first."""
        asked = self.model_dump(mode="json", exclude_unset=True, exclude={"place_ids", "places"})
        for at, place_id in enumerate(self.place_ids):
            yield ("place_ids", at), {**asked, "place_id": place_id}
        for at, place in enumerate(self.places):
            yield ("places", at), {**asked, "place": place}


@router.post("/peers:batch", response_class=StreamingResponse)
def peers_of_many(
    request: Request, body: PeersBatch, caller: Matching, catalogue: CatalogueDep, words: WordsDep
) -> StreamingResponse:
    """The peers of many places, as lines of JSON: an answer each, or the problem with it."""
    today = body.as_of or datetime.now(UTC).date()
    matcher: Matcher = request.app.state.matcher
    context = matcher.context(catalogue, caller.tenant, words, today)
    lines = _lines(context, request.app.state.decisions, body, actor_of(request))
    headers = {"Content-Language": words.language}
    return StreamingResponse(lines, headers=headers, media_type="application/x-ndjson")


def _lines(context: Context, decisions: Decisions, body: PeersBatch, actor: str) -> Iterator[bytes]:
    shown, is_capped = Counter(body.shown), body.exposure_cap is not None

    def line(index: int, where: Where, question: dict[str, Any]) -> Stepwise[bytes]:
        if is_capped:
            question["shown"] = dict(shown)
        try:
            asked = _asked(question, where)
            told = yield from _answer(context, decisions, asked, actor)
            if is_capped:
                shown.update(r["place"]["id"] for r in orjson.loads(told)["results"])
            told = b'"answer":' + told
        except Problem as problem:
            told = b'"problem":' + orjson.dumps(problem.as_json())
        return b'{"index":%d,%b}\n' % (index, told)

    lines = (line(index, *asked) for index, asked in enumerate(body.questions()))
    # A cap on exposure rests on the answers before.
    while few := list(islice(lines, 1 if is_capped else TOGETHER)):
        yield from in_step(few)


def _asked(question: dict[str, Any], where: Where) -> PeersRequest:
    """The question of one place; what is wrong with it is told where it stands in the batch."""
    if question.get("place", {}) is None:
        raise InvalidInput.at(
            pointer(("body", *where)), "expected an object, got null", "model_type"
        )
    try:
        return PeersRequest.model_validate(question)
    except ValidationError as error:
        found = [{**e, "loc": _in_batch(e["loc"], where)} for e in error.errors()]
        errors = input_errors(found, "json")
        told = "; ".join(f"{e['pointer']}: {e['detail']}" for e in errors)
        raise InvalidInput(told, errors) from error


def _in_batch(location: tuple[str | int, ...], where: Where) -> tuple[str | int, ...]:
    step, *rest = location or ("",)
    return ("body", *where, *rest) if step in ("place", "place_id") else ("body", *location)


def _answer(
    context: Context, decisions: Decisions, asked: PeersRequest, actor: str
) -> Stepwise[bytes]:
    """One place's answer, recorded like that of a question of its own."""
    tuned = decisions.tuned(context.catalogue, context.tenant, "peers", asked)
    answered = yield from answering(context, "peers", asked, tuned)
    decisions.recorder.record(answered, actor)
    return answered.answer
