"""Reasons: each from facts that are there, the best proven first."""

from typing import Any

import orjson
import pytest

from models.snapshot import Provenance
from models.snapshot.texts import WrittenText
from services.matcher.evidence import Exhibits, evidence, fact
from services.matcher.reasons import BETWEEN, FEATURES, Explainer, quote_of
from services.matcher.wording import LANGUAGES, wording

OURS: dict[str, Any] = {
    "name": "Ours",
    "kind": "city",
    "country": "DE",
    "population": 400_000,
    "population_basis": "municipality",
    "sectors": ["housing"],
    "provenance": {
        "population": {"source": "A census", "date": "2021-01-01", "status": "verified"}
    },
}
THEIRS: dict[str, Any] = {
    "name": "Theirs",
    "kind": "city",
    "country": "FR",
    "population": 380_000,
    "sectors": ["housing", "peace"],
    "description": "A city with a long text about its housing.",
    "provenance": {"*": {"source": "A table", "status": "inferred"}},
}


def test_a_fact_carries_what_it_rests_on() -> None:
    assert fact(OURS, "population", "ours") == {
        "field": "population",
        "side": "ours",
        "value": 400_000,
        "source": "A census",
        "date": "2021-01-01",
        "status": "verified",
    }
    assert fact(THEIRS, "population", "theirs")["source"] == "A table"


def test_what_comes_without_a_source_is_its_sender_s_claim() -> None:
    assert fact(OURS, "sectors", "ours")["status"] == "claim"
    assert "source" not in fact(OURS, "sectors", "ours")


def test_the_best_proven_comes_first_and_what_is_absent_is_left_out() -> None:
    ours = Exhibits(OURS, "ours").of(("sectors", "population", "powers"))
    theirs = Exhibits(THEIRS, "theirs").of(("population", "goals"))
    found = orjson.loads(evidence(ours, theirs))
    assert [(item["field"], item["status"]) for item in found] == [
        ("population", "verified"),
        ("sectors", "claim"),
        ("population", "inferred"),
    ]


def test_reasons_come_largest_contribution_first() -> None:
    pair = Explainer(OURS, wording("en")).about(THEIRS)
    found = pair.reasons([("similar_size", 1, 0.9, 0.2), ("shared_sectors", 2, 0.7, 0.5)])
    assert [r["feature"] for r in found] == ["shared_sectors", "similar_size"]
    assert "housing" in found[0]["text"]
    assert "400,000" in found[1]["text"]


def test_the_other_side_s_reason_is_told_to_the_place_that_asks() -> None:
    ours = {**OURS, "needs": [{"sector": "housing", "stage": "apply"}]}
    theirs = {**THEIRS, "offers": [{"sector": "housing", "stage": "apply"}]}
    pair = Explainer(ours, wording("en")).about(theirs)
    (reason,) = pair.reasons([("gives_back", 1, 1.0, 1.0)], mirrored=True)
    assert reason["code"] == "needs_met.some"
    assert reason["feature"] == "gives_back"
    assert "housing" in reason["text"]


def test_a_need_is_shown_as_far_as_it_was_compared() -> None:
    need = {"sector": "housing", "stage": "apply", "text": "Homes for all"}
    ours, theirs = {**OURS, "needs": [need]}, {**THEIRS, "needs": [need]}
    theirs["offers"] = [{**need, "evidence": [{"kind": "story", "text": "It worked"}]}]
    quote = WrittenText("needs/0", need["text"])
    met, alike = (
        Explainer(ours, wording("en"))
        .about(theirs, quote)
        .reasons([("needs_met", 1, 1.0, 0.6), ("similar_text", 1, 0.8, 0.4)])
    )
    compared = [{"sector": "housing", "stage": "apply"}]
    assert [item["value"] for item in met["evidence"]] == [compared, compared]
    assert [item["value"] for item in alike["evidence"]] == [[need]]


def test_what_is_the_same_from_both_sides_is_told_once() -> None:
    pair = Explainer(OURS, wording("en")).about(THEIRS)
    (one,), (other,) = (
        pair.reasons([("similar_size", 1, 0.9, contribution)], mirrored)
        for contribution, mirrored in ((0.2, False), (0.3, True))
    )
    assert (one.pop("contribution"), other.pop("contribution")) == (0.2, 0.3)
    assert one == other


def test_likeness_of_texts_quotes_the_text() -> None:
    quote = quote_of(THEIRS, 0)
    assert quote == WrittenText("description", THEIRS["description"])
    (reason,) = (
        Explainer(OURS, wording("en")).about(THEIRS, quote).reasons([("similar_text", 1, 0.8, 0.8)])
    )
    assert THEIRS["description"] in reason["text"]
    assert [item["field"] for item in reason["evidence"]] == ["description"]
    assert quote_of(THEIRS, None) is None


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("value", [0.9, 0.4, 0.1])
def test_what_is_said_by_sides_is_what_is_said_of_both(language: str, value: float) -> None:
    where = {"lat": 52.5, "lon": 13.4, "national_rank": 12}
    ours = {**OURS, **where}
    theirs = {
        **THEIRS,
        **where,
        "lat": 48.9,
        "national_rank": 1_024,
        "metro_population": 10_430_000,
    }
    words = wording(language)
    pair = Explainer(ours, words).about(theirs)
    found = pair.reasons([(name, 1, value, 0.2) for name in BETWEEN])
    assert {one["feature"] for one in found} == {"similar_size", "similar_rank", "nearness"}
    assert all(FEATURES[name].mutual for name in BETWEEN)
    for one in found:
        because = BETWEEN[one["feature"]](ours, theirs, value)
        assert (one["code"], one["args"]) == (because.code, because.args)
        assert list(one["args"]) == list(because.args)
        assert one["text"] == words.text(because.code, because.args)
        assert {item["field"] for item in one["evidence"]} == {*because.ours, *because.theirs}


def test_records_that_rest_on_the_same_are_told_by_the_same_frames() -> None:
    rests_on = Provenance({"*": {"source": "A table", "status": "verified"}})
    one, other = ({**THEIRS, "provenance": rests_on, "population": n} for n in (1, 2))
    told = [Exhibits(facts, "theirs").of(("population",)) for facts in (one, other)]
    assert [orjson.loads(written) for ((_, written),) in told] == [
        fact(facts, "population", "theirs") for facts in (one, other)
    ]
    assert list(rests_on.written["theirs"]) == ["population"]
    claimed = {**one, "provenance": {"*": {"source": "Its sender"}}}
    ((_, written),) = Exhibits(claimed, "theirs").of(("population",))
    assert orjson.loads(written)["status"] == "claim"
