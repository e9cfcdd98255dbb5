"""May this place join this collaboration? No known rule is not a pass."""

from datetime import date
from typing import Any

import pytest

from models.taxonomy import Verdict
from services.matcher.eligibility import Judgement
from services.matcher.judging import Door, judge
from services.matcher.wording import wording

DAY = date(2020, 6, 1)
OPEN: dict[str, Any] = {
    "id": "x:n",
    "name": "A network",
    "type": "managed_network",
    "theme": "dedicated",
    "description": "It is a network.",
    "entry_rules_known": True,
    "intake": "open",
}


def judged(as_of: date = DAY, place: dict[str, Any] | None = None, **record: Any) -> Judgement:
    asking = {"name": "A city", "kind": "city", "country": "DE", **(place or {})}
    return judge({**OPEN, **record}, asking, as_of, wording("en"))


def outcomes(judgement: Judgement) -> dict[str, str]:
    return {o.rule_id: str(o.outcome) for o in judgement.outcomes}


def test_eligible_needs_known_rules_and_an_open_intake() -> None:
    assert judged().verdict is Verdict.ELIGIBLE
    assert judged(entry_rules_known=False).verdict is Verdict.UNDETERMINED


@pytest.mark.parametrize(
    ("intake", "verdict"),
    [
        ("open", Verdict.ELIGIBLE),
        ("invitation", Verdict.CONDITIONAL),
        ("unknown", Verdict.CONDITIONAL),
        ("closed", Verdict.REFUSED),
    ],
)
def test_intake(intake: str, verdict: Verdict) -> None:
    assert judged(intake=intake).verdict is verdict


def test_an_intake_not_on_file_is_unknown() -> None:
    silent = {k: v for k, v in OPEN.items() if k != "intake"}
    place = {"name": "A city", "kind": "city", "country": "DE"}
    assert judge(silent, place, DAY, wording("en")).verdict is Verdict.CONDITIONAL


def test_what_has_ended_is_refused_from_the_day_after() -> None:
    assert judged(ends="2020-06-01").verdict is Verdict.ELIGIBLE
    ended = judged(ends="2020-05-31")
    assert ended.verdict is Verdict.REFUSED
    assert outcomes(ended)["ended"] == "fail"


def test_domestic_networks_are_for_those_at_home() -> None:
    assert judged(domestic=True, country="GB").verdict is Verdict.REFUSED
    assert judged(domestic=True, country="DE").verdict is Verdict.ELIGIBLE


def test_a_role_can_be_appointed() -> None:
    without = judged(required_roles=["chief_resilience_officer"])
    assert without.verdict is Verdict.CONDITIONAL
    assert without.missing == ["chief_resilience_officer"]
    place = {"roles": ["chief_resilience_officer"]}
    assert judged(place=place, required_roles=["chief_resilience_officer"]).missing == []


def test_a_fee_beyond_the_budget_is_a_condition_in_one_currency() -> None:
    fee = {"amount": 2500, "currency": "EUR", "period": "year"}

    def with_budget(amount: float, currency: str = "EUR") -> Verdict:
        budget = {"budget": {"amount": amount, "currency": currency}}
        return judged(place={"capacity": budget}, fee=fee).verdict

    assert with_budget(2499) is Verdict.CONDITIONAL
    assert with_budget(2500) is Verdict.ELIGIBLE
    assert with_budget(1, "JPY") is Verdict.ELIGIBLE
    assert judged(fee=fee).verdict is Verdict.ELIGIBLE


def test_what_was_confirmed_long_ago_is_no_promise() -> None:
    assert judged(last_confirmed="2020-01-01").verdict is Verdict.ELIGIBLE
    later = judged(as_of=date(2026, 1, 1), last_confirmed="2020-01-01")
    assert later.verdict is Verdict.CONDITIONAL
    assert "2020" in next(o.text for o in later.outcomes if o.rule_id == "confirm")


def test_an_old_refusal_stays_a_refusal() -> None:
    rules = [
        {"id": "r", "field": "kind", "operator": "in", "value": ["region"], "text": "Regions."}
    ]
    assert judged(as_of=date(2026, 1, 1), rules=rules, last_confirmed="2020-01-01").verdict is (
        Verdict.REFUSED
    )


def test_rules_on_pairs_and_rosters_judge_no_place_alone() -> None:
    rules = [
        {"id": "p", "scope": "pair", "field": "continent", "operator": "distinct", "text": "Pair."},
        {
            "id": "q",
            "scope": "roster",
            "field": "country",
            "operator": "distinct",
            "text": "Roster.",
        },
    ]
    assert outcomes(judged(rules=rules)) == {}


def test_rules_count_on_their_days_only() -> None:
    rules = [
        {
            "id": "r", "field": "kind", "operator": "in", "value": ["region"], "text": "Regions.",
            "valid_from": "2020-07-01",
        }
    ]  # fmt: skip
    assert judged(rules=rules).verdict is Verdict.ELIGIBLE
    assert judged(as_of=date(2020, 7, 1), rules=rules).verdict is Verdict.REFUSED


def test_what_looks_at_nobody_is_found_once_and_what_does_each_time() -> None:
    city = {"name": "A city", "kind": "city", "country": "DE"}
    other = {**city, "country": "FR"}
    stale = {**OPEN, "last_confirmed": "2017-01-01", "intake": "unknown"}
    alike = Door(stale, DAY, wording("en"))
    assert alike.judge(city) is alike.judge(other)
    assert outcomes(alike.judge(city)) == {"intake": "undetermined", "confirm": "undetermined"}
    for looks in (
        {"domestic": True, "country": "DE"},
        {"required_roles": ["chief_smart_city_officer"]},
        {"fee": {"amount": 9, "currency": "EUR"}},
        {"rules": [{"id": "de", "field": "country", "operator": "eq", "value": "DE",
                    "text": "German places."}]},
    ):  # fmt: skip
        door = Door({**stale, **looks}, DAY, wording("en"))
        assert door.judge(city) is not door.judge(city)
        assert {"intake", "confirm"} <= set(outcomes(door.judge(other)))
    assert door.judge(city).verdict is Verdict.CONDITIONAL
    assert door.judge(other).verdict is Verdict.REFUSED
