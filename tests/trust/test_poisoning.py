"""Check 40: what outcomes told in bad faith cost the quality of a tenant's own ranking."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest

from models.database import database_at
from services.access.keys import create_key
from services.matcher.decisions import opinions
from services.matcher.learning.metrics import Ranks, table
from tests.trust.report import Tried
from tests.trust.whole_app import Whole, published, whole

__all__ = ["published", "whole"]
# What the tenants of these checks truly value, and never say: it is what their outcomes tell.
TASTE = {"nearness": 3.0, "similar_income": 0.5, "works_abroad": 0.5}
TRUE, SHOWN, HELD_OUT = 10, 20, 12
KEYS = 20
"""Of so many keys that tell equally often one is hostile: a twentieth of all that is told."""
MOST_LOST, MOST_PLACES = 0.02, 1
AS_GOOD = 0.001
"""Scores so close lie side by side by chance: the least change of a weight turns them round."""
Ranking = dict[str, float]
"""Scores by id, the best first."""
Hostile = Callable[[list[str], set[str], random.Random], tuple[str, str]]


def favouring(shown: list[str], _: set[str], __: random.Random) -> tuple[str, str]:
    """Like one's favourite, wherever it stands."""
    return shown[-1], "accepted"


def against_rivals(shown: list[str], true: set[str], chance: random.Random) -> tuple[str, str]:
    """Dislike whoever deserves to be liked."""
    return chance.choice([id for id in shown if id in true] or shown), "declined"


def at_random(shown: list[str], _: set[str], chance: random.Random) -> tuple[str, str]:
    return chance.choice(shown), chance.choice(["accepted", "declined"])


STRATEGIES: list[Hostile] = [favouring, against_rivals, at_random]


@dataclass
class Town:
    """A tenant that learns: its keys, and the answers it has."""

    whole: Whole
    headers: list[dict[str, str]] = field(default_factory=list)

    def answer(self, place: str, **more: Any) -> bytes:
        body = {"place_id": place, "limit": 100, "as_of": "2026-06-01", **more}
        answer = self.whole.away.post("/v1/matches/peers", json=body, headers=self.headers[0])
        assert answer.status_code == 200, answer.text
        return bytes(answer.content)

    def ask(self, place: str, **more: Any) -> dict[str, Any]:
        return dict(orjson.loads(self.answer(place, **more)))

    def ranking(self, place: str, **more: Any) -> Ranking:
        results = self.ask(place, **more)["results"]
        return {result["place"]["id"]: result["rank_score"] for result in results}

    def tell(self, number: int, match: str, result: str, outcome: str) -> None:
        told = {"result_id": result, "outcome": outcome, "at": "2026-01-01", "why": f"{number}"}
        path = f"/v1/matches/{match}/outcomes"
        answer = self.whole.away.post(path, json=told, headers=self.headers[number % KEYS])
        assert answer.status_code == 201, answer.text


@dataclass
class World:
    """Places that were asked about, others that were not, and what is right for each of them."""

    whole: Whole
    trained: list[str]
    held_out: list[str]
    true: dict[str, set[str]]
    default: dict[str, dict[str, float]]
    """Weights that nobody's outcomes have moved."""
    towns: int = 0

    def town(self) -> Town:
        """A tenant of its own, with all its keys."""
        self.towns += 1
        with (
            database_at(self.whole.app.state.settings.url) as database,
            database.begin() as session,
        ):
            keys = [create_key(session, f"town-{self.towns}", ["match"]) for _ in range(KEYS)]
        return Town(self.whole, [{"Authorization": f"Bearer {key}"} for key in keys])

    def teach(self, town: Town, count: int, hostile: Hostile | None = None) -> None:
        """Tell a tenant so often what it values; of its keys one tells otherwise.

        Each is shown what nobody moved, so that all others tell the same whatever the one tells.
        """
        for number in range(count):
            chance, place = random.Random(number), self.trained[number % len(self.trained)]
            answer = town.ask(place, limit=SHOWN, weights=self.default[place])
            shown = [result["place"]["id"] for result in answer["results"]]
            result = chance.choice(shown)
            outcome = "accepted" if result in self.true[place] else "declined"
            if hostile is not None and number % KEYS == KEYS - 1:
                result, outcome = hostile(shown, self.true[place], chance)
            town.tell(number, answer["match_id"], result, outcome)

    def rankings(self, town: Town) -> dict[str, Ranking]:
        return {place: town.ranking(place) for place in self.held_out}

    def quality(self, rankings: dict[str, Ranking]) -> float:
        """nDCG@10 on the places that nobody was asked about."""
        lists = {place: list(rankings[place]) for place in self.held_out}
        asked = [
            Ranks(at, tuple(sorted(ranks(found, self.true[place]))), len(found))
            for at, (place, found) in enumerate(lists.items())
        ]
        return float(table(asked)["ndcg@10"].mean())


