"""Who may be a peer: defaults, filters and lists, each exact, each told where it removes."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from models.countries import countries
from models.snapshot import Snapshot
from tests.services.matcher.asking import BILBAO, BRISTOL, CATALONIA, ask, ids, subject

ALL = {"limit": 200}


def peers(client: TestClient, **body: Any) -> list[dict[str, Any]]:
    answer = ask(client, "peers", {"place_id": BRISTOL, **ALL, **body})
    assert answer["results"]
    return [result["place"] for result in answer["results"]]


def test_peers_are_foreign_places_of_the_same_kind(client: TestClient) -> None:
    found = peers(client)
    assert {place["kind"] for place in found} == {"city"}
    assert "GB" not in {place["country"] for place in found}


def test_home_is_among_them_when_asked_for(client: TestClient) -> None:
    found = peers(client, filters={"countries": ["GB", "IE"]})
    assert {place["country"] for place in found} == {"GB", "IE"}
    assert BRISTOL not in {place["id"] for place in found}


def test_other_kinds_when_asked_for(client: TestClient) -> None:
    found = peers(client, filters={"kinds": ["rural_area", "metro_authority"]})
    assert {place["kind"] for place in found} == {"rural_area", "metro_authority"}


def test_places_without_a_government_are_no_peers(client: TestClient) -> None:
    asked = {"countries": ["GB"], "kinds": ["region"]}
    answer = ask(client, "peers", {"place_id": CATALONIA, "filters": asked, **ALL})
    assert client.get("/v1/places/iso:GB-ENG").json()["has_government"] is False
    assert "iso:GB-SCT" in ids(answer)
    assert "iso:GB-ENG" not in ids(answer)
    assert "peer-has-government" in [reason["rule_id"] for reason in answer["fewer_because"]]


def test_the_ledger_is_of_those_named(client: TestClient) -> None:
    named = ["iso:GB-SCT", "iso:GB-ENG"]
    answer = ask(client, "peers", {"place_id": CATALONIA, "among": named, "include": ["refused"]})
    assert [subject(r)["id"] for r in answer["refused"]] == ["iso:GB-ENG"]


@pytest.mark.parametrize("code", ["EU", "AS"])
def test_continents(client: TestClient, code: str) -> None:
    found = peers(client, filters={"continents": [code]})
    assert {countries()[place["country"]].continent for place in found} == {code}


def test_excluded_countries(client: TestClient) -> None:
    assert "ES" in {place["country"] for place in peers(client)}
    assert "ES" not in {
        place["country"] for place in peers(client, filters={"exclude_countries": ["ES"]})
    }


def _residents(place: dict[str, Any]) -> int | None:
    return place.get("metro_population") or place.get("population")


def test_bounds_of_the_population_are_exact(client: TestClient) -> None:
    whole = peers(client, filters={"countries": ["ES", "FR", "IT", "DE"]})
    sizes = sorted(n for place in whole if (n := _residents(place)) is not None)
    low, high = sizes[2], sizes[-3]
    asked = {"countries": ["ES", "FR", "IT", "DE"], "population": {"min": low, "max": high}}
    inside = peers(client, filters=asked)
    assert sorted(_residents(p) or 0 for p in inside) == [n for n in sizes if low <= n <= high]


def test_languages_and_sectors(client: TestClient) -> None:
    found = peers(client, filters={"languages": ["es"]})
    assert all("es" in place["languages"] for place in found)
    housing = ask(
        client, "peers", {"place_id": BRISTOL, **ALL, "filters": {"sectors": ["housing"]}}
    )
    assert BILBAO in ids(housing)


def test_a_filter_no_place_meets_is_explained(client: TestClient) -> None:
    asked = {"countries": ["FR"], "population": {"min": 90_000_000}}
    answer = ask(client, "peers", {"place_id": BRISTOL, "filters": asked})
    assert answer["results"] == []
    removed = {reason["rule_id"]: reason["removed"] for reason in answer["fewer_because"]}
    assert removed["peer-population"] > 0


def test_what_is_excluded_or_the_place_itself_never_comes_back(client: TestClient) -> None:
    assert BILBAO in {place["id"] for place in peers(client)}
    found = {place["id"] for place in peers(client, exclude=[BILBAO])}
    assert not {BILBAO, BRISTOL} & found


def test_a_city_is_no_peer_of_the_region_it_is_part_of(client: TestClient) -> None:
    body = {
        "place_id": BRISTOL,
        "filters": {"kinds": ["region", "city"], "countries": ["GB"]},
        **ALL,
    }
    part_of = client.get(f"/v1/places/{BRISTOL}").json()["part_of"]
    assert part_of
    assert not {*part_of, BRISTOL} & set(ids(ask(client, "peers", body)))


def test_among_judges_only_those_named(client: TestClient) -> None:
    answer = ask(client, "peers", {"place_id": BRISTOL, "among": [BILBAO, "gn:3173435"]})
    assert set(ids(answer)) == {BILBAO, "gn:3173435"}


def test_a_place_of_another_tenant_is_not_there(client: TestClient, key: dict[str, str]) -> None:
    body = {"place_id": BRISTOL, "among": ["x:balanced", BILBAO]}
    assert ids(ask(client, "peers", body)) == [BILBAO]
    assert set(ids(ask(client, "peers", body, key))) == {"x:balanced", BILBAO}


def test_the_top_is_that_of_scoring_every_candidate(client: TestClient, snapshot: Snapshot) -> None:
    assert len(snapshot.places) > 400
    for mode in ("sustained_pairing", "look_up"):
        whole = ask(client, "peers", {"place_id": BRISTOL, "mode": mode, **ALL})
        for limit in (1, 3, 10):
            top = ask(client, "peers", {"place_id": BRISTOL, "mode": mode, "limit": limit})
            assert top["results"] == whole["results"][:limit]
