"""R70: a shortlist shared between two tenants on their wish, and on nobody else's."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from services.matcher.decisions.decisions import head_file
from services.matcher.decisions.verify import verify
from tests.matcher_fixtures import OTHER_TENANT, TENANT, Published
from tests.services.matcher.decisions.test_records import NEED, as_tenant, asked, own

__all__ = ["asked", "own"]
Json = dict[str, Any]
SECRET_BUDGET = {"amount": 987_654_321, "currency": "GBP"}


@pytest.fixture
def mine(own: Published) -> dict[str, str]:
    return as_tenant(own, TENANT)


@pytest.fixture
def theirs(own: Published) -> dict[str, str]:
    return as_tenant(own, OTHER_TENANT)


def shortlist(client: TestClient, headers: dict[str, str], **place: Any) -> Json:
    where = {"name": "Leeds", "kind": "city", "country": "GB", "needs": NEED} | place
    body = {"place": where, "limit": 10, "as_of": "2026-06-01"}
    given = client.post("/v1/matches/peers", json=body, headers=headers)
    assert given.status_code == 200, given.text
    return dict(given.json())


def offered(client: TestClient, headers: dict[str, str]) -> tuple[Json, Json]:
    """A match of a place with private figures, and its offer."""
    match = shortlist(client, headers, own_budget=SECRET_BUDGET, population=500_000)
    path = f"/v1/matches/{match['match_id']}/shares"
    given = client.post(path, json={"note": "Shall we go together?"}, headers=headers)
    assert given.status_code == 201, given.text
    return match, dict(given.json())


def names(results: list[Json]) -> Iterator[str]:
    yield from (str(result["place"]["id"]) for result in results)


def test_both_see_both_shortlists_and_what_stands_on_both(
    asked: TestClient, mine: dict[str, str], theirs: dict[str, str]
) -> None:
    ours, offer = offered(asked, mine)
    assert (offer["state"], offer["with"], offer["theirs"]) == ("offered", None, None)
    other = shortlist(asked, theirs, name="Sheffield", population=550_000)
    body = {"code": offer["code"], "match_id": other["match_id"]}
    seen = asked.post("/v1/shares/accept", json=body, headers=theirs).json()
    assert (seen["state"], seen["with"], seen["id"]) == ("accepted", TENANT, offer["id"])
    assert seen["theirs"]["note"] == "Shall we go together?"
    public = [key for key in names(ours["results"]) if not key.startswith("x:")]
    assert list(names(seen["theirs"]["results"])) == public
    again = asked.get(f"/v1/shares/{offer['id']}", headers=mine).json()
    common = set(public) & set(names(other["results"]))
    assert common
    assert set(names(again["both"])) == set(names(seen["both"])) == common
    assert [s["id"] for s in asked.get("/v1/shares", headers=mine).json()["items"]] == [seen["id"]]


def test_only_names_are_shown(
    asked: TestClient, mine: dict[str, str], theirs: dict[str, str]
) -> None:
    _, offer = offered(asked, mine)
    given = asked.post("/v1/shares/accept", json={"code": offer["code"]}, headers=theirs)
    assert str(SECRET_BUDGET["amount"]) not in given.text
    assert "Leeds" not in given.text
    assert "x:" not in given.text
    for result in given.json()["theirs"]["results"]:
        assert set(result) == {"rank", "place"}
    assert given.json()["yours"] is None
    assert given.json()["both"] == []


def test_nobody_sees_it_without_the_code(
    asked: TestClient, mine: dict[str, str], theirs: dict[str, str]
) -> None:
    match, offer = offered(asked, mine)
    path = f"/v1/shares/{offer['id']}"
    assert asked.get(path, headers=theirs).status_code == 404
    assert asked.get("/v1/shares", headers=theirs).json()["items"] == []
    for code in ("guess", offer["id"], match["match_id"]):
        answer = asked.post("/v1/shares/accept", json={"code": code}, headers=theirs)
        assert answer.status_code == 404
    answer = asked.post(f"/v1/matches/{match['match_id']}/shares", json={}, headers=theirs)
    assert answer.status_code == 404
    assert asked.post(f"/v1/matches/{match['match_id']}/shares", json={}).status_code == 401
    answer = asked.post("/v1/shares/accept", json={"code": offer["code"]}, headers=mine)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "own_offer")


def test_a_code_works_once(asked: TestClient, mine: dict[str, str], theirs: dict[str, str]) -> None:
    _, offer = offered(asked, mine)
    body = {"code": offer["code"]}
    statuses = [
        asked.post("/v1/shares/accept", json=body, headers=theirs).status_code for _ in range(2)
    ]
    assert statuses == [200, 409]


@pytest.mark.parametrize("who", ["mine", "theirs"])
def test_either_side_ends_it_for_both(
    asked: TestClient, own: Published, request: pytest.FixtureRequest, who: str
) -> None:
    mine, theirs = as_tenant(own, TENANT), as_tenant(own, OTHER_TENANT)
    _, offer = offered(asked, mine)
    asked.post("/v1/shares/accept", json={"code": offer["code"]}, headers=theirs)
    path = f"/v1/shares/{offer['id']}"
    assert asked.delete(path, headers=request.getfixturevalue(who)).status_code == 204
    assert [asked.get(path, headers=side).status_code for side in (mine, theirs)] == [404, 404]
    decisions = asked.app.state.decisions  # type: ignore[attr-defined]
    decisions.recorder.flush()
    assert verify(decisions.sessions, head_file(own.settings)).faults == []
