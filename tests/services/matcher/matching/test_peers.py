"""Answers about peers: order, sums, sides, directions and what is said of them."""

from itertools import combinations
from typing import Any

import pytest
from fastapi.testclient import TestClient

from models.countries import countries
from services.matcher.evidence import COMPARED, in_brief
from tests.services.matcher.asking import (
    BILBAO,
    BRISTOL,
    CATALONIA,
    HAMBURG,
    MANCHESTER,
    SINGAPORE,
    SYDNEY,
    ask,
    find,
    ids,
    strings,
)

MODES = ["sustained_pairing", "learn_from_contrast", "cohort", "look_up"]
each_mode = pytest.mark.parametrize("mode", MODES)
STORED = [BILBAO, BRISTOL, HAMBURG, MANCHESTER, SINGAPORE, SYDNEY, "gn:2964574", "gn:3674962"]


@each_mode
def test_results_sort_by_rank_score_then_id(client: TestClient, mode: str) -> None:
    results = ask(client, "peers", {"place_id": BRISTOL, "mode": mode, "limit": 200})["results"]
    order = [(-r["rank_score"], r["place"]["id"]) for r in results]
    assert len(order) == 200
    assert order == sorted(order)


@each_mode
def test_contributions_add_up_on_either_side(client: TestClient, mode: str) -> None:
    answer = ask(client, "peers", {"place_id": BRISTOL, "mode": mode, "limit": 50})
    gamma = client.get("/v1/features").json()["gamma"]
    total = sum(answer["weights"].values())
    for result in answer["results"]:
        for side in (result, result.get("other_side", result)):
            reasons = side["reasons"]
            assert sum(r["contribution"] for r in reasons) == pytest.approx(side["score"], abs=1e-6)
            assert sum(r["weight"] for r in reasons) / total == pytest.approx(side["coverage"])
        assert result["rank_score"] == pytest.approx(result["score"] * result["coverage"] ** gamma)


@each_mode
def test_evidence_names_facts_that_are_in_the_records(client: TestClient, mode: str) -> None:
    answer = ask(client, "peers", {"place_id": BRISTOL, "mode": mode, "limit": 20})
    ours = client.get(f"/v1/places/{BRISTOL}").json()
    for result in answer["results"]:
        theirs = client.get(f"/v1/places/{result['place']['id']}").json()
        for reason in [*result["reasons"], *result.get("other_side", {}).get("reasons", [])]:
            for item in reason["evidence"]:
                on_file = (ours if item["side"] == "ours" else theirs)[item["field"]]
                if item["field"] in COMPARED and reason["feature"] != "similar_text":
                    on_file = in_brief(on_file)
                assert on_file == item["value"], (reason["feature"], item["field"])
            order = ["verified", "claim", "inferred", "average"]
            statuses = [order.index(item["status"]) for item in reason["evidence"]]
            assert statuses == sorted(statuses)


def _pair(client: TestClient, one: str, other: str) -> dict[str, Any]:
    body = {
        "place_id": one,
        "among": [other],
        "filters": {"countries": [client.get(f"/v1/places/{other}").json()["country"]]},
    }
    result: dict[str, Any] = find(ask(client, "peers", body), other)
    return result


@pytest.mark.parametrize(("one", "other"), list(combinations(STORED, 2)))
def test_a_pair_has_one_score_whoever_asks(client: TestClient, one: str, other: str) -> None:
    there, back = _pair(client, one, other), _pair(client, other, one)
    for name in ("score", "coverage", "rank_score"):
        assert there[name] == pytest.approx(back[name], abs=1e-9)
    assert there["other_side"]["score"] == pytest.approx(back["other_side"]["score"], abs=1e-9)


def test_the_weaker_side_is_told_and_the_other_beside_it(client: TestClient) -> None:
    answer = ask(client, "peers", {"place_id": BRISTOL, "limit": 50})
    gamma = client.get("/v1/features").json()["gamma"]
    for result in answer["results"]:
        other = result["other_side"]
        assert result["side"] in ("ours", "theirs")
        assert other["score"] * other["coverage"] ** gamma >= result["rank_score"] - 1e-9


def test_one_sided_modes_have_no_other_side(client: TestClient) -> None:
    result = ask(client, "peers", {"place_id": BRISTOL, "mode": "look_up"})["results"][0]
    assert "side" not in result
    assert "other_side" not in result


def test_contrast_always_says_who_learns(client: TestClient) -> None:
    answer = ask(client, "peers", {"place_id": HAMBURG, "mode": "learn_from_contrast"})
    assert {r["direction"] for r in answer["results"]} <= {"mutual", "learn_from", "teach"}


def test_what_each_gives_is_what_the_other_gets(client: TestClient) -> None:
    there, back = _pair(client, BRISTOL, BILBAO), _pair(client, BILBAO, BRISTOL)
    assert there.get("gets") == back.get("gives")
    assert there.get("gives") == back.get("gets")
    assert (there["direction"], back["direction"]) == ("learn_from", "teach")


