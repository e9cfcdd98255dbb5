"""Collaborative filtering: what is joined together, told from the others' memberships alone."""

import pytest

from services.matcher.learning.collaborative import models

pytest.importorskip("implicit")

KNOWN = {place: {0, 1} for place in range(10)} | {place: {2, 3} for place in range(10, 20)}
COUNT = 5


@pytest.mark.parametrize("name", list(models()))
def test_a_network_that_like_places_joined_comes_first(name: str) -> None:
    model = models()[name]
    scores = model(KNOWN, 99, {0}, COUNT)
    assert scores[1] > max(scores[2:])
    assert model(KNOWN, 99, {2}, COUNT)[3] > model(KNOWN, 99, {2}, COUNT)[1]


@pytest.mark.parametrize("name", list(models()))
def test_without_a_history_nothing_is_told(name: str) -> None:
    assert models()[name](KNOWN, 99, set(), COUNT).tolist() == [0.0] * COUNT


def test_what_is_asked_for_is_no_evidence() -> None:
    for model in models().values():
        alone = model(KNOWN | {99: {0, 4}}, 99, {0}, COUNT)
        assert alone.tolist() == model(KNOWN, 99, {0}, COUNT).tolist()
