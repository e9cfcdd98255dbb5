"""The plan: what to keep, swap, add or drop, and why; through the real API."""

from fastapi.testclient import TestClient

from models.snapshot import Snapshot
from tests.services.matcher.portfolio.test_review import CLIMATE, actions, ask, held, key, names


def test_a_member_is_kept_and_never_suggested_as_new(client: TestClient) -> None:
    answer = ask(client, held(["c40"]) | {"sectors": ["climate"]})
    assert actions(answer, "keep") == ["c40"]
    assert "c40" not in actions(answer, "add", "swap")


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


FOUR = ["eurocities", "iclei", "global-resilient-cities-network", "unesco-creative-cities"]


def test_full_mayoral_slots_give_a_swap_with_a_named_weakest(client: TestClient) -> None:
    """Where officers have no slot either, what asks for mayors replaces what adds least."""
    capacity = {"mayor_slots": 4, "officer_slots": 0}
    place = held(FOUR, level="mayor") | {"capacity": capacity, "needs": CLIMATE}
    answer = ask(client, place, changes=5)
    assert answer["budgets"]["mayor_slots"] == {"used": 4, "limit": 4}
    (new,) = [i for i in answer["plan"] if i["action"] not in ("keep", "review")]
    assert (new["action"], new["level"]) == ("swap", "mayor")
    assert new["collaboration"]["id"] == "mayors-for-100-clean-energy"
    assert new["replaces"]["id"] == "unesco-creative-cities"
    assert "All mayoral slots are in use (4 of 4)" in new["why"]
    assert new["replaces"]["name"] in new["why"]
    assert len(answer["plan"]) == 4


def test_full_mayoral_slots_leave_what_asks_for_mayors_to_officers(client: TestClient) -> None:
    place = held(FOUR, level="mayor") | {"capacity": {"mayor_slots": 4}, "needs": CLIMATE}
    plan = ask(client, place, changes=5)["plan"]
    new = [i for i in plan if i["action"] not in ("keep", "review")]
    assert len(new) == 5
    assert {(i["action"], i["level"]) for i in new} == {("add", "officer")}
    assert sorted(key(i) for i in plan if i["level"] == "mayor") == sorted(FOUR)


def test_what_has_ended_is_dropped_and_its_successor_named(client: TestClient) -> None:
    body = held(["100-resilient-cities"]) | {"sectors": ["resilience"]}
    answer = ask(client, body, changes=0)
    (item,) = answer["plan"]
    assert (item["action"], key(item)) == ("drop", "100-resilient-cities")
    assert "Its successor is Global Resilient Cities Network." in item["why"]
    (found,) = answer["reassess"]
    codes = [reason["code"] for reason in found["because"]]
    assert codes == ["portfolio.review.ended", "portfolio.review.successor"]


def test_what_is_not_on_file_is_never_given_up_for_what_is(client: TestClient) -> None:
    place = held(["our-own-club", "unesco-creative-cities"]) | {"capacity": {"officer_slots": 2}}
    answer = ask(client, place | {"needs": CLIMATE}, changes=2)
    own = next(i for i in answer["plan"] if key(i) == "our-own-club")
    assert (own["action"], own["gain"]) == ("review", None)
    assert [c["code"] for c in own["because"]] == ["portfolio.keep.unknown"]
    swapped = [i["replaces"]["id"] for i in answer["plan"] if i["action"] == "swap"]
    assert swapped == ["unesco-creative-cities"]
    assert answer["plan"][-1] is own


def test_the_first_of_a_kind_is_said_once(client: TestClient) -> None:
    """What is new is told as what it adds to what stands above it."""
    plan = ask(client, {"needs": CLIMATE}, changes=6)["plan"]
    said = [
        args
        for item in plan
        for code, args in ((c["code"], c["args"]) for c in item["because"])
        if code == "portfolio.add.type"
    ]
    types = [kind for args in said for kind in args["types"]]
    assert sorted(types) == ["expertise_platform", "managed_network", "peer_partnership"]


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


def test_each_suggestion_says_which_of_the_goals_it_serves(client: TestClient) -> None:
    goals = ["Become carbon neutral by 2030", "Decent housing for all"]
    answer = ask(client, {"strategic_goals": goals, "sectors": ["climate", "housing"]})
    new = [item for item in answer["plan"] if item["action"] in ("add", "swap")]
    assert new
    for item in new:
        assert set(item["serves_goals"]) <= set(goals)
        said = item["because"][-1]
        wanted = "portfolio.add.goals" if item["serves_goals"] else "portfolio.add.no_goal"
        assert (said["code"], said["args"]) == (wanted, {"names": item["serves_goals"]})
        assert item["why"].endswith(said["text"])
    assert any(item["serves_goals"] for item in new)
