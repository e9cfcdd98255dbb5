"""Finding collaborations by any name they have or had."""

import pytest
from fastapi.testclient import TestClient


def found(client: TestClient, **query: str | int) -> list[str]:
    answer = client.get("/v1/collaborations", params=query)
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


@pytest.mark.parametrize(
    ("q", "collaboration_id"),
    [
        ("c40", "c40"),
        ("asean smart", "asean-smart-cities-network"),
        ("GRCN", "global-resilient-cities-network"),
        ("UHPH", "urban-housing-practitioners-hub"),
        ("city possible", "city-possible"),
        ("LEADER", "eu-leader"),
    ],
)
def test_any_name_finds_it(client: TestClient, q: str, collaboration_id: str) -> None:
    assert found(client, q=q)[0] == collaboration_id


def test_an_alias_resolves_and_a_successor_is_named(client: TestClient) -> None:
    record = client.get("/v1/collaborations/100RC").json()
    assert record["id"] == "100-resilient-cities"
    assert record["successor"] == "global-resilient-cities-network"
    assert record["successor_name"] == "Global Resilient Cities Network"
    assert client.get("/v1/collaborations/IUC").json()["id"] == "international-urban-cooperation"


def test_known_members_are_listed(client: TestClient) -> None:
    record = client.get("/v1/collaborations/partnership-for-healthy-cities").json()
    assert {"gn:2306104", "gn:2298890"} <= {member["id"] for member in record["known_members"]}


def test_all_of_them_in_pages(client: TestClient) -> None:
    whole = found(client, limit=200)
    assert len(whole) == len(set(whole)) >= 108
    first = client.get("/v1/collaborations", params={"limit": 50}).json()
    second = client.get("/v1/collaborations", params={"limit": 50, "cursor": first["next"]}).json()
    assert [i["id"] for i in [*first["items"], *second["items"]]] == whole[:100]


def test_an_unknown_one_is_not_found(client: TestClient) -> None:
    for name in ("no-such-network", "x:as-network", "%20"):
        answer = client.get(f"/v1/collaborations/{name}")
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"


def test_private_ones_are_their_tenant_s(client: TestClient, key: dict[str, str]) -> None:
    assert client.get("/v1/collaborations/x:as-network", headers=key).status_code == 200
    assert not [name for name in found(client, limit=200) if name.startswith("x:")]


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 201}, {"cursor": "%%%"}])
def test_bad_queries_are_problems(client: TestClient, query: dict[str, str | int]) -> None:
    answer = client.get("/v1/collaborations", params=query)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == f"?{next(iter(query))}"
