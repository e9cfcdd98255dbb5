"""Metrics by hand, and intervals that behave."""

import numpy as np
import pytest

from services.matcher.learning.metrics import Ranks, difference, gini, ranks_of, summary, table


def test_ranks_and_ties() -> None:
    scores = np.array([0.9, 0.5, 0.5, 0.1])
    assert ranks_of(scores, [2, 0], np.arange(4.0)) == (1, 3)


def test_one_question_by_hand() -> None:
    found = table([Ranks(0, (2, 30), 102)])
    assert found["mrr"][0] == 0.5
    assert found["recall@10"][0] == 0.5
    assert found["recall@100"][0] == 1.0
    ideal = 1 + 1 / np.log2(3)
    assert found["ndcg@10"][0] == pytest.approx((1 / np.log2(3)) / ideal)
    assert found["median_percentile"][0] == pytest.approx(100 * (0.99 + 0.72) / 2)


def test_the_interval_holds_the_value() -> None:
    asked = [Ranks(i, (i % 7 + 1,), 100) for i in range(60)]
    for figure in summary(asked).values():
        assert figure.low <= figure.value <= figure.high


def test_a_better_system_is_ahead_on_the_same_questions() -> None:
    worse = [Ranks(i, (50 + i,), 200) for i in range(40)]
    better = [Ranks(i, (1,), 200) for i in range(40)]
    assert difference(better, worse)["mrr"].low > 0
    assert difference(worse, better)["mrr"].high < 0


def test_gini() -> None:
    assert gini([1, 1, 1, 1]) == pytest.approx(0)
    assert gini([0] * 99 + [10]) == pytest.approx(0.99)
