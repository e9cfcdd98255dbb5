import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.snapshot.columns import profile_columns
from models.taxonomy import Power
from services.matcher.features.powers import (
    CONTRASTING_POWERS,
    LEVERS,
    SIMILAR_POWERS,
    hard_power,
    soft_power,
)
from tests.services.matcher.features.compared import between_places, city, told

powers = st.dictionaries(st.sampled_from([str(p) for p in Power]), st.floats(0, 1), max_size=5)


@settings(max_examples=60)
@given(powers, powers)
def test_both_signs_stay_between_nought_and_one_and_are_alike_from_both_sides(
    one: dict[str, float], other: dict[str, float]
) -> None:
    for feature in (SIMILAR_POWERS, CONTRASTING_POWERS):
        value = between_places(feature, {"powers": one}, {"powers": other})
        back = between_places(feature, {"powers": other}, {"powers": one})
        assert (math.isnan(value) and math.isnan(back)) or value == back
        assert math.isnan(value) or 0 <= value <= 1


def test_only_what_is_known_of_both_is_compared() -> None:
    ours = {"powers": {"fiscal": 0.9, "soft": 0.1}}
    assert between_places(SIMILAR_POWERS, ours, {"powers": {"fiscal": 0.9, "consensus": 0.2}}) == 1
    assert math.isnan(between_places(SIMILAR_POWERS, ours, {"powers": {"consensus": 0.2}}))
    assert math.isnan(between_places(SIMILAR_POWERS, ours, {}))


def test_the_same_difference_counts_for_one_mode_and_against_the_other() -> None:
    strong, weak = (
        {"powers": {"fiscal": 0.9, "soft": 0.2}},
        {"powers": {"fiscal": 0.1, "soft": 0.8}},
    )
    assert between_places(SIMILAR_POWERS, strong, weak) < 0.4
    assert between_places(CONTRASTING_POWERS, strong, weak) == 1
    assert between_places(CONTRASTING_POWERS, strong, strong) == 0


@pytest.mark.parametrize(("basis", "trust"), [("sourced", 1), ("declared", 1), ("average", 0.5)])
def test_an_average_of_the_country_counts_for_half(basis: str, trust: float) -> None:
    ours = profile_columns(city(powers={"fiscal": 0.5, "basis": "sourced"}))["powers"]
    theirs = profile_columns(city(powers={"fiscal": 0.5, "basis": basis}))["powers"]
    assert np.allclose(SIMILAR_POWERS.trust(ours, theirs), trust)
    assert np.allclose(SIMILAR_POWERS.trust(theirs, ours), trust)


def test_an_average_is_told_as_one() -> None:
    ours = {"powers": {"fiscal": 0.5, "basis": "sourced"}}
    averages = {"powers": {"fiscal": 0.5, "basis": "average"}, "country": "FR"}
    assert told(SIMILAR_POWERS, ours, averages).code.endswith(".average")
    assert not told(SIMILAR_POWERS, ours, ours).code.endswith(".average")


def test_hard_and_soft_power_are_read_apart() -> None:
    place = city(powers={"fiscal": 0.2, "consensus": 0.6, "soft": 0.9})
    assert hard_power(place) == pytest.approx(0.4)
    assert soft_power(place) == 0.9
    assert hard_power(city()) is None
    assert soft_power(city(powers={"fiscal": 0.2})) is None


def test_levers_are_held_or_lacking() -> None:
    ours = {"levers": {"housing": "own", "energy": "national"}}
    assert between_places(LEVERS, ours, {"levers": {"housing": "shared"}}) == 1
    assert between_places(LEVERS, ours, {"levers": {"housing": "regional"}}) == 0
    assert math.isnan(between_places(LEVERS, ours, {"levers": {"culture": "own"}}))
    assert math.isnan(between_places(LEVERS, ours, {}))
