import math
from math import isnan
from typing import Any

import pytest

from services.matcher.features import joining
from tests.services.matcher.features.compared import with_collaboration

NEEDS = {"needs": [{"sector": "health", "stage": "apply"}]}


def at_stage(stage: str, status: str = "verified") -> dict[str, Any]:
    return {"sectors": ["health"], "stages": [{"stage": stage, "status": status}]}


def test_a_need_is_served_by_sector_and_stage() -> None:
    served = [
        with_collaboration(joining.NEEDS_SERVED, NEEDS, at_stage(stage))
        for stage in ("apply", "implement", "outcomes")
    ]
    assert served[0] == 1
    assert served == sorted(served, reverse=True)
    other = {"sectors": ["peace"], "stages": [{"stage": "apply", "status": "verified"}]}
    assert with_collaboration(joining.NEEDS_SERVED, NEEDS, other) == 0


def test_a_network_s_own_claim_serves_less_than_what_is_on_record() -> None:
    claimed = with_collaboration(joining.NEEDS_SERVED, NEEDS, at_stage("apply", "claim"))
    recorded = with_collaboration(joining.NEEDS_SERVED, NEEDS, at_stage("apply"))
    assert 0 < claimed < recorded


def test_unknown_sectors_cannot_tell() -> None:
    assert math.isnan(with_collaboration(joining.NEEDS_SERVED, NEEDS, {}))
    assert math.isnan(with_collaboration(joining.NEEDS_SERVED, {}, at_stage("apply")))


def rule(field: str, operator: str, value: Any) -> dict[str, Any]:
    return {"id": "r", "field": field, "operator": operator, "value": value, "text": "A rule."}


def audience(place: dict[str, Any], *rules: dict[str, Any], known: bool = True) -> float:
    record = {"rules": list(rules), "entry_rules_known": known}
    return with_collaboration(joining.AUDIENCE, place, record)


def test_made_for_those_its_rules_let_in() -> None:
    rural = rule("kind", "in", ["rural_area"])
    european = rule("country_group", "has", "eu")
    assert audience({"kind": "rural_area"}, rural, european) == 1
    assert audience({"kind": "city"}, rural, european) == 0.5
    assert audience({"kind": "city", "country": "JP"}, rural, european) == 0


def test_open_to_all_lies_between_and_no_rules_on_file_cannot_tell() -> None:
    assert audience({}) == 0.5
    assert math.isnan(audience({}, known=False))


@pytest.mark.parametrize(
    ("free", "asked", "value"), [(10, 5, 1), (5, 40, 0.125), (0, 0, 1), (0, 4, 0)]
)
def test_effort(free: float, asked: float, value: float) -> None:
    place = {"capacity": {"officer_days": free}}
    assert with_collaboration(joining.EFFORT, place, {"effort_days": asked}) == value


def test_what_asks_for_no_day_fits_whoever_said_how_many_there_are() -> None:
    asked = {"effort_days": 0}
    assert with_collaboration(joining.EFFORT, {"capacity": {"officer_days": 4}}, asked) == 1
    assert isnan(with_collaboration(joining.EFFORT, {}, asked))


@pytest.mark.parametrize(
    ("place", "record"), [({}, {"effort_days": 4}), ({"capacity": {"officer_days": 4}}, {})]
)
def test_effort_unknown_on_either_side_cannot_tell(
    place: dict[str, Any], record: dict[str, Any]
) -> None:
    assert math.isnan(with_collaboration(joining.EFFORT, place, record))


def budget(amount: float, currency: str = "EUR") -> dict[str, Any]:
    return {"capacity": {"budget": {"amount": amount, "currency": currency}}}


def test_fees_are_compared_in_one_currency_only() -> None:
    fee = {"fee": {"amount": 2500, "currency": "EUR", "period": "year"}}
    assert with_collaboration(joining.FEE, budget(2500), fee) == 1
    assert with_collaboration(joining.FEE, budget(2499), fee) == 0
    assert math.isnan(with_collaboration(joining.FEE, budget(9_000_000, "JPY"), fee))
    assert math.isnan(with_collaboration(joining.FEE, {}, fee))


def test_no_fee_always_fits_and_an_unknown_one_cannot_tell() -> None:
    free = {"fee": {"amount": 0, "currency": "USD", "period": "year"}}
    assert with_collaboration(joining.FEE, {}, free) == 1
    assert math.isnan(with_collaboration(joining.FEE, budget(9_000_000), {}))


def test_guidance_is_missed_where_wanted_and_never_in_the_way() -> None:
    left_alone, guided = {"facilitation": "low"}, {"facilitation": "high"}
    assert with_collaboration(joining.SUPPORT, {"support_need": "high"}, left_alone) == 0
    assert with_collaboration(joining.SUPPORT, {"support_need": "high"}, guided) == 1
    assert with_collaboration(joining.SUPPORT, {"support_need": "low"}, guided) == 1


def test_level_of_those_at_the_table() -> None:
    place = {"needs": [{"sector": "health", "stage": "apply", "level": "technical"}]}
    assert with_collaboration(joining.LEVEL, place, {"level": "technical"}) == 1
    assert with_collaboration(joining.LEVEL, place, {"level": "mayor"}) == 0
    assert math.isnan(with_collaboration(joining.LEVEL, NEEDS, {"level": "mayor"}))


def test_size_band_has_soft_edges() -> None:
    band = {"size_band": {"min": 100_000, "max": 500_000}}
    assert with_collaboration(joining.SIZE_BAND, {"population": 100_000}, band) == (
        pytest.approx(1, abs=0.01)
    )
    just_below = with_collaboration(joining.SIZE_BAND, {"population": 90_000}, band)
    far_below = with_collaboration(joining.SIZE_BAND, {"population": 5_000}, band)
    assert 1 > just_below > far_below > 0
    assert math.isnan(with_collaboration(joining.SIZE_BAND, {"population": 5_000}, {}))
