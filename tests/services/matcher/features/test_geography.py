import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.matcher.features.geography import (
    HOURS,
    INCOME,
    LANGUAGE,
    NEARNESS,
    NEIGHBOUR,
    distance_km,
)
from tests.services.matcher.features.compared import between_places, told

points = st.tuples(st.floats(-90, 90), st.floats(-180, 180))
PARIS, LONDON = (48.8566, 2.3522), (51.5074, -0.1278)


def km(one: tuple[float, float], other: tuple[float, float]) -> float:
    return float(distance_km(np.array([one]), np.array([other]))[0])


def test_distance_on_the_globe() -> None:
    assert km(PARIS, LONDON) == pytest.approx(344, abs=2)
    assert km((0, 179.5), (0, -179.5)) == pytest.approx(111, abs=1)
    assert km((90, 0), (-90, 0)) == pytest.approx(math.pi * 6371, rel=1e-6)


@settings(max_examples=60)
@given(points, points)
def test_distance_is_alike_from_both_sides_and_never_beyond_half_the_globe(
    one: tuple[float, float], other: tuple[float, float]
) -> None:
    assert km(one, other) == pytest.approx(km(other, one), abs=1e-6)
    assert 0 <= km(one, other) <= math.pi * 6371 + 1e-6


def test_nearer_is_nearer_and_unknown_cannot_tell() -> None:
    ours = {"lat": 48.9, "lon": 2.4}
    near = between_places(NEARNESS, ours, {"lat": 51.5, "lon": -0.1})
    far = between_places(NEARNESS, ours, {"lat": -33.9, "lon": 151.2})
    assert near > far >= 0
    assert math.isnan(between_places(NEARNESS, ours, {}))


def test_the_reason_tells_the_distance_of_the_places_and_not_of_their_cells() -> None:
    ours, theirs = {"lat": PARIS[0], "lon": PARIS[1]}, {"lat": LONDON[0], "lon": LONDON[1]}
    assert told(NEARNESS, ours, theirs).args["km"] == 340


def test_neighbours() -> None:
    french, german = {"country": "FR"}, {"country": "DE"}
    assert between_places(NEIGHBOUR, french, german) == 1
    assert between_places(NEIGHBOUR, german, german) == 1
    assert between_places(NEIGHBOUR, french, {"country": "JP"}) == 0
    assert told(NEIGHBOUR, german, german).code == "neighbouring_country.same"


def test_working_hours_wrap_around_the_day() -> None:
    auckland, honolulu = {"timezone": "Pacific/Auckland"}, {"timezone": "Pacific/Honolulu"}
    assert between_places(HOURS, auckland, honolulu) == pytest.approx(1 - 2 / 8)
    assert between_places(HOURS, {"timezone": "Europe/Paris"}, auckland) == 0
    assert math.isnan(between_places(HOURS, auckland, {}))
    assert math.isnan(between_places(HOURS, auckland, {"timezone": "Mars/Olympus"}))


def test_languages() -> None:
    ours = {"languages": ["es", "eu"]}
    assert between_places(LANGUAGE, ours, {"languages": ["es"]}) == 1
    assert between_places(LANGUAGE, ours, {"languages": ["fr"]}) == 0
    assert math.isnan(between_places(LANGUAGE, ours, {}))
    assert told(LANGUAGE, ours, {"languages": ["es", "ca"]}).args["languages"] == ["es"]


def test_income_is_the_country_s_and_counts_for_half() -> None:
    assert between_places(INCOME, {"country": "DE"}, {"country": "FR"}) == 1
    assert between_places(INCOME, {"country": "DE"}, {"country": "RW"}) < 0.5
    one = np.zeros((1, 1), np.float32)
    assert np.allclose(INCOME.trust(one, one), 0.5)
