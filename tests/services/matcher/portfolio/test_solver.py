"""The plan is the best one: checked against trying every set, on small random cases."""

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import pytest

from services.matcher.portfolio.solver import best
from services.matcher.portfolio.worth import (
    Choice,
    Element,
    Limits,
    Option,
    gain,
    steps,
    within,
    worth,
)

ELEMENTS: list[Element] = [("type", "a"), ("type", "b"), ("need", "x", "1"), ("goal", "g")]


def a_choice(seed: int) -> Choice:
    """Up to four held options and four new ones, some at two levels, under random limits."""
    chance = np.random.default_rng(seed)
    options = []
    for at in range(int(chance.integers(3, 8))):
        held = at < 4 and bool(chance.integers(0, 2))
        covers = {
            e: float(chance.choice([0.7, 0.85, 1])) for e in ELEMENTS if chance.random() < 0.5
        }
        days, money = float(chance.integers(0, 10)), float(chance.integers(0, 5))
        levels = ["mayor", "officer"] if not held and chance.random() < 0.4 else ["officer"]
        if held and chance.random() < 0.5:
            levels = ["mayor"]
        allowed = chance.random() > 0.1
        for level in levels:
            share = 0.75 if len(levels) == 2 and level == "officer" else 1.0
            less = {e: share * s for e, s in covers.items()}
            bonus = float(chance.random() - 0.5)
            options.append(Option(str(at), level, held, less, bonus, days, money, allowed))
    maybe = [None, *range(4)]
    limits = Limits(
        mayor_slots=maybe[chance.integers(0, 5)],
        officer_slots=maybe[chance.integers(0, 5)],
        days=[None, 12.0, 25.0][chance.integers(0, 3)],
        money=[None, 3.0, 8.0][chance.integers(0, 3)],
        changes=int(chance.integers(0, 4)),
    )
    weights = {e: float(chance.integers(1, 7)) for e in ELEMENTS}
    return Choice(options, weights, limits)


def every_set(choice: Choice) -> Iterator[tuple[Option, ...]]:
    for size in range(len(choice.options) + 1):
        yield from (s for s in combinations(choice.options, size) if within(choice.limits, s))


@pytest.mark.parametrize("seed", range(60))
def test_no_set_within_the_limits_is_worth_more(seed: int) -> None:
    choice = a_choice(seed)
    chosen = best(choice)
    assert within(choice.limits, chosen)
    assert worth(choice, chosen) == pytest.approx(max(worth(choice, s) for s in every_set(choice)))


def test_the_second_cover_is_worth_half_and_the_fourth_nothing() -> None:
    assert [steps(m) for m in (0, 0.5, 1, 2, 3, 4)] == [0, 0.5, 1, 1.5, 1.75, 1.75]


def test_breadth_is_worth_more_than_more_of_the_same() -> None:
    held = [Option(str(n), "officer", True, {("type", "a"): 1.0}) for n in range(5)]
    same = Option("same", "officer", False, {("type", "a"): 1.0}, bonus=1.0)
    other = Option("other", "officer", False, {("type", "b"): 1.0}, bonus=0.1)
    choice = Choice([*held, same, other], {("type", "a"): 6, ("type", "b"): 6}, Limits(changes=1))
    chosen = best(choice)
    assert [o.key for o in chosen if not o.held] == ["other"]
    assert gain(choice, chosen, other) == pytest.approx(6.1)


def test_nothing_to_choose_from_is_an_empty_plan() -> None:
    assert best(Choice([], {("type", "a"): 6})) == []
