"""Reasons: each from facts that are there, the best proven first."""

from typing import Any

import orjson
import pytest

from models.snapshot import Provenance
from models.snapshot.texts import WrittenText
from services.matcher.evidence import Exhibits, evidence, fact
from services.matcher.reasons import BETWEEN, FEATURES, Explainer, quote_of
from services.matcher.scoring import Column, Shares
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


Figures = tuple[str, float, float, float]
"""A feature with its weight, its value and its contribution."""


def told(*figures: Figures, places: int = 1) -> Shares:
    """The same told of each place, in the order given."""
    columns = [
        Column(name, [*range(places)], *([one] * places for one in rest)) for name, *rest in figures
    ]
    return Shares(columns, [[*range(len(figures))]] * places)


def reasons(
    ours: dict[str, Any], theirs: dict[str, Any], *figures: Figures, **more: Any
) -> list[dict[str, Any]]:
    """The reasons of one place in English."""
    mirrored = more.pop("mirrored", False)
    (found,) = Explainer(ours, [theirs], wording("en"), **more).reasons(told(*figures), mirrored)
    return found


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
    ours = Exhibits("ours", [OURS]).of(0, ("sectors", "population", "powers"))
    theirs = Exhibits("theirs", [THEIRS]).of(0, ("population", "goals"))
    found = orjson.loads(evidence(ours, theirs))
    assert [(item["field"], item["status"]) for item in found] == [
        ("population", "verified"),
        ("sectors", "claim"),
        ("population", "inferred"),
    ]


def test_reasons_come_in_the_order_of_what_they_tell() -> None:
    found = reasons(OURS, THEIRS, ("shared_sectors", 2, 0.7, 0.5), ("similar_size", 1, 0.9, 0.2))
    assert [r["feature"] for r in found] == ["shared_sectors", "similar_size"]
    assert [r["contribution"] for r in found] == [0.5, 0.2]
    assert "housing" in found[0]["text"]
    assert "400,000" in found[1]["text"]


def test_the_other_side_s_reason_is_told_to_the_place_that_asks() -> None:
    ours = {**OURS, "needs": [{"sector": "housing", "stage": "apply"}]}
    theirs = {**THEIRS, "offers": [{"sector": "housing", "stage": "apply"}]}
    (reason,) = reasons(ours, theirs, ("gives_back", 1, 1.0, 1.0), mirrored=True)
    assert reason["code"] == "needs_met.some"
    assert reason["feature"] == "gives_back"
    assert "housing" in reason["text"]


def test_a_need_is_shown_as_far_as_it_was_compared() -> None:
    need = {"sector": "housing", "stage": "apply", "text": "Homes for all"}
    ours, theirs = {**OURS, "needs": [need]}, {**THEIRS, "needs": [need]}
    theirs["offers"] = [{**need, "evidence": [{"kind": "story", "text": "It worked"}]}]
    figures = ("needs_met", 1, 1.0, 0.6), ("similar_text", 1, 0.8, 0.4)
    met, alike = reasons(ours, theirs, *figures, quotes=[WrittenText("needs/0", need["text"])])
    compared = [{"sector": "housing", "stage": "apply"}]
    assert [item["value"] for item in met["evidence"]] == [compared, compared]
    assert [item["value"] for item in alike["evidence"]] == [[need]]


def test_what_is_the_same_from_both_sides_is_told_alike() -> None:
    explainer = Explainer(OURS, [THEIRS], wording("en"))
    ((one,),) = explainer.reasons(told(("similar_size", 1, 0.9, 0.2)))
    ((other,),) = explainer.reasons(told(("similar_size", 1, 0.9, 0.3)), mirrored=True)
    assert (one.pop("contribution"), other.pop("contribution")) == (0.2, 0.3)
    assert one == other
    ((apart,),) = explainer.reasons(told(("similar_size", 1, 0.1, 0.3)), mirrored=True)
    assert apart["code"] != one["code"]


def test_likeness_of_texts_quotes_the_text() -> None:
    quote = quote_of(THEIRS, 0)
    assert quote == WrittenText("description", THEIRS["description"])
    (reason,) = reasons(OURS, THEIRS, ("similar_text", 1, 0.8, 0.8), quotes=[quote])
    assert THEIRS["description"] in reason["text"]
    assert [item["field"] for item in reason["evidence"]] == ["description"]
    assert quote_of(THEIRS, None) is None


def test_each_of_many_is_told_what_it_is_told_alone() -> None:
    where = {"lat": 52.5, "lon": 13.4, "national_rank": 12, "languages": ["de"]}
    ours = {**OURS, **where}
    many = [
        {**THEIRS, **where, "name": str(n), "country": country, "lat": lat, "metro_population": n}
        for n, country, lat in ((2_000_000, "FR", 48.9), (390_000, "FR", 52.4), (0, "PL", 48.9))
    ]
    names = (*BETWEEN, "shared_language", "neighbouring_country", "shared_sectors")
    figures: list[Figures] = [(name, 1, 0.5, 0.2) for name in names]
    explainer = Explainer(ours, many, wording("en"))
    found = explainer.reasons(told(*figures, places=3))
    assert found == [reasons(ours, theirs, *figures) for theirs in many]
    assert found[0] != found[1] != found[2]
    # Of some of them alone.
    last = Column("similar_rank", [2], [1], [0.5], [0.2])
    assert explainer.reasons(Shares([last], [[], [], [0]]))[2] == [
        r for r in found[2] if r["feature"] == "similar_rank"
    ]


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
    figures: list[Figures] = [(name, 1, value, 0.2) for name in BETWEEN]
    (found,) = Explainer(ours, [theirs], words).reasons(told(*figures))
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
    exhibits = Exhibits("theirs", [one, other])
    shown = [exhibits.of(at, ("population",)) for at in (0, 1)]
    assert [orjson.loads(written) for ((_, written),) in shown] == [
        fact(facts, "population", "theirs") for facts in (one, other)
    ]
    assert list(rests_on.written["theirs"]) == ["population"]
    claimed = {**one, "provenance": {"*": {"source": "Its sender"}}}
    ((_, written),) = Exhibits("theirs", [claimed]).of(0, ("population",))
    assert orjson.loads(written)["status"] == "claim"
