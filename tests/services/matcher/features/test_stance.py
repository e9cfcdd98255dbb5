import math
from typing import Any

import pytest

from services.matcher.features import stance
from tests.services.matcher.features.compared import between_places, told, with_collaboration

LOW = {"powers": {"fiscal": 0.1, "discretion": 0.2, "basis": "declared"}}
HIGH = {"powers": {"fiscal": 0.9, "discretion": 0.8, "basis": "declared"}}


def within(place: dict[str, Any], *goals: str) -> float:
    return with_collaboration(stance.WITHIN_POWERS, place, {"goals": list(goals)})


def test_low_powers_use_policy_before_partnerships_before_systems() -> None:
    assert within(LOW, "policy") > within(LOW, "partnerships") > within(LOW, "systems") > 0
    assert within(LOW, "systems", "policy") == within(LOW, "policy")


def test_high_powers_can_use_all_alike() -> None:
    assert within(HIGH, "policy") == within(HIGH, "systems") == 1


@pytest.mark.parametrize("place", [{}, {"powers": {"fiscal": 0.1, "basis": "average"}}])
def test_neither_unknown_powers_nor_an_average_decide(place: dict[str, Any]) -> None:
    assert math.isnan(within(place, "systems"))


def suits(readiness: str, **record: Any) -> float:
    return with_collaboration(stance.READINESS_FITS, {"readiness": readiness}, record)


def test_only_the_casual_need_an_open_door() -> None:
    assert suits("casual", hurdle="high_hurdle") < suits("casual", formats=["webinar"])
    assert suits("proactive", hurdle="high_hurdle") == suits("proactive", formats=["webinar"])
    assert math.isnan(suits("casual"))


def test_a_university_anchors_partnerships_alone() -> None:
    place = {"stakeholders": ["university"]}
    assert with_collaboration(stance.ANCHOR, place, {"goals": ["partnerships"]}) == 1
    assert math.isnan(with_collaboration(stance.ANCHOR, place, {"goals": ["policy"]}))
    assert math.isnan(with_collaboration(stance.ANCHOR, {}, {"goals": ["partnerships"]}))


def test_sustainable_development_goals_are_a_shared_language() -> None:
    both = with_collaboration(stance.SDG, {"sdgs": [11, 13]}, {"sdgs": [11, 13]})
    some = with_collaboration(stance.SDG, {"sdgs": [11, 13]}, {"sdgs": [11]})
    assert both == pytest.approx(1)
    assert 0 < some < both
    assert math.isnan(with_collaboration(stance.SDG, {}, {"sdgs": [11]}))


def test_a_test_bed_is_small_and_has_one_door() -> None:
    record = {"type": "expertise_platform", "formats": ["pilot"]}
    small = {"population": 30_000, "roles": ["single_contact"]}
    assert with_collaboration(stance.TEST_BED, small, record) == 1
    assert math.isnan(with_collaboration(stance.TEST_BED, {**small, "roles": []}, record))
    assert math.isnan(
        with_collaboration(stance.TEST_BED, {**small, "population": 3_000_000}, record)
    )


def test_stakeholders_are_shared_by_kind() -> None:
    one, other = {"stakeholders": ["university", "ngo"]}, {"stakeholders": ["university"]}
    assert between_places(stance.STAKEHOLDERS_SHARED, one, other) == 0.5
    assert between_places(stance.STAKEHOLDERS_SHARED, other, one) == 0.5
    assert math.isnan(between_places(stance.STAKEHOLDERS_SHARED, one, {}))


def test_working_abroad_is_asked_of_both_and_fame_adds_nothing() -> None:
    def value(ours: int, theirs: int) -> float:
        sides = ({"track_record": [f"Network {i}" for i in range(n)]} for n in (ours, theirs))
        return between_places(stance.WORKS_ABROAD, *sides)

    assert value(1, 1) < value(1, 2) < value(1, 4)
    assert value(1, 4) == value(1, 200) < 1
    assert value(4, 1) == value(1, 1)
    assert math.isnan(value(0, 4))
    assert math.isnan(value(4, 0))


def test_the_networks_of_both_are_named() -> None:
    ours, theirs = {"track_record": ["A", "B"]}, {"track_record": ["B", "C"]}
    together = told(stance.WORKS_ABROAD, ours, theirs)
    assert together.code == "works_abroad.together"
    assert together.args == {"names": ["B", "C"], "shared": ["B"]}
    assert told(stance.WORKS_ABROAD, {"track_record": ["A"]}, theirs).code == "works_abroad.both"
