"""Finding places by any name, and reading what is held about them."""

from base64 import urlsafe_b64encode

import pytest
from fastapi.testclient import TestClient

from tests.services.matcher.asking import BILBAO, BRISTOL


def found(client: TestClient, **query: str | int) -> list[str]:
    answer = client.get("/v1/places", params=query)
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


@pytest.mark.parametrize(
    ("q", "place_id"),
    [
        ("bilbao", BILBAO),
        ("BILB", BILBAO),
        ("Bogota", "gn:3688689"),
        ("bogotá", "gn:3688689"),
        ("Medellin", "gn:3674962"),
        ("Mailand", "gn:3173435"),
        ("Milano", "gn:3173435"),
        ("Сингапур", "gn:1880252"),
        ("新加坡", "gn:1880252"),
    ],
)
def test_a_place_is_found_by_any_name_in_any_script(
    client: TestClient, q: str, place_id: str
) -> None:
    assert place_id in found(client, q=q)[:3]


def test_country_and_kind_narrow_the_search(client: TestClient) -> None:
    assert BRISTOL in found(client, q="bristol", country="GB", kind="city")
    assert BRISTOL not in found(client, q="bristol", country="US")
    assert BRISTOL not in found(client, q="bristol", kind="region")


def test_a_name_nobody_has_finds_nobody(client: TestClient) -> None:
    assert found(client, q="zzzzqqqq") == []


def test_pages_hold_every_place_once(client: TestClient) -> None:
    seen: list[str] = []
    query: dict[str, str | int] = {"country": "ES", "limit": 4}
    while True:
        page = client.get("/v1/places", params=query).json()
        seen += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
    assert len(seen) > 8
    assert len(seen) == len(set(seen))
    assert seen == found(client, country="ES", limit=200)


def test_a_cursor_of_another_snapshot_is_stale(client: TestClient) -> None:
    stale = urlsafe_b64encode(b"another-snapshot.5").decode()
    answer = client.get("/v1/places", params={"cursor": stale})
    assert answer.status_code == 410
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"].endswith("stale-cursor")


@pytest.mark.parametrize(
    "query",
    [
        {"limit": 0},
        {"limit": 201},
        {"country": "ZZ"},
        {"kind": "village"},
        {"cursor": "not a cursor"},
        {"q": "a" * 201},
        {"limit": "ten"},
    ],
)
def test_bad_queries_say_which_part_is_wrong(
    client: TestClient, query: dict[str, str | int]
) -> None:
    answer = client.get("/v1/places", params=query)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["errors"][0]["pointer"] == f"?{next(iter(query))}"


def test_a_place_is_read_with_what_its_facts_rest_on(client: TestClient) -> None:
    place = client.get(f"/v1/places/{BRISTOL}").json()
    assert place["name"] == "Bristol"
    assert place["continent"] == "EU"
    assert place["snapshot_id"]
    assert place["provenance"]["needs"]["source"].startswith("Network Effects (2020)")


def test_an_unknown_place_is_not_found(client: TestClient) -> None:
    for place_id in ("gn:999999999", "x:choosy", "nonsense"):
        answer = client.get(f"/v1/places/{place_id}")
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"


def test_a_private_place_is_there_for_its_own_tenant(
    client: TestClient, key: dict[str, str]
) -> None:
    assert client.get("/v1/places/x:choosy", headers=key).json()["name"] == "Choosy"
    own = client.get("/v1/places", params={"q": "choosy"}, headers=key).json()["items"]
    assert [item["id"] for item in own] == ["x:choosy"]
    assert found(client, q="choosy") == []


@pytest.mark.parametrize(
    "written", ["Bristol, UK", "Bristol (United Kingdom)", "City of Bristol", "Bristoll"]
)
def test_a_place_is_found_as_people_write_it(client: TestClient, written: str) -> None:
    assert found(client, q=written)[0] == BRISTOL


def test_what_resembles_nothing_finds_nothing(client: TestClient) -> None:
    assert found(client, q="Xqwzzk") == []
    assert found(client, q="Zzq") == []


def test_a_name_of_its_own_goes_before_an_alias_of_a_larger_place(client: TestClient) -> None:
    assert found(client, q="bil", kind="city")[0] == BILBAO


def test_a_misspelling_is_offered_on_the_page_and_never_taken(client: TestClient) -> None:
    clear = client.get("/go", params={"q": "Bristol, UK"}, follow_redirects=False)
    assert (clear.status_code, "gn%3A2654675" in clear.headers["location"]) == (303, True)
    unclear = client.get("/go", params={"q": "Bristoll"}, follow_redirects=False)
    assert (unclear.status_code, "Bristol" in unclear.text) == (200, True)


def test_a_misspelt_parameter_is_refused_with_the_one_that_was_meant(client: TestClient) -> None:
    refused = client.get("/v1/places?countr=ES&format=csv")
    assert refused.status_code == 422
    (error,) = refused.json()["errors"]
    assert (error["pointer"], error["code"]) == ("?countr", "unknown_parameter")
    assert "did you mean 'country'?" in error["detail"]
