"""Laws of matching that hold whatever the place, asked through the real API."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.taxonomy import Goal, Sector, Stage
from tests.services.matcher.asking import BILBAO, BRISTOL, HAMBURG, ask, find, ids, strings, subject

few = settings(
    max_examples=12,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
sector, stage = st.sampled_from([str(s) for s in Sector]), st.sampled_from([str(s) for s in Stage])
items = st.lists(st.fixed_dictionaries({"sector": sector, "stage": stage}), max_size=3)
places = st.fixed_dictionaries(
    {
        "name": st.just("Anywhere"),
        "kind": st.sampled_from(["city", "region", "rural_area", "metro_authority"]),
        "country": st.sampled_from(["DE", "GH", "ID", "BR", "GB", "US", "NZ"]),
    },
    optional={
        "population": st.integers(1, 30_000_000),
        "national_rank": st.integers(1, 300),
        "languages": st.lists(st.sampled_from(["en", "de", "es"]), unique=True),
        "needs": items,
        "offers": items,
        "goals": st.lists(st.sampled_from([str(g) for g in Goal]), unique=True),
        "powers": st.dictionaries(st.sampled_from(["fiscal", "soft"]), st.floats(0, 1)),
        "readiness": st.sampled_from(["proactive", "eager", "proceduralist", "casual"]),
        "support_need": st.sampled_from(["low", "medium", "high"]),
        "capacity": st.fixed_dictionaries({"officer_days": st.integers(0, 100)}),
    },
)
modes = st.sampled_from(["sustained_pairing", "learn_from_contrast", "cohort", "look_up"])


@few
@given(places, modes)
def test_any_place_gets_peers_whose_sums_can_be_redone(
    client: TestClient, place: dict[str, Any], mode: str
) -> None:
    answer = ask(client, "peers", {"place": place, "mode": mode, "limit": 5})
    assert answer["results"]
    for result in answer["results"]:
        total = sum(reason["contribution"] for reason in result["reasons"])
        assert total == pytest.approx(result["score"], abs=1e-6)
        assert 0 <= result["score"] <= 1 + 1e-9
        assert 0 <= result["coverage"] <= 1 + 1e-9
        assert all(-1e-9 <= reason["value"] <= 1 + 1e-9 for reason in result["reasons"])
        assert all(reason["weight"] > 0 for reason in result["reasons"])


@few
@given(places)
def test_any_place_gets_collaborations_whose_sums_can_be_redone(
    client: TestClient, place: dict[str, Any]
) -> None:
    answer = ask(client, "collaborations", {"place": place, "limit": 5, "as_of": "2020-06-01"})
    assert answer["results"]
    for result in answer["results"]:
        total = sum(reason["contribution"] for reason in result["reasons"])
        assert total == pytest.approx(result["score"], abs=1e-6)


@few
@given(places)
def test_no_answer_says_nan_or_your_city_or_names_donors(
    client: TestClient, place: dict[str, Any]
) -> None:
    for kind in ("peers", "collaborations"):
        answer = ask(client, kind, {"place": place, "limit": 10, "include": ["refused"]})
        said = " ".join(strings(answer["results"])).casefold()
        for word in ("your city", "recipient country", "donor country", "none residents"):
            assert word not in said
        sent = client.post(f"/v1/matches/{kind}", json={"place": place, "limit": 10}).text
        assert "NaN" not in sent
        assert "Infinity" not in sent
        assert "null residents" not in sent


@few
@given(places, modes)
def test_the_same_question_has_the_same_bytes(
    client: TestClient, place: dict[str, Any], mode: str
) -> None:
    body = {"place": place, "mode": mode, "as_of": "2020-06-01"}
    first, second = (client.post("/v1/matches/peers", json=body) for _ in range(2))
    assert first.content == second.content
    assert len(first.json()["match_id"]) >= 16


@few
@given(places, st.lists(st.integers(0, 19), min_size=20, max_size=20))
def test_the_order_in_which_candidates_are_named_changes_nothing(
    client: TestClient, place: dict[str, Any], keys: list[int]
) -> None:
    home = {"kinds": [place["kind"]]}
    named = ids(ask(client, "peers", {"place": place, "filters": home, "limit": 20}))
    shuffled = [key for _, key in sorted(zip(keys, named, strict=False))]
    one = ask(client, "peers", {"place": place, "among": named, "limit": 20})["results"]
    other = ask(client, "peers", {"place": place, "among": shuffled, "limit": 20})["results"]
    assert one == other


def with_ties(place_id: str | None) -> dict[str, Any]:
    ties = [{"place_id": place_id, "role": "twin"}] if place_id else []
    return {
        "name": "Anywhere",
        "kind": "city",
        "country": "CH",
        "population": 400_000,
        "needs": [{"sector": "housing", "stage": "apply"}],
        "commitments": ties,
    }


@pytest.mark.parametrize("contact", [BILBAO, HAMBURG, "gn:1650077"])
def test_an_old_contact_raises_and_lowers_nobody(client: TestClient, contact: str) -> None:
    before, after = (
        ask(client, "peers", {"place": with_ties(tie), "limit": 200}) for tie in (None, contact)
    )
    assert ids(before) == ids(after)
    scores = [[r["rank_score"] for r in answer["results"]] for answer in (before, after)]
    assert scores[0] == scores[1]


def test_asking_to_deepen_raises_the_old_contact(client: TestClient) -> None:
    among = {"among": [BILBAO, HAMBURG, "gn:1650077", "gn:2988507", "gn:658225"]}
    before = ids(ask(client, "peers", {"place": with_ties(None), **among}))
    last = before[-1]
    body = {"place": with_ties(last), **among, "ties": "deepen", "weights": {"existing_tie": 50}}
    assert ids(ask(client, "peers", body))[0] == last
    lightly = ids(ask(client, "peers", {**body, "weights": {}}))
    assert lightly.index(last) < before.index(last)


FIELDS = {
    "population": "similar_size",
    "national_rank": "similar_rank",
    "languages": "shared_language",
    "needs": "needs_met",
    "goals": "shared_goals",
    "timezone": "shared_working_hours",
    "lat": "nearness",
}


@pytest.mark.parametrize(("field", "feature"), FIELDS.items())
def test_without_the_fact_both_reason_and_contribution_vanish(
    client: TestClient, field: str, feature: str
) -> None:
    place: dict[str, Any] = {
        "name": "Anywhere",
        "kind": "city",
        "country": "PT",
        "population": 400_000,
        "national_rank": 4,
        "languages": ["es"],
        "needs": [{"sector": "housing", "stage": "discover"}],
        "goals": ["partnerships"],
        "timezone": "Europe/Lisbon",
        "lat": 41.1,
        "lon": -8.6,
    }
    other = "gn:3128760" if field == "goals" else BILBAO
    body = {"among": [other], "mode": "look_up", "weights": {feature: 3}}
    whole = find(ask(client, "peers", {"place": place, **body}), other)
    assert feature in [reason["feature"] for reason in whole["reasons"]]
    gone = {"lat", "lon"} if field == "lat" else {field}
    less = {k: v for k, v in place.items() if k not in gone}
    after = find(ask(client, "peers", {"place": less, **body}), other)
    assert feature not in [reason["feature"] for reason in after["reasons"]]
    assert after["coverage"] < whole["coverage"]
    total = sum(reason["contribution"] for reason in after["reasons"])
    assert total == pytest.approx(after["score"], abs=1e-6)


@pytest.mark.parametrize(
    "pair",
    [
        ("x:as-network", "x:as-platform"),
        ("x:famous", "x:obscure"),
        ("x:told-plainly", "x:told-grandly"),
    ],
)
@pytest.mark.parametrize("country", ["DE", "VN", "PE"])
def test_type_fame_and_words_change_neither_verdict_nor_score(
    client: TestClient, key: dict[str, str], pair: tuple[str, str], country: str
) -> None:
    place = {
        "name": "Anywhere",
        "kind": "city",
        "country": country,
        "needs": [{"sector": "mobility", "stage": "apply"}],
    }
    answer = ask(client, "collaborations", {"place": place, "among": list(pair)}, key)
    one, other = (find(answer, name) for name in pair)
    for name in ("score", "coverage", "rank_score", "verdict", "rules"):
        assert one[name] == other[name]
    assert ids(answer) == sorted(pair), "ties go by id"


@pytest.mark.parametrize("low", [150_000, 400_000])
def test_a_narrower_filter_admits_a_part(client: TestClient, low: int) -> None:
    def asked(least: int) -> list[str]:
        filters = {"population": {"min": least, "max": 900_000}, "continents": ["EU"]}
        body = {"place_id": BRISTOL, "filters": filters, "limit": 200}
        return ids(ask(client, "peers", body))

    wide, narrow = asked(50_000), asked(low)
    assert 0 < len(narrow) < len(wide)
    assert narrow == [key for key in wide if key in set(narrow)]


def test_knowing_less_of_the_asking_place_never_changes_a_pass_to_a_fail(
    client: TestClient,
) -> None:
    full = {"name": "A", "kind": "city", "country": "IN", "population": 2_000_000}
    known = {**full, "population_basis": "municipality", "metro_population": 3_000_000}
    answers = [
        ask(
            client,
            "collaborations",
            {"place": place, "limit": 200, "as_of": "2020-06-01", "include": ["refused"]},
        )
        for place in (known, {"name": "A", "kind": "city", "country": "IN"})
    ]
    passed = {subject(r)["id"] for r in answers[0]["results"]}
    refused = {subject(r)["id"] for r in answers[1]["refused"]}
    assert not passed & refused