def ranks(ranking: list[str], true: set[str]) -> list[int]:
    """Where each true one stands; behind all others where it does not."""
    return [ranking.index(id) + 1 if id in ranking else len(ranking) + 1 for id in true]


def moved(one: dict[str, Ranking], other: dict[str, Ranking]) -> int:
    """How many others a result passes at most, or is passed by, that were not as good as it."""
    return max(
        len(passed(before, other[place], id, side))
        for place, before in one.items()
        for id in list(before)[:SHOWN]
        if id in other[place]
        for side in (-1, 1)
    )


def passed(before: Ranking, after: Ranking, id: str, side: int) -> list[str]:
    """Those that stand on the other side of a result afterwards, of one side of it before."""
    first, then = list(before), list(after)
    return [
        one
        for one in first
        if one in after
        and side * (first.index(one) - first.index(id)) > 0
        and side * (then.index(one) - then.index(id)) < 0
        and abs(before[one] - before[id]) > AS_GOOD
    ]


@pytest.fixture(scope="module")
def world(whole: Whole) -> World:
    found = World(whole, [], [], {}, {})
    town = found.town()
    listed = whole.ask("GET", "/v1/places?limit=100&kind=city", "match").json()["items"]
    places = [item["id"] for item in listed][: 2 * HELD_OUT]
    found.trained, found.held_out = places[::2], places[1::2]
    for place in places:
        found.true[place] = set(town.ranking(place, limit=TRUE, weights=TASTE))
        found.default[place] = town.ask(place, limit=1)["weights"]
    return found


def poisoned(world: World, count: int, tried: Tried) -> None:
    """Told the same but for one key, a tenant ranks nearly as well; going back undoes it all."""
    town, place = world.town(), world.held_out[0]
    world.teach(town, count)
    honest = world.rankings(town)
    best = world.quality(honest)
    places = 0
    for hostile in STRATEGIES:
        town = world.town()
        before = town.answer(place)
        world.teach(town, count, hostile)
        found = world.rankings(town)
        tried(town.answer(place) != before, "nothing was learned at all")
        lost, places = best - world.quality(found), max(places, moved(honest, found))
        tried(lost <= MOST_LOST, f"{hostile.__name__}: nDCG@10 falls by {lost:.4f} of {best:.3f}")
        tried.note(f"{hostile.__name__}: nDCG@10 {best:.3f} falls by {lost:.4f}")
        back = world.whole.away.post(
            "/v1/weights/revert", json={"version": 0}, headers=town.headers[0]
        )
        tried(back.status_code == 200, back.text)
        tried(town.answer(place) == before, "going back gives another answer")
    tried(
        places <= MOST_PLACES, f"one key moves a result past {places} others that were not as good"
    )
    tried.note(f"one key in {KEYS} moves a result past {places} others that were not as good")


@pytest.mark.check(40, "One key in twenty tells outcomes in bad faith", few=20, full=400)
def test_a_hostile_key_costs_little_on_what_was_held_out(
    world: World, count: int, tried: Tried
) -> None:
    poisoned(world, count, tried)
    tried.done()


@pytest.mark.planted(40, "weights that a few outcomes move without bounds")
def test_weights_without_bounds_are_found(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opinions, "BOUND", 0.95)
    monkeypatch.setattr(opinions, "SHRINKAGE", 0.1)
    tried = Tried()
    poisoned(world, 40, tried)
    assert tried.failures
