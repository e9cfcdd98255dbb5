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


def test_a_member_is_kept_and_never_suggested_as_new(client: TestClient) -> None:
    answer = ask(client, held(["c40"]) | {"sectors": ["climate"]})
    assert "c40" in actions(answer, "keep", "review")
    assert "c40" not in actions(answer, "add", "swap")


def test_a_former_name_is_the_same_commitment(client: TestClient) -> None:
    answer = ask(client, held(["C40", "c40"]))
    assert [key(c) for c in answer["commitments"]] == ["c40"]


def test_five_managed_networks_leave_two_types_missing(
    client: TestClient, snapshot: Snapshot
) -> None:
    five = names(snapshot, 5, type="managed_network")
    answer = ask(client, held(five) | {"sectors": ["climate"]}, changes=1)
    missing = {g["value"] for g in answer["gaps"] if g["dimension"] == "type"}
    labelled = {t for c in snapshot.collaborations if c["id"] in five for t in c.get("labels", ())}
    assert missing == {"peer_partnership", "expertise_platform"} - labelled
    (new,) = [item for item in answer["plan"] if item["action"] in ("add", "swap")]
    assert new["collaboration"]["type"] in missing


def test_full_mayoral_slots_give_a_swap_with_a_named_weakest_or_officer_level(
    client: TestClient, snapshot: Snapshot
) -> None:
    mayoral = [c["id"] for c in snapshot.collaborations if c.get("level") == "mayor"]
    assert mayoral
    others = [i for i in names(snapshot, 20, type="managed_network") if i not in mayoral][:4]
    place = held(others, level="mayor") | {
        "capacity": {"mayor_slots": 4},
        "needs": [{"sector": "climate", "stage": "influence"}],
    }
    answer = ask(client, place, changes=5)
    assert answer["budgets"]["mayor_slots"] == {"used": 4, "limit": 4}
    for item in answer["plan"]:
        if item["action"] in ("add", "swap") and item["level"] == "mayor":
            assert item["action"] == "swap"
            assert item["replaces"]["id"] in others
            assert item["replaces"]["name"] in item["why"]
    kept = [
        i for i in answer["plan"] if i["action"] in ("keep", "review") and i["level"] == "mayor"
    ]
    swapped = [i for i in answer["plan"] if i["action"] == "swap" and i["level"] == "mayor"]
    assert len(kept) + len(swapped) <= 4


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
    ],
)
def test_what_is_due_is_to_be_looked_at_again(client: TestClient, entry: Json, code: str) -> None:
    answer = ask(client, held(["c40"], **entry))
    (found,) = answer["reassess"]
    assert code in [reason["code"] for reason in found["because"]]
    assert "c40" in actions(answer, "review")


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


def test_what_has_ended_is_dropped_or_swapped_and_its_successor_named(client: TestClient) -> None:
    body = held(["100-resilient-cities"]) | {"sectors": ["resilience"]}
    answer = ask(client, body)
    assert "100-resilient-cities" not in actions(answer, "keep", "review")
    (found,) = answer["reassess"]
    assert "portfolio.review.ended" in [reason["code"] for reason in found["because"]]


def test_a_budget_that_is_exceeded_drops_what_adds_least(
    client: TestClient, snapshot: Snapshot
) -> None:
    five = names(snapshot, 5, type="managed_network")
    place = held(five, officer_days=10) | {"capacity": {"officer_days": 30}}
    answer = ask(client, place, changes=0)
    assert len(actions(answer, "drop")) == 2
    assert answer["budgets"]["days"] == {"used": 50, "limit": 30}


def test_the_plan_is_ranked_by_what_each_adds(client: TestClient) -> None:
    place = held(["c40"]) | {"needs": [{"sector": "housing", "stage": "discover"}]}
    gains = [item["gain"] for item in ask(client, place)["plan"]]
    assert gains == sorted(gains, reverse=True)
    assert len(gains) > 1


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
    assert [link["place"]["id"] for link in answer.get("linked", ())] in ([london], [])
    assert len(answer["commitments"]) == 1


def test_each_suggestion_says_which_of_the_goals_it_serves(client: TestClient) -> None:
    goals = ["Become carbon neutral by 2030", "Decent housing for all"]
    answer = ask(client, {"strategic_goals": goals, "sectors": ["climate", "housing"]})
    new = [item for item in answer["plan"] if item["action"] in ("add", "swap")]
    assert new
    for item in new:
        assert set(item["serves_goals"]) <= set(goals)
    assert any(item["serves_goals"] for item in new)


def test_twins_are_commitments_of_the_portfolio(client: TestClient) -> None:
    twins = [{"place_id": "gn:3128026", "role": "twin", "level": "mayor"}]
    answer = ask(client, {"commitments": twins, "capacity": {"mayor_slots": 1}})
    assert answer["budgets"]["mayor_slots"] == {"used": 1, "limit": 1}
    assert "gn:3128026" in actions(answer, "keep", "review", "swap", "drop")
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
