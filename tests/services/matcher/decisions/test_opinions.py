"""What many keys say becomes one factor, and no key moves it far."""

import random

import pytest

from services.matcher.decisions.opinions import (
    BOUND,
    MANY,
    Sums,
    factor,
    factors,
    opinion_of,
    sums_of,
)

MODE, FEATURE = "sustained_pairing", "similar_size"
EACH = 20.0


def key(leaning: float, told: float = EACH) -> Sums:
    return {MODE: {FEATURE: [told, told * leaning]}}


def on_feature(keys: list[Sums]) -> float:
    return factors(keys)[MODE][FEATURE]


def test_few_keys_count_as_they_told() -> None:
    keys = [key(1.0, 3), key(-1.0, 1), key(0.5, 100)]
    assert on_feature(keys) == pytest.approx(factor(104, 52), abs=1e-6)


@pytest.mark.parametrize("hostile", [key(-1.0), key(1.0), key(-1.0, 5_000), key(1.0, 5_000)])
def test_of_many_keys_one_moves_a_factor_by_less_than_the_others_differ(hostile: Sums) -> None:
    chance = random.Random(7)
    honest = [key(chance.uniform(0.2, 0.4)) for _ in range(2 * MANY)]
    moved = on_feature([*honest[1:], hostile]) - on_feature(honest)
    # One in twenty that is heard twice as loud, and two that are heard as the key next to them.
    assert abs(moved) < BOUND * 0.2 * 4 / (2 * MANY)
    heard_as_told = [EACH * len(honest[1:]), sum(k[MODE][FEATURE][1] for k in honest[1:])]
    told, balance = hostile[MODE][FEATURE]
    naive = factor(heard_as_told[0] + told, heard_as_told[1] + balance) - on_feature(honest)
    assert abs(moved) < abs(naive) / 2


def test_what_all_say_is_heard_in_whole() -> None:
    assert on_feature([key(1.0)] * 2 * MANY) == pytest.approx(factor(400, 400), abs=1e-6)


def test_outcomes_speak_for_and_against_what_spoke_for_their_results() -> None:
    reasons = [{"feature": FEATURE, "value": 0.5}, {"feature": "existing_tie", "value": 1.0}]
    result = {"reasons": [*reasons, {"feature": "nearness", "value": 0.0}]}
    accepted, declined = (opinion_of(MODE, result, kind) for kind in ("accepted", "declined"))
    assert (accepted, declined) == ({MODE: {FEATURE: 0.5}}, {MODE: {FEATURE: -0.5}})
    assert opinion_of(MODE, result, "ended") == {}
    assert sums_of([accepted, accepted, declined]) == {MODE: {FEATURE: [1.5, 0.5]}}