def test_bands_and_percentiles_follow_the_order(client: TestClient) -> None:
    results = ask(client, "peers", {"place_id": BRISTOL, "limit": 200})["results"]
    bands = [["strong", "fair", "weak"].index(r["band"]) for r in results]
    percentiles = [r["percentile"] for r in results]
    assert bands == sorted(bands)
    assert percentiles == sorted(percentiles, reverse=True)
    assert percentiles[0] == 100


def test_a_zero_weight_removes_reason_and_contribution(client: TestClient) -> None:
    body = {"place_id": BRISTOL, "among": [BILBAO]}
    before = find(ask(client, "peers", body), BILBAO)
    assert "similar_size" in [r["feature"] for r in before["reasons"]]
    after = find(ask(client, "peers", {**body, "weights": {"similar_size": 0}}), BILBAO)
    assert "similar_size" not in [r["feature"] for r in after["reasons"]]


def test_a_reason_stays_at_value_nought(client: TestClient) -> None:
    place = {"name": "A", "kind": "city", "country": "JP", "languages": ["ja"]}
    result = find(ask(client, "peers", {"place": place, "among": [BILBAO]}), BILBAO)
    languages = next(r for r in result["reasons"] if r["feature"] == "shared_language")
    assert (languages["value"], languages["contribution"]) == (0, 0)


def test_settlement_figures_are_named_as_such(client: TestClient) -> None:
    answer = ask(client, "peers", {"place_id": BRISTOL, "limit": 200})
    settlements = [
        r for r in answer["results"] if r["place"].get("population_basis") == "settlement"
    ]
    assert settlements
    for result in settlements:
        assert "settlement" in [c["code"] for c in result["cautions"]]


def test_rural_areas_are_never_called_cities(client: TestClient) -> None:
    answer = ask(client, "peers", {"place_id": "cp:departement-du-cantal", "limit": 50})
    assert ids(answer)
    assert not [text for text in strings(answer) if "your city" in text.casefold()]


def test_regions_find_regions_by_kind_of_tie(client: TestClient) -> None:
    result = find(
        ask(client, "peers", {"place_id": CATALONIA, "ties": "deepen", "limit": 50}), "iso:CA-QC"
    )
    assert [tie["kind"] for tie in result["ties"]] == ["cultural"]


def test_a_stretch_slot_brings_in_a_continent_that_was_missing(client: TestClient) -> None:
    asked = {"place_id": BRISTOL, "limit": 5}
    plain = ask(client, "peers", asked)["results"]
    wide = ask(client, "peers", {**asked, "stretch": 1})["results"]
    (new,) = [r for r in wide if "stretch" in r]
    assert len(wide) == 5
    assert [r["place"]["id"] for r in wide if r is not new] == [r["place"]["id"] for r in plain[:4]]
    assert new["place"]["national_rank"] > 1
    continent = {c: countries()[c].continent for c in countries()}
    others = {continent[r["place"]["country"]] for r in wide if r is not new}
    assert continent[new["place"]["country"]] not in others
    assert [r["rank_score"] for r in wide] == sorted((r["rank_score"] for r in wide), reverse=True)


def test_places_shown_often_enough_step_aside(client: TestClient) -> None:
    asked = {"place_id": BRISTOL, "limit": 3}
    first = ids(ask(client, "peers", asked))
    shown = {first[0]: 2, first[1]: 1}
    capped = ask(client, "peers", {**asked, "exposure_cap": 2, "shown": shown})
    assert ids(capped)[:2] == first[1:]
    assert first[0] not in ids(capped)


def test_a_count_without_a_cap_and_slots_without_room_are_refused(client: TestClient) -> None:
    for wrong in ({"shown": {BILBAO: 1}}, {"stretch": 3, "limit": 3}, {"exposure_cap": 0}):
        answer = client.post("/v1/matches/peers", json={"place_id": BRISTOL, **wrong})
        assert answer.status_code == 422, wrong


def test_at_home_nobody_asks_who_works_abroad(client: TestClient) -> None:
    def weight(countries: list[str] | None) -> float:
        body = {"place_id": BILBAO, "limit": 1, "filters": {"countries": countries}}
        return float(ask(client, "peers", body)["weights"]["works_abroad"])

    usual = weight(None)
    assert usual > 0
    assert weight(["ES"]) == 0
    assert weight(["FR"]) == weight(["ES", "FR"]) == usual
    asked = {"weights": {"works_abroad": 2}, "filters": {"countries": ["ES"]}}
    assert ask(client, "peers", {"place_id": BILBAO, **asked})["weights"]["works_abroad"] == 2


def test_of_those_named_it_is_told_who_is_not_on_file_and_why_others_are_out(
    client: TestClient,
) -> None:
    body = {"place_id": BRISTOL, "among": ["Bordeaux", BILBAO, MANCHESTER]}
    answer = ask(client, "peers", body)
    told = {why["rule_id"]: (why["removed"], why["text"]) for why in answer["fewer_because"]}
    assert told["not-on-file"] == (1, "Not on file: Bordeaux.")
    assert told["peer-foreign"][0] == 1
    assert set(told) == {"not-on-file", "peer-foreign"}
