"""Answers about collaborations: verdicts, ways in, sets that cover, and dates."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from models.taxonomy import Stage
from tests.services.matcher.asking import (
    BRISTOL,
    MILAN,
    ask,
    find,
    ids,
    refusal,
    strings,
    subject,
)

THEN = "2020-06-01"


def joins(client: TestClient, **body: Any) -> Any:
    return ask(client, "collaborations", {"as_of": THEN, "limit": 200, **body})


def a_city(**facts: Any) -> dict[str, Any]:
    return {"name": "A city", "kind": "city", "country": "DE", **facts}


def test_results_and_refusals_are_told_apart(client: TestClient) -> None:
    answer = joins(client, place_id=BRISTOL, include=["refused"])
    assert {r["verdict"] for r in answer["results"]} <= {"eligible", "conditional", "undetermined"}
    assert {r["verdict"] for r in answer["refused"]} <= {"refused", "waitlisted"}
    assert not set(ids(answer)) & {subject(r)["id"] for r in answer["refused"]}


def test_refusals_are_kept_back_unless_asked_for(client: TestClient) -> None:
    assert "refused" not in joins(client, place_id=BRISTOL)


def test_sums_order_and_evidence(client: TestClient) -> None:
    answer = joins(client, place_id=BRISTOL)
    order = [(-r["rank_score"], subject(r)["id"]) for r in answer["results"]]
    assert order == sorted(order)
    ours = client.get(f"/v1/places/{BRISTOL}").json()
    for result in answer["results"][:20]:
        total = sum(r["contribution"] for r in result["reasons"])
        assert total == pytest.approx(result["score"], abs=1e-6)
        theirs = client.get(f"/v1/collaborations/{subject(result)['id']}").json()
        for reason in result["reasons"]:
            for item in reason["evidence"]:
                record = ours if item["side"] == "ours" else theirs
                assert item["field"] in record, (reason["feature"], item["field"])


def test_every_refusal_names_a_failed_rule_and_the_smallest_change(client: TestClient) -> None:
    answer = joins(client, place_id=BRISTOL, include=["refused"])
    assert answer["refused"]
    for refused in answer["refused"]:
        failed = {r["rule_id"] for r in refused["rules"] if r["outcome"] == "fail"}
        assert refused["smallest_change"]["rule_id"] in failed
        assert all("seen" in r and "threshold" in r for r in refused["rules"])


def test_what_has_ended_is_refused_and_names_its_successor(client: TestClient) -> None:
    body = {"place": a_city(), "include": ["refused"]}
    before = joins(client, **body, as_of="2018-06-01")
    after = refusal(joins(client, **body, as_of="2019-08-01"), "100-resilient-cities")
    ended = [r["rule_id"] for r in after["rules"] if r["outcome"] == "fail"]
    assert "ended" in ended
    assert after["route_in"][0]["id"] == "global-resilient-cities-network"
    rules = [
        r["rule_id"]
        for r in [*before["results"], *before["refused"]]
        if subject(r)["id"] == "100-resilient-cities"
        for r in r["rules"]
    ]
    assert rules
    assert "ended" not in rules


def test_an_old_eligible_becomes_a_condition(client: TestClient) -> None:
    body = {"place": a_city(country="CO"), "among": ["urban-housing-practitioners-hub"]}
    then = find(joins(client, **body), "urban-housing-practitioners-hub")
    now = find(joins(client, **body, as_of="2026-06-01"), "urban-housing-practitioners-hub")
    assert (then["verdict"], now["verdict"]) == ("eligible", "conditional")
    assert any("2020" in text for text in strings(now["rules"]))
    assert "member_count" in [c["code"] for c in now["cautions"]]


def test_entry_rules_not_on_file_are_at_best_undetermined(client: TestClient) -> None:
    answer = joins(client, place=a_city())
    for result in answer["results"]:
        record = client.get(f"/v1/collaborations/{subject(result)['id']}").json()
        if not record.get("entry_rules_known"):
            assert result["verdict"] == "undetermined"


def test_members_inside_come_with_what_is_known_of_them(client: TestClient) -> None:
    result = find(
        joins(client, place=a_city(country="GH", metro_population=2_000_000)),
        "partnership-for-healthy-cities",
    )
    names = [member["name"] for member in result["peers_inside"]]
    assert names[:2] == ["Accra", "Kumasi"] or names[:2] == ["Kumasi", "Accra"]


def test_the_next_question_settles_what_it_says(client: TestClient) -> None:
    place = a_city(population=600_000, population_basis="municipality")
    answer = joins(client, place=place, among=["partnership-for-healthy-cities"])
    assert answer["next_question"] == {"field": "metro_population", "would_settle": 1}
    settled = joins(
        client,
        place={**place, "metro_population": 1_500_000},
        among=["partnership-for-healthy-cities"],
    )
    assert "next_question" not in settled


def test_a_place_is_never_told_to_join_what_it_is_in(client: TestClient) -> None:
    answer = joins(client, place_id=MILAN, include=["refused"])
    told = {*ids(answer), *(subject(r)["id"] for r in answer["refused"])}
    assert not {"global-resilient-cities-network", "100-resilient-cities"} & told


def test_a_commitment_sent_along_counts_like_a_stored_one(client: TestClient) -> None:
    place = a_city(commitments=[{"collaboration": "c40"}])
    assert "c40" in ids(joins(client, place=a_city()))
    assert "c40" not in ids(joins(client, place=place))


def test_a_covering_set_covers_and_what_is_left_is_named(client: TestClient) -> None:
    needs = [{"sector": "digital", "stage": str(stage)} for stage in Stage]
    answer = joins(client, place=a_city(needs=needs))
    covered = {stage for chosen in answer["covering_set"] for stage in chosen["stages"]}
    for chosen in answer["covering_set"]:
        record = client.get(f"/v1/collaborations/{chosen['id']}").json()
        known = {s["stage"] for s in record["stages"] if s["status"] != "claim"}
        assert set(chosen["stages"]) <= known
    assert len(covered) >= 4


def test_supply_is_told_per_stage(client: TestClient) -> None:
    supply = joins(client, place=a_city())["supply"]
    assert set(supply) == {str(stage) for stage in Stage}
    assert set(supply.values()) <= {"rich", "fair", "thin"}


def test_filters_count_what_they_remove(client: TestClient) -> None:
    answer = joins(client, place=a_city(), filters={"sectors": ["housing"]})
    removed = {reason["rule_id"]: reason["removed"] for reason in answer["fewer_because"]}
    assert removed["sectors"] > 50
    for result in answer["results"]:
        assert "housing" in subject(result)["sectors"]


def test_exclude_and_among(client: TestClient) -> None:
    assert ids(joins(client, place=a_city(), among=["c40", "city-possible"], exclude=["c40"])) == [
        "city-possible"
    ]


def test_a_mere_claim_settles_nothing_where_proof_is_asked_for(client: TestClient) -> None:
    body = {
        "place": a_city(country="CO", metro_population=3_000_000),
        "among": ["partnership-for-healthy-cities"],
    }
    key = "partnership-for-healthy-cities"
    assert find(joins(client, **body), key)["verdict"] == "conditional"
    assert find(joins(client, **body, require_verified=True), key)["verdict"] == "undetermined"


def test_records_of_another_tenant_are_not_there(client: TestClient, key: dict[str, str]) -> None:
    assert not [i for i in ids(joins(client, place=a_city())) if i.startswith("x:")]
    body = {"place": a_city(), "among": ["x:as-network"]}
    assert ids(ask(client, "collaborations", body, key)) == ["x:as-network"]
    assert ids(ask(client, "collaborations", body)) == []


def test_free_text_is_read_and_marked_as_inferred(client: TestClient) -> None:
    answer = joins(client, place=a_city(), text="affordable housing for young families")
    assert answer["inferred"][0]["sector"] == "housing"
    confidences = [reading["confidence"] for reading in answer["inferred"]]
    assert confidences == sorted(confidences, reverse=True)
    served = [r for r in answer["results"][0]["reasons"] if r["feature"] == "needs_served"]
    ours = [item for item in served[0]["evidence"] if item["side"] == "ours"]
    assert ours[0]["status"] == "inferred"


def test_the_company_of_like_places_is_no_answer_to_a_need(client: TestClient) -> None:
    place = "cp:metropole-du-grand-paris"
    answer = joins(client, place_id=place, needs=[{"sector": "health", "stage": "apply"}])
    told = {r["feature"]: r["value"] for r in answer["results"][0]["reasons"]}
    assert told["needs_served"] > 0
    alone = joins(client, place_id=place)
    assert alone["weights"]["peers_inside"] > answer["weights"]["peers_inside"]


@pytest.mark.parametrize(
    ("country", "told"),
    [
        ("GH", {"eurocities", "mayors-against-illegal-guns"}),
        ("US", {"eurocities", "commonwealth-local-government-forum"}),
        ("NO", {"mayors-against-illegal-guns", "commonwealth-local-government-forum"}),
    ],
)
def test_a_network_known_for_another_part_of_the_world_says_so(
    client: TestClient, country: str, told: set[str]
) -> None:
    """A caution and no rule: who is a member today does not say who may be one."""
    asked = ["eurocities", "mayors-against-illegal-guns", "commonwealth-local-government-forum"]
    answer = joins(client, place=a_city() | {"country": country}, among=[*asked, "c40"])
    warned = {
        subject(result)["id"]
        for result in answer["results"]
        if "elsewhere" in [caution["code"] for caution in result["cautions"]]
    }
    assert (warned, len(ids(answer))) == (told, 4)
