"""A place that is not on file: found missing, described in a form, answered as any other."""

from dataclasses import replace
from typing import Any

import pytest
from fastapi.testclient import TestClient

from models.records import Place
from services.matcher.pages.described import Described, described_facts

GETARIA = {"name": "Getaria", "country": "Spain", "kind": "city", "residents": "2.800"}


def test_an_id_holds_all_that_was_said() -> None:
    facts = described_facts(Described.of(GETARIA).id)
    assert facts is not None
    told = {name: facts[name] for name in ("name", "country", "kind", "population")}
    assert told == {"name": "Getaria", "country": "ES", "kind": "city", "population": 2800}
    assert facts["provenance"]["population"]["status"] == "claim"
    assert Place.model_validate(facts).id == facts["id"]


def test_where_it_lies_is_as_near_as_another_place_tells() -> None:
    facts = described_facts(Described.of(GETARIA).id)
    assert facts is not None
    assert "lat" not in facts
    placed = described_facts(replace(Described.of(GETARIA), at=(43.3128, -1.975)).id)
    assert placed is not None
    assert (placed["lat"], placed["lon"]) == (43.3, -2.0)
    assert Place.model_validate(placed).lat == 43.3


def test_residents_that_are_not_said_are_unknown() -> None:
    facts = described_facts(Described.of(GETARIA | {"residents": ""}).id)
    assert facts is not None
    assert "population" not in facts


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "х" * 30}, "name"),
        ({"country": "Narnia"}, "country"),
        ({"kind": "national"}, "kind"),
        ({"near": "Nowhere"}, "near"),
        ({"residents": "2,8"}, "residents"),
        ({"residents": "many"}, "residents"),
    ],
)
def test_what_is_wrong_is_said_by_field(said: dict[str, str], field: str) -> None:
    assert list(Described.of(GETARIA | said).faults()) == [field]


@pytest.mark.parametrize(
    "other",
    ["gn:3128026", "x:here", "x:here.ES.c.9._.!", "x:here.XX.c.9._.R2V0", "x:here.ES.q.9._.R2V0"],
)
def test_other_ids_describe_nothing(other: str) -> None:
    assert described_facts(other) is None


def page(client: TestClient, path: str, **query: Any) -> Any:
    return client.get(path, params={**query, "lang": "en"}, headers={"Accept": "text/html"})


def test_from_a_missing_name_to_an_answer(client: TestClient) -> None:
    missing = page(client, "/go", q="Getaria", want="networks")
    assert "/describe?name=Getaria&amp;want=networks" in missing.text
    wrong = page(client, "/describe", answered="yes", **GETARIA | {"country": "Narnia"})
    assert (wrong.status_code, "This country is not known here" in wrong.text) == (422, True)
    asked = page(client, "/describe", answered="yes", **GETARIA)
    assert "Getaria" in asked.text
    near = page(client, "/describe", answered="yes", near="Bilbao", **GETARIA)
    assert near.status_code == 200
    nowhere = page(client, "/describe", answered="yes", near="Xqwzzk", **GETARIA)
    assert "No place of this country is called so" in nowhere.text
    place = replace(Described.of(GETARIA), at=(43.3, -2.9)).id
    found = page(client, "/find/peers", place=place, sector="regeneration", stage="discover")
    assert found.status_code == 200
    assert "Peers for Getaria" in found.text
    assert page(client, f"/places/{place}").status_code == 200
    assert page(client, "/portfolio", place=place).status_code == 200
