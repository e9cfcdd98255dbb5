"""Asks what the API asks, for a page: the same functions, the same record, the same id."""

from datetime import UTC, datetime
from typing import Any

import orjson
from fastapi import Request

from models.errors import MatchNotFound
from models.tables import PUBLIC, MatchRow
from models.taxonomy import Mode
from services.access.callers import Caller
from services.matcher.catalogue import Catalogue
from services.matcher.decisions.asked import answer_match, parse_request
from services.matcher.decisions.decisions import Decisions
from services.matcher.features import Facts
from services.matcher.matcher import Matcher
from services.matcher.matching import Context
from services.matcher.matching.peers import PeerMatch
from services.matcher.pages.asked import Asked, match_request
from services.matcher.pages.described import described_facts
from services.matcher.pages.rendering import Page
from services.matcher.pages.said_here import edits_of
from services.matcher.profile import stored_facts
from services.matcher.routes.actor import actor_of
from services.matcher.schemas import MatchRequest, PeersRequest

MOST_READ = 5


def own_facts(catalogue: Catalogue, caller: Caller, place_id: str) -> Facts:
    """A place's facts as they are held, or as an id says them of one that is not on file."""
    described = described_facts(place_id)
    if described is not None:
        return described
    _, facts = stored_facts(catalogue.snapshot, place_id, caller.tenant)
    return facts


def ask(page: Page, catalogue: Catalogue, caller: Caller, asked: Asked) -> str:
    """Answer and record a question; the id of its match."""
    facts = own_facts(catalogue, caller, asked.place)
    body = match_request(asked, facts, edits_of(page, asked.place))
    decisions: Decisions = page.request.app.state.decisions
    context = context_now(page, catalogue, caller)
    tuned = decisions.tuned(context.catalogue, context.tenant, asked.kind, body)
    answered = answer_match(context, asked.kind, body, tuned)
    decisions.recorder.record(answered, actor_of(page.request))
    return answered.id


def unusual(catalogue: Catalogue, asked: Asked) -> dict[str, float]:
    """The weights that differ from the usual ones: a form sends them all."""
    usual = catalogue.weights["collaborations"]
    if asked.want == "peers":
        usual = catalogue.weights["peers"].get(asked.mode or Mode.SUSTAINED_PAIRING, {})
    return {name: weight for name, weight in asked.weights.items() if usual.get(name) != weight}


def ask_again(
    page: Page, row: MatchRow, catalogue: Catalogue, changed: dict[str, Any]
) -> dict[str, Any]:
    """A recorded question with something changed, as of its own day; not recorded."""
    body: MatchRequest = parse_request(row.kind, row.request).model_copy(update=changed)
    matcher: Matcher = page.request.app.state.matcher
    context = matcher.context(catalogue, row.tenant_id, page.sentences, row.as_of)
    answered = answer_match(context, row.kind, body, orjson.loads(row.weights))
    found: dict[str, Any] = orjson.loads(answered.answer)
    return found


def best_ids(page: Page, row: MatchRow, catalogue: Catalogue, count: int) -> list[str]:
    """The ids of a recorded question's best results by fit alone, without their reasons."""
    if row.kind != "peers":
        answer = ask_again(page, row, catalogue, {"limit": count, "include": []})
        return [result["collaboration"]["id"] for result in answer["results"]]
    weights = orjson.loads(row.weights)
    changed = {"weights": weights, "limit": count, "max_per_country": None}
    body = parse_request("peers", row.request).model_copy(update=changed)
    assert isinstance(body, PeersRequest)
    matcher: Matcher = page.request.app.state.matcher
    context = matcher.context(catalogue, row.tenant_id, page.sentences, row.as_of)
    rows = PeerMatch(context, body).pick().rows
    return [catalogue.snapshot.places.id(int(row)) for row in rows]


def readings(page: Page, catalogue: Catalogue, text: str) -> list[dict[str, Any]]:
    """Sectors and stages read from free text, as the match reads them."""
    if not text:
        return []
    reader = page.request.app.state.matcher.reader(catalogue.snapshot)
    return [
        {"sector": str(r.sector), "stage": r.stage, "confidence": r.confidence}
        for r in reader.read_needs(text)[:MOST_READ]
    ]


def context_now(page: Page, catalogue: Catalogue, caller: Caller) -> Context:
    """What is asked today."""
    today = datetime.now(UTC).date()
    matcher: Matcher = page.request.app.state.matcher
    return matcher.context(catalogue, caller.tenant, page.sentences, today)


def recorded(page: Page, caller: Caller, match_id: str) -> MatchRow:
    """A match of the caller's tenant, or one that was asked without an account.

    A link to an answer that somebody found before signing in, or got from a colleague, opens.
    """
    decisions: Decisions = page.request.app.state.decisions
    for tenant in dict.fromkeys((caller.tenant, PUBLIC)):
        row = decisions.recorder.find(tenant, match_id)
        if row is not None:
            return row
    raise MatchNotFound(match_id)


def catalogue_of(request: Request, row: MatchRow) -> Catalogue | None:
    """The catalogue that a match was answered from; None where it is not kept any more."""
    decisions: Decisions = request.app.state.decisions
    return decisions.catalogue(row.snapshot_id)
