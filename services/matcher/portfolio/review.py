"""POST /v1/portfolios/review: the whole portfolio looked at, and a plan for it."""

from typing import Any

from models.errors import PlaceNotFound
from services.matcher.portfolio.breadth import consequences
from services.matcher.portfolio.coverage import coverage, gaps
from services.matcher.portfolio.holdings import Facts, Holding, holdings
from services.matcher.portfolio.overlaps import overlaps
from services.matcher.portfolio.plan import Plan
from services.matcher.portfolio.relay import relay
from services.matcher.portfolio.serving import Strategy
from services.matcher.portfolio.situation import Situation
from services.matcher.portfolio.telling import in_words
from services.matcher.profile import stored_facts


def review(situation: Situation) -> dict[str, Any]:
    """What is covered, what is missing, what overlaps, what to look at again, and the plan."""
    plan = Plan(situation).items()
    answer = {
        "coverage": coverage(situation),
        "gaps": gaps(situation),
        "overlaps": overlaps(situation.live, situation.facts, situation.words),
        "reassess": reassess(situation),
        "budgets": situation.budgets.as_json(),
        "plan": Strategy(situation).named(plan),
        "relay": relay(situation),
        "consequences": consequences(situation),
        "commitments": [_shown(holding) for holding in situation.holdings],
    }
    linked = linked_portfolios(situation)
    return answer | ({"linked": linked} if linked else {})


def reassess(situation: Situation) -> list[dict[str, Any]]:
    """Commitments to look at again, each with all the reasons."""
    return [
        {**holding.shown(), **in_words(list(why), situation.words)}
        for holding in situation.holdings
        if (why := situation.reassess.get(holding.key))
    ]


def _shown(holding: Holding) -> Facts:
    """One commitment of the whole place, with the departments that keep it."""
    shown: Facts = {**holding.shown(), "level": holding.level, "entries": len(holding.entries)}
    if holding.owners:
        shown["owners"] = holding.owners
    if holding.over:
        shown["ended"] = holding.record["ends"]
    if not holding.record:
        shown["on_file"] = False
    return shown


def linked_portfolios(situation: Situation) -> list[dict[str, Any]]:
    """What the places hold that this one is part of: linked, never merged."""
    found = []
    for place_id in situation.facts.get("part_of", ()):
        try:
            _, facts = stored_facts(situation.context.snapshot, place_id, situation.context.tenant)
        except PlaceNotFound:
            continue
        held = [holding.named() for holding in holdings(situation.context, facts)]
        found.append({"place": {"id": place_id, "name": facts["name"]}, "commitments": held})
    return found
