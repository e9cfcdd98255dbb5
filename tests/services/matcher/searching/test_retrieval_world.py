"""The bounded search in the default catalogue and in a wide world, asked as the API asks it."""

import random
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from benchmarks.asking import best
from models.snapshot import Snapshot, SnapshotStore
from models.taxonomy import Mode, Sector
from services.matcher.catalogue import PEER_NAMES, Catalogue
from services.matcher.matching.peers import PeerMatch
from services.matcher.matching.question import Context
from services.matcher.schemas import PeersRequest
from services.matcher.searching import retrieval
from services.matcher.searching.compiled import Kernel
from services.matcher.terms import Rows
from services.matcher.wording import wording
from tests.matcher_fixtures import Published
from tests.services.matcher.worlds import default_catalogue, wide_world

PLACES = 640_000


@pytest.fixture(scope="module")
def base(published: Published) -> tuple[Snapshot, Path]:
    """The small catalogue, and where it lies."""
    store = SnapshotStore(published.settings.snapshots)
    current = store.current()
    assert current is not None
    return Snapshot(store.path(current)), store.path(current)


def context_of(snapshot: Snapshot) -> Context:
    """What answers are made with."""

    def none() -> Any:
        raise AssertionError("no text without a vector is asked with")

    return Context(
        Catalogue(snapshot), "public", wording("en"), date(2026, 1, 1), none, none, lambda _: ""
    )


def question(chance: random.Random, snapshot: Snapshot) -> PeersRequest:
    """Any question: weights with little and much text, filters, lists, modes, needs of its own."""
    places = snapshot.places
    told = chance.random() < 0.5
    row = int(chance.choice(places.texts.owners)) if told else chance.randrange(len(places))
    asked: dict[str, Any] = {"place_id": places.id(row), "mode": chance.choice(list(Mode))}
    if chance.random() < 0.7:
        # Of few different weights, so that many places score the same.
        weights = {name: float(chance.choice([0, 0, 1, 2])) for name in PEER_NAMES}
        share = chance.choice([0.1, 0.5, 0.9])
        weights["similar_text"] = (sum(weights.values()) + 1) * share / (1 - share)
        asked["weights"] = weights
    filters: dict[str, Any] = {}
    if chance.random() < 0.3:
        filters["continents"] = [chance.choice(["EU", "AS", "AF", "SA", "NA"])]
    if chance.random() < 0.15:
        filters["sectors"] = [str(chance.choice(list(Sector)))]
    if chance.random() < 0.15:
        filters["population"] = {"min": 50_000, "max": 900_000}
    asked["filters"] = filters
    asked["ties"] = chance.choice(["any", "any", "new", "deepen"])
    if chance.random() < 0.2:
        rows = chance.sample(range(len(places)), 50)
        asked["exclude"] = [places.id(other) for other in rows]
    if chance.random() < 0.2:
        sector, stage = str(chance.choice(list(Sector))), "implement"
        asked["needs"] = [{"sector": sector, "stage": stage}]
    return PeersRequest.model_validate(asked)


def held_to_countries(context: Context, asked: PeersRequest, every: Rows, most: int) -> None:
    """At most so many of one country: the same as walking down the ranking of everybody."""
    limited = asked.model_copy(update={"max_per_country": most})
    match = PeerMatch(context, limited)
    ranking, places = match.rank(every).ranking, context.snapshot.places
    taken, wanted, passed = Counter[str](), list[int](), list[int]()
    for at in ranking.best(len(every)):
        if len(wanted) == asked.limit:
            break
        row = int(ranking.rows[at])
        country = places.facts(row)["country"]
        (wanted if taken[country] < most else passed).append(row)
        taken[country] += 1
    picked = match.pick()
    assert picked.rows.tolist() == wanted, limited
    assert picked.passed.tolist() == passed, limited


def ask(context: Context, kernel: Kernel, questions: int, patch: pytest.MonkeyPatch) -> int:
    """Ask questions of the search in both its forms; says how often it left something unread."""
    chance, bounded = random.Random(4), 0
    for at in range(questions):
        asked = question(chance, context.snapshot)
        match = PeerMatch(context, asked)
        every = match.rows(10, exhaustive=True)
        wanted = best(match, every)
        for made in (kernel, Kernel()):
            patch.setattr(retrieval, "KERNEL", made)
            found = match.rows(10)
            assert best(match, found) == wanted, asked
            if at % 5 == 0:
                held_to_countries(context, asked, every, chance.choice([1, 1, 2, 3]))
            bounded += len(found) < len(every) or len(every) <= 10
    return bounded


def test_every_question_of_the_default_catalogue_has_the_true_ten_in_their_order(
    base: tuple[Snapshot, Path], kernel: Kernel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot = default_catalogue(*base, tmp_path)
    assert len(snapshot.places) > 30_000
    assert ask(context_of(snapshot), kernel, 1_000, monkeypatch) > 1_000


def test_every_question_of_a_wide_world_has_the_true_ten_in_their_order(
    base: tuple[Snapshot, Path], kernel: Kernel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot = wide_world(*base, tmp_path, PLACES)
    assert len(snapshot.places) == PLACES
    assert ask(context_of(snapshot), kernel, 50, monkeypatch) > 50
