"""Outcomes move a tenant's own weights within bounds, and never a verdict."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson
import pytest
from fastapi.testclient import TestClient

from models.tables import TenantDocumentRow
from services.matcher.decisions.opinions import BOUND, factor
from services.matcher.decisions.tuning import shown
from tests.matcher_fixtures import OTHER_TENANT, Published
from tests.services.matcher.decisions.test_records import NEED, asked, own

__all__ = ["asked", "own"]
Json = dict[str, Any]
QUESTION: Json = {
    "place": {"name": "Anywhere", "kind": "city", "country": "DE", "needs": NEED},
    "as_of": "2026-06-01",
    "limit": 200,
    "include": ["refused"],
}


def ask(client: TestClient, headers: dict[str, str]) -> Json:
    given = client.post("/v1/matches/collaborations", json=QUESTION, headers=headers)
    assert given.status_code == 200
    return dict(given.json())


def tell(client: TestClient, headers: dict[str, str], match: Json, outcome: str, count: int) -> str:
    """Tell an outcome of the best result on so many days."""
    result = str(match["results"][0]["collaboration"]["id"])
    for day in range(count):
        at = (date(2026, 1, 1) + timedelta(days=day)).isoformat()
        body = {"result_id": result, "outcome": outcome, "at": at}
        path = f"/v1/matches/{match['match_id']}/outcomes"
        assert client.post(path, json=body, headers=headers).status_code == 201
    return result


def verdicts(answer: Json) -> dict[str, Any]:
    everything = [*answer["results"], *answer["refused"]]
    return {r["collaboration"]["id"]: (r["verdict"], r["rules"]) for r in everything}


def said(answer: Json) -> bytes:
    """All verdicts with their rules, as bytes."""
    return orjson.dumps(verdicts(answer), option=orjson.OPT_SORT_KEYS)


def test_fifty_refusals_lower_weights_within_bounds_and_no_verdict(
    asked: TestClient, own: Published
) -> None:
    mine = {"Authorization": f"Bearer {own.keys['golden']}"}
    stranger = {"Authorization": f"Bearer {own.keys[OTHER_TENANT]}"}
    before, theirs = ask(asked, mine), ask(asked, stranger)
    tell(asked, mine, before, "declined", 50)
    after = ask(asked, mine)
    lowered = {f for f in before["weights"] if after["weights"][f] < before["weights"][f]}
    assert lowered
    for feature, weight in before["weights"].items():
        assert weight * (1 - BOUND) <= after["weights"][feature] <= weight * (1 + BOUND)
    assert len(verdicts(before)) > 100
    assert said(before) == said(after)
    assert ask(asked, stranger) == theirs
    again = asked.post(f"/v1/matches/{before['match_id']}/replay", headers=mine)
    assert again.json() == before
    assert asked.post("/v1/weights/revert", json={"version": 0}, headers=mine).status_code == 200
    assert ask(asked, mine)["match_id"] == before["match_id"]


def test_what_was_accepted_is_asked_about_after_six_and_twelve_months(
    asked: TestClient, own: Published
) -> None:
    mine = {"Authorization": f"Bearer {own.keys['golden']}"}
    match = ask(asked, mine)
    path = f"/v1/matches/{match['match_id']}/outcomes"
    result = tell(asked, mine, match, "accepted", 1)

    def due() -> list[tuple[str, int, str]]:
        items = asked.get(path, headers=mine).json()["due"]
        return [(item["side"], item["months"], item["due"]) for item in items]

    assert due() == [("asking", 6, "2026-07-01"), ("asking", 12, "2027-01-01")]
    body = {"result_id": result, "outcome": "active", "at": "2026-07-03"}
    assert asked.post(path, json=body, headers=mine).status_code == 201
    assert due() == [("asking", 12, "2027-01-01")]
    accepted = {"result_id": result, "outcome": "accepted", "at": "2026-01-31", "side": "other"}
    assert asked.post(path, json=accepted, headers=mine).status_code == 201
    ended = body | {"outcome": "ended", "at": "2026-08-01", "why": "Its goal is met"}
    assert asked.post(path, json=ended, headers=mine).status_code == 201
    assert due() == [("other", 6, "2026-07-31"), ("other", 12, "2027-01-31")]


def test_an_outcome_told_twice_is_recorded_once(asked: TestClient, own: Published) -> None:
    mine = {"Authorization": f"Bearer {own.keys['golden']}"}
    match = ask(asked, mine)
    for _ in range(2):
        tell(asked, mine, match, "accepted", 1)
    told = asked.get(f"/v1/matches/{match['match_id']}/outcomes", headers=mine).json()["items"]
    assert [t["outcome"] for t in told] == ["accepted"]
    assert asked.get("/v1/weights", headers=mine).json()["version"] == 1


def test_what_was_told_before_going_back_counts_no_more(asked: TestClient, own: Published) -> None:
    mine = {"Authorization": f"Bearer {own.keys['golden']}"}
    match = ask(asked, mine)
    tell(asked, mine, match, "accepted", 3)
    tell(asked, mine, match, "invited", 1)
    first = asked.get("/v1/weights?version=1", headers=mine).json()["sums"]
    assert asked.post("/v1/weights/revert", json={"version": 1}, headers=mine).status_code == 200
    tell(asked, mine, match, "declined", 1)
    now = asked.get("/v1/weights", headers=mine).json()
    assert first
    for mode, table in first.items():
        for feature, (told, _) in table.items():
            assert now["sums"][mode][feature] == pytest.approx([2 * told, 0])
            assert now["factors"][mode][feature] == 1


def test_sums_of_before_keys_were_told_apart_still_count() -> None:
    document = orjson.dumps({"sums": {"cohort": {"similar_size": [4.0, 2.0]}}, "outcome": 9})
    row = TenantDocumentRow(tenant_id="a", kind="weights", version=9, document=document.decode())
    assert shown(row)["factors"] == {"cohort": {"similar_size": round(factor(4, 2), 6)}}


def test_outcomes_belong_to_a_tenant_and_to_a_result(asked: TestClient, own: Published) -> None:
    mine = {"Authorization": f"Bearer {own.keys['golden']}"}
    stranger = {"Authorization": f"Bearer {own.keys[OTHER_TENANT]}"}
    match = ask(asked, mine)
    path = f"/v1/matches/{match['match_id']}/outcomes"
    body = {"result_id": "nothing", "outcome": "accepted", "at": "2026-01-01"}
    assert asked.post(path, json=body, headers=mine).status_code == 422
    assert asked.post(path, json=body, headers=stranger).status_code == 404
    assert asked.post(path, json=body).status_code == 401


def test_what_has_not_come_yet_is_told_by_nobody(asked: TestClient, own: Published) -> None:
    mine = {"Authorization": f"Bearer {own.keys['golden']}"}
    match = ask(asked, mine)
    path = f"/v1/matches/{match['match_id']}/outcomes"
    result, today = match["results"][0]["collaboration"]["id"], datetime.now(UTC).date()
    body = {"result_id": result, "outcome": "ended", "why": "A day that has come"}
    for at in ("2999-01-01", f"{today + timedelta(days=2)}"):
        answer = asked.post(path, json=body | {"at": at}, headers=mine)
        assert answer.status_code == 422
        (error,) = answer.json()["errors"]
        assert (error["pointer"], error["code"]) == ("/at", "in_future")
        assert at in error["detail"]
    assert asked.post(path, json=body | {"at": f"{today}"}, headers=mine).status_code == 201


@pytest.mark.parametrize("balance", [-1.0, 1.0])
def test_no_number_of_outcomes_leaves_the_bounds(balance: float) -> None:
    found = [factor(n, balance * n) for n in (0, 1, 10, 100, 10**6)]
    assert found[0] == 1
    assert all(1 - BOUND <= f <= 1 + BOUND for f in found)
    assert abs(found[1] - 1) < 0.02
