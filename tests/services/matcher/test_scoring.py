"""The laws of the score, on made-up features."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.matcher.features import Scores
from services.matcher.scoring import Ranking, rank, shares, weaker
from services.matcher.terms import Read, Rows

PLACES, FEATURES = 6, 4
value = st.one_of(st.just(float("nan")), st.floats(0, 1))
tables = st.lists(
    st.lists(value, min_size=FEATURES, max_size=FEATURES), min_size=PLACES, max_size=PLACES
)
weights = st.lists(st.floats(0.01, 10), min_size=FEATURES, max_size=FEATURES)
gammas = st.floats(0, 1)


@dataclass(frozen=True)
class Given:
    """A feature whose values are given."""

    name: str
    weight: float
    values: Scores

    def read(self, rows: Rows) -> Read:
        return self.values[rows], None


def terms(table: list[list[float]], weight: list[float]) -> list[Given]:
    columns = np.array(table, float).T
    return [Given(f"f{i}", weight[i], column) for i, column in enumerate(columns)]


def ranked(table: list[list[float]], weight: list[float], gamma: float) -> Ranking:
    given_terms = terms(table, weight)
    return rank(given_terms, {t.name: t.weight for t in given_terms}, gamma, np.arange(len(table)))


@settings(max_examples=60)
@given(tables, weights, gammas)
def test_contributions_add_up_to_the_score(
    table: list[list[float]], weight: list[float], gamma: float
) -> None:
    ranking = ranked(table, weight, gamma)
    for row in range(PLACES):
        columns, (best_first,) = shares(ranking, np.array([row]))
        order = [i for i in best_first if columns[i].at]
        contributions = [columns[i].contribution[0] for i in order]
        assert sum(contributions) == pytest.approx(ranking.score[row], abs=1e-6)
        by_name = [(-columns[i].contribution[0], columns[i].feature) for i in order]
        assert by_name == sorted(by_name)
        told = sum(columns[i].weight[0] for i in order)
        assert told / sum(weight) == pytest.approx(ranking.coverage[row], abs=1e-6)
        for i in order:
            (one,), (value,), (contribution,) = columns[i][2:]
            assert contribution == pytest.approx(one * value / told, abs=1e-9)


@settings(max_examples=60)
@given(tables, weights)
def test_a_feature_tells_of_those_rows_of_which_something_is_known(
    table: list[list[float]], weight: list[float]
) -> None:
    ranking = ranked(table, weight, 0.5)
    columns, _ = shares(ranking, np.arange(PLACES))
    for column, i in zip(columns, range(FEATURES), strict=True):
        known = [row for row in range(PLACES) if weight[i] and not np.isnan(table[row][i])]
        assert column.at == known
        assert column.value == pytest.approx([table[row][i] for row in known])


@settings(max_examples=80)
@given(tables, weights, gammas, st.integers(0, FEATURES - 1))
def test_an_unknown_neither_outranks_the_best_value_nor_falls_below_the_worst(
    table: list[list[float]], weight: list[float], gamma: float, feature: int
) -> None:
    known = [list(row) for row in table[:1] * 3]
    for row, seen in zip(known, (1.0, float("nan"), 0.0), strict=True):
        row[feature] = seen
    best, unknown, worst = ranked(known, weight, gamma).rank_score
    assert best >= unknown - 1e-12
    assert unknown >= worst - 1e-12


@settings(max_examples=60)
@given(tables, weights, gammas, st.permutations(range(PLACES)))
def test_the_order_of_candidates_changes_nothing(
    table: list[list[float]], weight: list[float], gamma: float, order: list[int]
) -> None:
    straight = ranked(table, weight, gamma)
    turned = ranked([table[i] for i in order], weight, gamma)
    assert np.array_equal(straight.rank_score[order], turned.rank_score)


@settings(max_examples=60)
@given(tables, weights, gammas, st.integers(1, PLACES))
def test_the_best_are_those_of_a_full_sort_with_ties_by_row(
    table: list[list[float]], weight: list[float], gamma: float, count: int
) -> None:
    ranking = ranked(table, weight, gamma)
    full = sorted(range(PLACES), key=lambda row: (-ranking.rank_score[row], row))
    assert list(ranking.best(count)) == full[:count]


def test_ties_go_by_row() -> None:
    alike = [[0.5, 0.5, 0.5, 0.5]] * PLACES
    assert list(ranked(alike, [1, 1, 1, 1], 0.5).best(3)) == [0, 1, 2]


def test_where_nothing_is_asked_nothing_has_a_share() -> None:
    ranking = rank([], {"f": 1.0}, 0.5, np.arange(3))
    assert shares(ranking, ranking.best(2)) == ([], [[], []])


def test_nobody_is_best_of_none() -> None:
    none = rank([], {"f": 1.0}, 0.5, np.empty(0, np.intp))
    assert list(none.best(10)) == []


@settings(max_examples=40)
@given(tables, tables, weights, gammas)
def test_the_weaker_side_counts(
    one: list[list[float]], other: list[list[float]], weight: list[float], gamma: float
) -> None:
    ours, theirs = ranked(one, weight, gamma), ranked(other, weight, gamma)
    together, mine = weaker(ours, theirs)
    assert np.array_equal(together.rank_score, np.minimum(ours.rank_score, theirs.rank_score))
    assert np.array_equal(together.score, np.where(mine, ours.score, theirs.score))
    turned, _ = weaker(theirs, ours)
    assert np.array_equal(turned.rank_score, together.rank_score)


def test_silence_on_all_features_scores_nothing() -> None:
    silent: list[list[Any]] = [[float("nan")] * FEATURES]
    ranking = ranked(silent, [1, 1, 1, 1], 0.5)
    assert (ranking.score[0], ranking.coverage[0], ranking.rank_score[0]) == (0, 0, 0)
    columns, _ = shares(ranking, np.array([0]))
    assert [column.at for column in columns] == [[]] * FEATURES
