"""Check 32: no answer tells of another tenant's places, nor an applicant's of another applicant.

Two worlds differ in what a rival keeps private. Whoever asks the same in both is answered with the
same bytes, so that nobody can guess better than by a coin which of the two it is.
"""

import random
import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from models.database import database_at
from models.embedding import load_embedder
from models.records import Place
from models.snapshot import SnapshotStore
from services.access.keys import create_key
from services.cli import create_app
from services.ingest.publish import publish
from services.ingest.upsert import ensure_tenant, upsert_places
from services.matcher.convening import applicant_view
from services.matcher.convening.jury import stored
from tests.matcher_fixtures import LOOPBACK, TENANT, Published, published
from tests.trust.report import Tried

__all__ = ["published"]
RIVAL = "rival"
PUBLIC_HEALTH = "partnership-for-healthy-cities"
# What names the world as a whole, and when something was made: told to everybody.
NAMES = re.compile(
    r'"(match_id|snapshot_id|data_revision|screening_id|request_id|made_at|created_at)":"[^"]*"'
)
SECTORS = ("digital", "regeneration", "mobility", "culture", "energy")
KINDS = ("city", "region", "rural_area", "metro_authority")
COUNTRIES = ("ES", "FR", "DE", "PT", "US", "KE")


def rival(**more: Any) -> Place:
    facts: dict[str, Any] = {
        "id": "x:rival", "name": "Rivalia", "kind": "city", "country": "ES", "population": 350_000,
        "needs": [{"sector": "regeneration", "stage": "implement"}],
    }  # fmt: skip
    return Place.model_validate(facts | more)


class World:
    """A service in which a rival is as given, and the tenant who asks."""

    def __init__(self, client: TestClient, headers: dict[str, str]) -> None:
        self.client, self.headers = client, headers

    def ask(self, method: str, path: str, **more: Any) -> tuple[int, str]:
        answer = self.client.request(method, path, headers=self.headers, **more)
        return answer.status_code, NAMES.sub("", answer.text)

    def told(self, applicants: list[Any]) -> tuple[int, str]:
        """What the first of some applicants may be told of its screening."""
        path = f"/v1/collaborations/{PUBLIC_HEALTH}/screenings"
        body = {"applicants": [{"place": a} for a in applicants], "as_of": "2026-06-01"}
        made = self.client.post(path, json=body, headers=self.headers)
        assert made.status_code == 200, made.text
        return self.ask("GET", f"{path}/{made.json()['screening_id']}/applicants/0")


def world(published: Published, folder: Path, places: list[Place], stack: ExitStack) -> World:
    settings = published.copied(folder).settings.model_copy(update={"rate_per_key": ""})
    with database_at(settings.url) as database, database.begin() as session:
        ensure_tenant(session, RIVAL)
        upsert_places(session, places, RIVAL)
        key = create_key(session, TENANT, ["match", "convene"])
        publish(session, SnapshotStore(settings.snapshots), load_embedder("auto"), read_texts=False)
    client = stack.enter_context(TestClient(create_app(settings), client=LOOPBACK))
    headers = {"Authorization": f"Bearer {key}"}
    roster = {"members": ["gn:3128026"], "caps": [{"attribute": "country", "max": 1}]}
    put = client.put(f"/v1/collaborations/{PUBLIC_HEALTH}/roster", json=roster, headers=headers)
    assert put.status_code == 200, put.text
    return World(client, headers)


@pytest.fixture(scope="module")
def worlds(
    published: Published, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[World, World]]:
    base = tmp_path_factory.mktemp("worlds")
    other = rival(population=9_000_000, country="KE", name="Bilbao", description="All about peers.")
    more = rival(id="x:second", name="Second")
    with ExitStack() as stack:
        one = world(published, base / "one", [rival()], stack)
        yield one, world(published, base / "two", [other, more], stack)


def own(chance: random.Random) -> dict[str, Any]:
    """The asker as it describes itself this time."""
    return {
        "name": f"Asker {chance.randint(1, 9)}",
        "kind": chance.choice(KINDS),
        "country": chance.choice(COUNTRIES),
        "population": chance.choice([None, 50_000, 349_999, 1_000_001, 10 ** chance.randint(3, 7)]),
        "needs": [{"sector": chance.choice(SECTORS), "stage": "implement"}],
    }


def question(chance: random.Random) -> tuple[str, str, dict[str, Any]]:
    """A question of one of the kinds that a tenant may ask."""
    body: dict[str, Any] = {"place": own(chance), "limit": chance.randint(1, 30)}
    body["as_of"] = "2026-06-01"
    name = chance.choice(["Rival", "Rivalia", "Bilbao", "Sec", "x:rival"])
    match chance.randint(0, 5):
        case 0 | 1:
            return "POST", "/v1/matches/collaborations", {"json": body | {"include": ["refused"]}}
        case 2:
            return "POST", "/v1/matches/peers", {"json": body | {"include": ["refused"]}}
        case 3:
            return "GET", "/v1/places", {"params": {"q": name}}
        case 4:
            return "GET", "/reconcile/places/suggest/entity", {"params": {"prefix": name}}
        case _:
            admitted = {"admit": [own(chance) | {"id": "x:asker"}], "as_of": "2026-06-01"}
            path = f"/v1/collaborations/{PUBLIC_HEALTH}/admissions/check"
            return "POST", path, {"json": admitted}


@pytest.mark.check(32, "Questions asked in two worlds that differ in a rival", few=40, full=5_000)
def test_no_answer_tells_of_a_rival(
    worlds: tuple[World, World], count: int, chance: random.Random, tried: Tried
) -> None:
    one, two = worlds
    good = 0
    for _ in range(count):
        method, path, more = question(chance)
        first, second = one.ask(method, path, **more), two.ask(method, path, **more)
        tried(first == second, f"{path} {more}: {first[1][:200]} / {second[1][:200]}")
        good += first[0] == 200
    tried(good > count * 0.9, f"only {good} of {count} were answered")
    tried.done()


def probed(worlds: tuple[World, World], count: int, chance: random.Random, tried: Tried) -> None:
    """Change the asker's own fields, beside two different rivals, and read what it is told."""
    for _ in range(count):
        asker = own(chance) | {"id": "x:asker"}
        rivals = [rival(population=10**n).facts() for n in (6, 4)]
        first, second = (worlds[0].told([asker, one]) for one in rivals)
        tried(first[0] == 200 and first == second, f"{asker}: {first} / {second}")
        alone = worlds[0].told([asker])
        tried(alone == first, f"{asker}, alone: {alone} / {first}")


@pytest.mark.check(32, "What an applicant is told, beside another rival or none", few=8, full=1_000)
def test_an_applicant_learns_of_no_rival(
    worlds: tuple[World, World], count: int, chance: random.Random, tried: Tried
) -> None:
    probed(worlds, count, chance, tried)
    tried.done()


@pytest.mark.planted(32, "the applicant is told how many stronger ones there are")
def test_a_count_of_stronger_rivals_is_found(
    worlds: tuple[World, World], chance: random.Random, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hinting(desk: Any, screening_id: str, number: int) -> Any:
        told = view(desk, screening_id, number)
        everyone = stored(desk, screening_id)["results"]
        mine = everyone[number]["applicant"].get("population") or 0
        stronger = [r for r in everyone if (r["applicant"].get("population") or 0) > mine]
        return told | {"missing": [*told["missing"], f"{len(stronger)} stronger applicants"]}

    view = applicant_view.applicant_view
    monkeypatch.setattr(applicant_view, "applicant_view", hinting)
    tried = Tried()
    probed(worlds, 5, chance, tried)
    assert tried.failures
