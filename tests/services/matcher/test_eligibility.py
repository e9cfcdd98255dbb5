"""Rules into outcomes: three values, and what is unknown is never a no."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.taxonomy import Outcome, Verdict
from services.matcher.eligibility import Judgement, RuleOutcome, in_force, is_stale, judge_rule

DAY = date(2020, 6, 1)
PASS, FAIL, OPEN = Outcome.PASS, Outcome.FAIL, Outcome.UNDETERMINED


def rule(field: str, operator: str, value: Any, **more: Any) -> dict[str, Any]:
    return {
        "id": "r",
        "field": field,
        "operator": operator,
        "value": value,
        "text": "A rule.",
        **more,
    }


def judged(asked: dict[str, Any], **facts: Any) -> RuleOutcome:
    return judge_rule(asked, {"name": "A", "kind": "city", "country": "DE", **facts}, DAY)


@pytest.mark.parametrize(
    ("operator", "value", "seen", "outcome"),
    [
        ("gt", 1000, 1000, FAIL),
        ("gt", 1000, 1001, PASS),
        ("ge", 1000, 1000, PASS),
        ("lt", 1000, 1000, FAIL),
        ("le", 1000, 1000, PASS),
        ("eq", 1000, 999, FAIL),
        ("between", [10, 20], 20, PASS),
        ("between", [10, 20], 21, FAIL),
    ],
)
def test_numbers_at_their_edges(operator: str, value: Any, seen: int, outcome: Outcome) -> None:
    assert judged(rule("population", operator, value), population=seen).outcome is outcome


@pytest.mark.parametrize(
    ("asked", "facts", "outcome"),
    [
        (rule("kind", "in", ["city", "region"]), {}, PASS),
        (rule("kind", "not_in", ["city"]), {}, FAIL),
        (rule("country", "eq", "DE"), {}, PASS),
        (rule("continent", "in", ["EU"]), {}, PASS),
        (rule("country_group", "has", "asean"), {}, FAIL),
        (rule("country_group", "has", "asean"), {"country": "VN"}, PASS),
        (rule("roles", "has", "mayor"), {"roles": ["mayor", "clerk"]}, PASS),
        (rule("roles", "has", "mayor"), {"roles": ["clerk"]}, FAIL),
        (rule("roles", "has", "mayor"), {}, OPEN),
        (rule("population", "gt", 10), {}, OPEN),
    ],
)
def test_outcomes(asked: dict[str, Any], facts: dict[str, Any], outcome: Outcome) -> None:
    assert judged(asked, **facts).outcome is outcome


def test_the_core_bounds_the_metropolis_from_below() -> None:
    over = rule("metro_population", "gt", 1_000_000)
    assert judged(over, population=1_200_000).code == "by_lower_bound"
    assert judged(over, population=1_200_000).outcome is PASS
    assert judged(over, population=600_000).outcome is OPEN
    assert judged(over, population=600_000).missing == "metro_population"
    under = rule("metro_population", "lt", 1_000_000)
    assert judged(under, population=1_200_000).outcome is FAIL
    assert judged(under, population=600_000).outcome is OPEN


def test_a_settlement_settles_nothing_of_the_municipality() -> None:
    asked = rule("population", "gt", 100)
    settlement = judged(asked, population=5_000, population_basis="settlement")
    assert settlement.outcome is OPEN
    assert judged(asked, population=5_000, population_basis="municipality").outcome is PASS


def test_a_source_that_does_not_decide_leaves_it_open() -> None:
    asked = rule("kind", "in", ["region"], strict=False)
    assert judged(asked).outcome is OPEN
    assert judged(asked).effect is Verdict.UNDETERMINED
    assert judged(asked, kind="region").outcome is PASS


def test_what_can_be_mended_is_a_condition() -> None:
    fixed = judged(rule("kind", "in", ["region"], remedy_kind="fixed"))
    mended = judged(rule("roles", "has", "mayor", remedy_kind="act"), roles=["clerk"])
    assert fixed.effect is Verdict.REFUSED
    assert mended.effect is Verdict.CONDITIONAL


def test_an_outcome_shows_what_it_saw_and_asked() -> None:
    shown = judged(rule("population", "gt", 100, source="A source"), population=7).as_json()
    assert (shown["seen"], shown["threshold"], shown["source"]) == (7, 100, "A source")
    unknown = judged(rule("population", "gt", 100)).as_json()
    assert unknown["seen"] is None


def test_a_mere_claim_decides_and_says_so_unless_proof_is_asked_for() -> None:
    asked = rule("population", "gt", 100)
    facts = {"name": "A", "kind": "city", "country": "DE", "population": 7_000}
    claimed = {**facts, "provenance": {"population": {"status": "claim", "source": "they say"}}}
    proven = {**facts, "provenance": {"population": {"status": "verified", "source": "a census"}}}
    assert judge_rule(asked, claimed, DAY).status == "claim"
    assert judge_rule(asked, claimed, DAY).outcome is PASS
    strictly = judge_rule(asked, claimed, DAY, require_verified=True)
    assert (strictly.outcome, strictly.missing) == (OPEN, "population")
    assert judge_rule(asked, proven, DAY, require_verified=True).outcome is PASS


@settings(max_examples=80)
@given(st.integers(0, 10**7), st.integers(0, 10**7), st.integers(0, 10**7))
def test_a_stricter_rule_never_admits_more(population: int, one: int, other: int) -> None:
    loose, strict = sorted((one, other))
    facts = {"population": population, "population_basis": "municipality"}
    for field in ("population", "metro_population"):
        if judged(rule(field, "gt", strict), **facts).outcome is PASS:
            assert judged(rule(field, "gt", loose), **facts).outcome is PASS


@settings(max_examples=60)
@given(
    st.sets(st.sampled_from(["DE", "FR", "JP", "VN"])), st.sampled_from(["DE", "FR", "JP", "VN"])
)
def test_a_shorter_list_never_admits_more(listed: set[str], country: str) -> None:
    whole = rule("country", "in", sorted(listed | {"DE"}))
    part = rule("country", "in", sorted(listed))
    if judged(part, country=country).outcome is PASS:
        assert judged(whole, country=country).outcome is PASS


@pytest.mark.parametrize(
    ("valid", "holds"),
    [
        ({}, True),
        ({"valid_from": "2020-06-01"}, True),
        ({"valid_from": "2020-06-02"}, False),
        ({"valid_to": "2020-06-01"}, True),
        ({"valid_to": "2020-05-31"}, False),
    ],
)
def test_rules_hold_from_day_to_day(valid: dict[str, str], holds: bool) -> None:
    assert in_force(valid, DAY) is holds


def test_two_years_make_a_fact_old() -> None:
    assert not is_stale("2020-01-01", date(2021, 12, 31))
    assert is_stale("2020-01-01", date(2022, 6, 1))
    assert not is_stale(None, date(2022, 6, 1))


def test_the_verdict_is_the_best_that_all_outcomes_allow() -> None:
    def outcome(effect: Verdict) -> RuleOutcome:
        return RuleOutcome("r", OPEN, effect, "kind", "A rule.")

    mixed = [outcome(Verdict.ELIGIBLE), outcome(Verdict.CONDITIONAL), outcome(Verdict.UNDETERMINED)]
    assert Judgement([]).verdict is Verdict.ELIGIBLE
    assert Judgement(mixed).verdict is Verdict.UNDETERMINED
    assert Judgement([*mixed, outcome(Verdict.REFUSED)]).verdict is Verdict.REFUSED
