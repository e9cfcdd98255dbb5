"""At most so many of one country: who steps in, who is told to have been passed over."""

from collections import Counter
from itertools import pairwise
from typing import Any

import pytest
from fastapi.testclient import TestClient

from models.countries import countries
from tests.services.matcher.asking import BRISTOL, ask, find, ids, refusal

ALL = 200
RULE = "peer-max-per-country"


def country(result: Any) -> str:
    return str(result["place"]["country"])


def walked(ranked: list[Any], limit: int, most: int) -> tuple[list[Any], Counter[str]]:
    """The results of a long list that a walk down it keeps, and whom it passes over."""
    taken, passed, kept = Counter[str](), Counter[str](), list[Any]()
    for result in ranked:
        if len(kept) == limit:
            break
        if taken[country(result)] == most:
            passed[country(result)] += 1
        else:
            taken[country(result)] += 1
            kept.append(result)
    return kept, passed


@pytest.mark.parametrize("mode", ["sustained_pairing", "learn_from_contrast", "cohort", "look_up"])
@pytest.mark.parametrize("most", [1, 2])
def test_the_list_is_a_walk_down_the_ranking(client: TestClient, mode: str, most: int) -> None:
    asked = {"place_id": BRISTOL, "mode": mode}
    ranked = ask(client, "peers", {**asked, "limit": ALL})["results"]
    kept, passed = walked(ranked, 12, most)
    answer = ask(client, "peers", {**asked, "limit": 12, "max_per_country": most})
    # The same results word for word, where they stand among all candidates included.
    assert answer["results"] == kept
    told = {item["country"]: item["count"] for item in answer.get("passed_over", ())}
    assert told == passed
    assert all(item["text"] for item in answer.get("passed_over", ()))


def test_what_no_country_holds_back_is_the_same_list(client: TestClient) -> None:
    asked = {"place_id": BRISTOL, "limit": 12}
    wide = ask(client, "peers", {**asked, "max_per_country": 12})
    assert wide["results"] == ask(client, "peers", asked)["results"]
    assert "passed_over" not in wide


def test_a_list_that_ends_short_says_why(client: TestClient) -> None:
    filters = {"countries": ["DE", "FR"]}
    body = {"place_id": BRISTOL, "filters": filters, "limit": ALL, "max_per_country": 3}
    answer = ask(client, "peers", body)
    assert Counter(map(country, answer["results"])) == {"DE": 3, "FR": 3}
    removed = {reason["rule_id"]: reason["removed"] for reason in answer["fewer_because"]}
    whole = ask(client, "peers", {**body, "max_per_country": ALL})["results"]
    assert len(whole) < ALL
    assert removed[RULE] == len(whole) - 6
    assert removed[RULE] == sum(item["count"] for item in answer["passed_over"])


def test_the_ledger_names_those_passed_over_and_only_them(client: TestClient) -> None:
    asked = {"place_id": BRISTOL, "limit": 12, "include": ["refused"]}
    plain = ask(client, "peers", asked)
    answer = ask(client, "peers", {**asked, "max_per_country": 1})
    kept, told = ids(answer), {r["place"]["id"]: r for r in answer["refused"]}
    for result in plain["results"]:
        if result["place"]["id"] not in kept:
            (rule,) = told[result["place"]["id"]]["rules"]
            assert (rule["rule_id"], rule["outcome"]) == (RULE, "fail")
            assert (rule["seen"], rule["threshold"]) == (country(result), 1)
    assert not set(kept) & set(told)
    assert not any(rule["rule_id"] == RULE for r in plain["refused"] for rule in r["rules"])


def test_named_places_are_held_to_it_too(client: TestClient) -> None:
    plain = ask(client, "peers", {"place_id": BRISTOL, "limit": 30})["results"]
    named = [result["place"]["id"] for result in plain]
    body = {"place_id": BRISTOL, "among": named, "limit": 30, "include": ["refused"]}
    answer = ask(client, "peers", {**body, "max_per_country": 1})
    kept, _ = walked(ask(client, "peers", body)["results"], 30, 1)
    assert ids(answer) == [result["place"]["id"] for result in kept]
    for key in set(named) - set(ids(answer)):
        assert refusal(answer, key)["rules"][0]["rule_id"] == RULE


def test_beside_a_cap_on_exposure_the_next_of_the_country_steps_in(client: TestClient) -> None:
    asked = {"place_id": BRISTOL, "limit": ALL}
    ranked = ask(client, "peers", asked)["results"]
    first = ranked[0]
    second = next(r for r in ranked[1:] if country(r) == country(first))
    seen = {"exposure_cap": 1, "shown": {first["place"]["id"]: 1}, "max_per_country": 1}
    found = ids(ask(client, "peers", {**asked, **seen}))
    assert first["place"]["id"] not in found
    assert second["place"]["id"] in found


@pytest.mark.parametrize("slots", [1, 2])
def test_beside_a_stretch_no_country_has_more(client: TestClient, slots: int) -> None:
    body = {"place_id": BRISTOL, "limit": 4, "max_per_country": 1, "stretch": slots}
    results = ask(client, "peers", body)["results"]
    assert len(results) == 4
    assert set(Counter(map(country, results)).values()) == {1}
    stretched = [r for r in results if "stretch" in r]
    assert stretched
    usual = {countries()[country(r)].continent for r in results if r not in stretched}
    assert not usual & {countries()[country(r)].continent for r in stretched}


def test_a_stretch_says_where_it_stands_among_all(client: TestClient) -> None:
    body = {"place_id": BRISTOL, "limit": 5}
    (new,) = [r for r in ask(client, "peers", {**body, "stretch": 1})["results"] if "stretch" in r]
    ranked = ask(client, "peers", {**body, "limit": ALL})
    assert new["percentile"] == find(ranked, new["place"]["id"])["percentile"]


def test_percentiles_fall_with_the_order(client: TestClient) -> None:
    body = {"place_id": BRISTOL, "limit": 40, "max_per_country": 1}
    results = ask(client, "peers", body)["results"]
    assert all(a["percentile"] >= b["percentile"] for a, b in pairwise(results))


@pytest.mark.parametrize("wrong", [0, -1, 201, "two", 1.5])
def test_a_number_that_makes_no_sense_is_refused(client: TestClient, wrong: Any) -> None:
    body = {"place_id": BRISTOL, "max_per_country": wrong}
    answer = client.post("/v1/matches/peers", json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/max_per_country"
