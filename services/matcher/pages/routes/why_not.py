"""Why not another one: its rank and what holds it back, or the rule that refuses it."""

from collections import Counter
from dataclasses import dataclass
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Response

from models.errors import CollaborationNotFound
from models.tables import PUBLIC
from services.access.callers import Matching
from services.matcher.pages.answering import ask_again, best_ids
from services.matcher.pages.rendering import Page, PageDep
from services.matcher.pages.routes.results import Reopened, reopen, results_of
from services.matcher.pages.views.cards import Card
from services.matcher.pages.views.places import place_line
from services.matcher.pages.views.results import Results
from services.matcher.reconciling.finding import find_collaborations, places_called

router = APIRouter(prefix="/matches", include_in_schema=False)
SEARCHED, OFFERED, HELD_BACK = 200, 20, 4
Q = Annotated[str, Query(max_length=200)]


@dataclass(frozen=True)
class Choice:
    """One of several things of a name."""

    id: str
    name: str
    about: str


@router.get("/{match_id}/why-not")
def why_not(match_id: str, page: PageDep, caller: Matching, place: Q = "", q: Q = "") -> Response:
    """One place or network judged by the same question."""
    match = reopen(page, caller, match_id)
    tenant = caller.tenant if match.row.tenant_id == caller.tenant else PUBLIC
    choices = [] if place else _choices(page, match, q, tenant)
    chosen = place or (choices[0].id if len(choices) == 1 else "")
    if not chosen:
        errors = [] if choices else [{"text": _none(page, q), "href": "#why-not"}]
        return page.show(
            "why_not_choose.html", match_id=match_id, q=q, choices=choices, errors=errors
        )
    judged = ask_again(page, match.row, match.catalogue, {"among": [chosen], "limit": 1})
    results = results_of(page, match, judged)
    return page.show(
        "why_not.html",
        r=results,
        card=_first(results),
        out=results.ruled_out[0] if results.ruled_out else None,
        rank=_rank(page, match, chosen),
        searched=SEARCHED,
        held_back=_held_back(judged),
        full=_is_passed_over(match, chosen),
        last=_last(page, match),
        part=match.asked.want,
    )


def _none(page: Page, q: str) -> str:
    return page.t("results.why_not_none", name=q) if q else page.t("results.why_not_empty")


def _choices(page: Page, match: Reopened, q: str, tenant: str) -> list[Choice]:
    snapshot, words = match.catalogue.snapshot, page.words
    if not q.strip():
        return []
    if match.row.kind == "peers":
        rows = places_called(snapshot, q, tenant, None, None)[:OFFERED]
        lines = [place_line(match.catalogue, row, words) for row in rows]
        return [Choice(line.id, line.name, f"{line.where} · {line.kind}") for line in lines]
    try:
        rows = [match.catalogue.collaboration(q, tenant)]
    except CollaborationNotFound:
        rows = find_collaborations(snapshot, q, tenant)[:OFFERED]
    records = [snapshot.collaborations[row] for row in rows]
    return [Choice(r["id"], r["name"], words.term("type", r["type"])) for r in records]


def _first(results: Results) -> Card | None:
    return results.all[0] if results.all else None


def _rank(page: Page, match: Reopened, chosen: str) -> int:
    """Its number in a long list; 0 where it is not among them."""
    ids = best_ids(page, match.row, match.catalogue, SEARCHED)
    return ids.index(chosen) + 1 if chosen in ids else 0


def _is_passed_over(match: Reopened, chosen: str) -> bool:
    """Whether better ones of its country are all that the list shows of one."""
    if "passed_over" not in match.answer:
        return False
    shown = Counter(result["place"]["country"] for result in match.answer["results"])
    row = match.catalogue.snapshot.places.row(chosen, match.row.tenant_id)
    inside = any(result["place"]["id"] == chosen for result in match.answer["results"])
    most = orjson.loads(match.row.request)["max_per_country"]
    country = None if row is None else match.catalogue.snapshot.places.facts(row)["country"]
    return not inside and shown[country] >= most


def _held_back(judged: dict[str, Any]) -> list[str]:
    """The reasons that cost it most of what it could have had."""
    if not judged["results"]:
        return []
    reasons = judged["results"][0]["reasons"]
    ordered = sorted(reasons, key=lambda r: -r["weight"] * (1 - r["value"]))
    return [r["text"] for r in ordered[:HELD_BACK] if r["value"] < 1]


def _last(page: Page, match: Reopened) -> tuple[str, str] | None:
    """The last of the list, with its points."""
    if not match.answer["results"]:
        return None
    last = match.answer["results"][-1]
    points = page.words.format_field(round(100 * last["score"], 1), "number")
    return (last.get("place") or last["collaboration"])["name"], points
