"""The whole portfolio: section D of the requirements, through the real API."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from models.snapshot import Snapshot

Json = dict[str, Any]
DAY = "2026-06-01"


def ask(client: TestClient, place: Json, **more: Any) -> Json:
    body = {"place": {"name": "Anywhere", "kind": "city", "country": "GB"} | place, "as_of": DAY}
    given = client.post("/v1/portfolios/review", json=body | more)
    assert given.status_code == 200, given.text
    return dict(given.json())


def names(snapshot: Snapshot, count: int, **wanted: str) -> list[str]:
    """Ids of public collaborations with the fields wanted, that have not ended."""
    found = [
        c["id"]
        for c in snapshot.collaborations
        if c["tenant"] == "public"
        and not c.get("ends")
        and not c.get("domestic")
        and all(c.get(field) == value for field, value in wanted.items())
    ]
    assert len(found) >= count
    return found[:count]


def key(item: Json) -> str:
    return str((item.get("place") or item["collaboration"])["id"])


def actions(answer: Json, *wanted: str) -> list[str]:
    return [key(item) for item in answer["plan"] if item["action"] in wanted]


def held(ids: list[str], **more: Any) -> Json:
    return {"commitments": [{"collaboration": i, **more} for i in ids]}


def test_a_former_name_is_the_same_commitment(client: TestClient) -> None:
    answer = ask(client, held(["C40", "c40"]))
    assert [key(c) for c in answer["commitments"]] == ["c40"]


CLIMATE = [{"sector": "climate", "stage": "influence"}]


def test_a_network_without_ground_of_its_own_is_redundant(
    client: TestClient, snapshot: Snapshot
) -> None:
    """Of two collaborations one of which covers all the ground of the other, the other is."""
    records = [c for c in snapshot.collaborations if c["tenant"] == "public" and not c.get("ends")]
    small, large = next(
        (a, b)
        for a in records
        for b in records
        if a is not b and ground_of(a) and ground_of(a) < ground_of(b)
    )
    answer = ask(client, held([small["id"], large["id"]]))
    (pair,) = answer["overlaps"]
    assert pair["redundant"] == [small["id"]]
    assert pair["lost_if_dropped"][small["id"]] == []
    assert len(pair["lost_if_dropped"][large["id"]]) == len(ground_of(large) - ground_of(small))
    item = next(i for i in answer["plan"] if key(i) == small["id"])
    assert item["redundant_with"] == [large["id"]]
    assert large["name"] in item["why"]


def ground_of(record: Json) -> set[tuple[str, str, str]]:
    return {
        (sector, stage["stage"], goal)
        for sector in record.get("sectors", ())
        for stage in record.get("stages", ())
        for goal in record.get("goals", ())
    }


def test_two_departments_are_one_commitment_with_two_owners(client: TestClient) -> None:
    entries = [
        {"collaboration": "c40", "department": "Transport", "officer_days": 5},
        {"collaboration": "c40", "department": "Climate", "officer_days": 7, "level": "mayor"},
    ]
    answer = ask(client, {"commitments": entries})
    (one,) = answer["commitments"]
    assert one["owners"] == ["Climate", "Transport"]
    assert (one["entries"], one["level"]) == (2, "mayor")
    assert answer["budgets"]["days"]["used"] == 12


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ({"since": "2025-05-31"}, "portfolio.review.old"),
        ({"review_due": "2026-06-01", "since": "2026-05-01"}, "portfolio.review.due"),
        ({"term_ends": "2026-11-30", "owner_role": "Mayor"}, "portfolio.review.term"),
        ({"term_ends": "2026-11-30"}, "portfolio.review.term_nobody"),
        ({"term_ends": "2026-05-31", "owner_role": "Mayor"}, "portfolio.review.term_over"),
    ],
)
def test_what_is_due_is_to_be_looked_at_again(client: TestClient, entry: Json, code: str) -> None:
    answer = ask(client, held(["c40"], **entry))
    (found,) = answer["reassess"]
    assert [reason["code"] for reason in found["because"]] == [code]
    assert actions(answer, "review") == ["c40"]


@pytest.mark.parametrize(
    "entry",
    [
        {"since": "2025-06-01"},
        {"since": "2019-01-01", "review_due": "2026-06-02"},
        {"term_ends": "2026-12-02"},
        {},
    ],
)
def test_what_is_not_due_is_left_alone(client: TestClient, entry: Json) -> None:
    assert ask(client, held(["c40"], **entry))["reassess"] == []


def test_what_has_ended_covers_nothing(client: TestClient) -> None:
    """It is no overlap, no cell, no help in the relay, and no reason to let another go."""
    both = held(["100-resilient-cities", "global-resilient-cities-network"])
    needs = [{"sector": "resilience", "stage": "apply"}]
    answer = ask(client, both | {"needs": needs}, changes=0)
    assert answer["overlaps"] == []
    covering = {c for cell in answer["coverage"]["cells"] for c in cell["covered_by"]}
    assert covering == {"global-resilient-cities-network"}
    assert "100-resilient-cities" not in [
        item["collaboration"]["id"] for item in answer["relay"] if "collaboration" in item
    ]
    assert answer["consequences"][1]["args"] == {"close": 1, "total": 1}
    before = ask(client, both | {"needs": needs}, changes=0, as_of="2019-06-01")
    assert len(before["overlaps"]) == 1


def test_a_gap_says_how_many_could_cover_it(client: TestClient) -> None:
    needs = [{"sector": "climate", "stage": "influence"}, {"sector": "peace", "stage": "outcomes"}]
    found = [g for g in ask(client, {"needs": needs})["gaps"] if g["dimension"] == "need"]
    assert [g["could_cover"] > 0 for g in found] == [True, False]
    assert "Nothing on file that is open to you could." in found[1]["text"]


def test_fees_in_another_currency_are_known_and_not_added_up(client: TestClient) -> None:
    fees = [
        {"collaboration": "eurocities", "fee": {"amount": 100, "currency": "GBP"}},
        {"collaboration": "iclei", "fee": {"amount": 50, "currency": "EUR"}},
        {"place_id": "gn:3128026", "role": "twin"},
    ]
    budget = {"amount": 1000, "currency": "GBP"}
    answer = ask(client, {"commitments": fees, "capacity": {"budget": budget}})
    assert answer["budgets"]["money"] == {
        "used": 100,
        "limit": 1000,
        "currency": "GBP",
        "other_currencies": [{"amount": 50, "currency": "EUR"}],
    }


def test_the_relay_names_every_stage_in_order_with_its_supply(client: TestClient) -> None:
    answer = ask(client, {"needs": [{"sector": "culture", "stage": "outcomes"}]})
    stages = list(dict.fromkeys(item["stage"] for item in answer["relay"]))
    assert stages == ["identify", "discover", "apply", "implement", "outcomes", "influence"]
    for item in answer["relay"]:
        assert item["supply"] in ("thin", "fair", "rich")
        assert ("collaboration" in item) + ("peer" in item) + ("uncovered" in item) == 1


def test_the_six_consequences_of_breadth(client: TestClient) -> None:
    found = [c["code"] for c in ask(client, held(["c40"]))["consequences"]]
    expected = ["peers", "intensity", "solutions", "advocacy", "money", "adaptability"]
    assert found == expected


def test_a_metropolitan_authority_and_its_city_are_linked_not_merged(client: TestClient) -> None:
    london = "gn:2643743"
    answer = ask(client, held(["c40"]) | {"part_of": [london]})
    (linked,) = answer["linked"]
    assert linked["place"] == {"id": london, "name": "London"}
    assert [c["id"] for c in linked["commitments"]] == ["city-possible"]
    assert len(answer["commitments"]) == 1


def test_twins_are_commitments_of_the_portfolio(client: TestClient) -> None:
    twins = [{"place_id": "gn:3128026", "role": "twin", "level": "mayor"}]
    answer = ask(client, {"commitments": twins, "capacity": {"mayor_slots": 1}})
    assert answer["budgets"]["mayor_slots"] == {"used": 1, "limit": 1}
    assert actions(answer, "keep") == ["gn:3128026"]
    assert "peer_partnership" not in [g.get("value") for g in answer["gaps"]]


def test_the_same_question_gives_the_same_answer(client: TestClient) -> None:
    place = held(["c40"]) | {"needs": [{"sector": "water", "stage": "apply"}]}
    assert ask(client, place) == ask(client, place)


def test_a_made_up_collaboration_of_another_tenant_stays_unknown(
    client: TestClient, key: dict[str, str]
) -> None:
    body = {
        "place": {"name": "A", "kind": "city", "country": "DE"} | held(["x:vague"]),
        "as_of": DAY,
    }
    stranger = client.post("/v1/portfolios/review", json=body).json()
    owner = client.post("/v1/portfolios/review", json=body, headers=key).json()
    assert stranger["commitments"][0]["on_file"] is False
    assert "on_file" not in owner["commitments"][0]


def test_both_places_are_refused(client: TestClient) -> None:
    answer = client.post("/v1/portfolios/review", json={})
    assert answer.status_code == 422
