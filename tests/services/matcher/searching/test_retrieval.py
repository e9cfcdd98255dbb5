"""The bounded search against its oracle: scoring every place."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.snapshot import Snapshot
from models.snapshot.columns import profile_columns
from models.snapshot.groups import OpenGroups
from services.matcher.comparing import Asked
from services.matcher.features import PEER_FEATURES, SIMILAR_TEXT
from services.matcher.scoring import rank, weaker
from services.matcher.searching.compiled import Kernel
from services.matcher.searching.query import Query
from services.matcher.searching.retrieval import best_rows
from services.matcher.terms import Term, TextTerm
from tests.services.matcher.asking import BILBAO, BRISTOL, CATALONIA, HAMBURG

NAMES = [feature.name for feature in PEER_FEATURES]
some_weights = st.fixed_dictionaries(
    {name: st.one_of(st.just(0.0), st.floats(0.01, 5)) for name in NAMES}
)


def terms_of(
    snapshot: Snapshot, place_id: str, weights: dict[str, float], two_sided: bool
) -> list[list[Term]]:
    row = snapshot.places.row(place_id)
    assert row is not None
    profile, columns = profile_columns(snapshot.places.facts(row)), snapshot.places.columns
    given: list[Term] = []
    if weights[SIMILAR_TEXT]:
        texts = snapshot.places.texts
        given = [TextTerm(SIMILAR_TEXT, weights[SIMILAR_TEXT], texts, texts.of(row), 0.5)]
    if not two_sided:
        return [Asked(weights, profile, columns).terms(PEER_FEATURES) + given]
    return [side + given for side in Asked(weights, profile, columns).both_sides(PEER_FEATURES)]


@pytest.mark.usefixtures("search")
@settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    st.sampled_from([BRISTOL, BILBAO, HAMBURG, CATALONIA]),
    some_weights,
    st.one_of(st.just(0.0), st.floats(0.01, 5)),
    st.floats(0, 1),
    st.booleans(),
    st.integers(1, 30),
    st.integers(0, 2**32 - 1),
)
def test_the_search_finds_all_of_the_true_top(
    snapshot: Snapshot,
    place_id: str,
    weights: dict[str, float],
    text: float,
    gamma: float,
    two_sided: bool,
    count: int,
    seed: int,
) -> None:
    weights = {**weights, SIMILAR_TEXT: text}
    if not any(weights.values()):
        return
    places, sides = snapshot.places, terms_of(snapshot, place_id, weights, two_sided)
    chance = np.random.default_rng(seed)
    allowed = chance.random(len(places.groups)) < 0.7
    barred = np.sort(chance.choice(len(places), 20, replace=False)).astype(np.intp)
    every = np.setdiff1d(np.flatnonzero(allowed[places.groups.of_row]), barred)
    open_ = OpenGroups(np.ones(len(places.groups.common), bool), allowed)
    found = best_rows(Query(places, sides, sum(weights.values()), gamma), open_, barred, count)
    assert found is not None

    def best(rows: np.ndarray[tuple[int], np.dtype[np.intp]]) -> list[int]:
        rankings = [rank(terms, weights, gamma, rows) for terms in sides]
        ranking = weaker(rankings[0], rankings[1])[0] if two_sided else rankings[0]
        return [int(row) for row in ranking.rows[ranking.best(count)]]

    assert best(found) == best(every)


def test_what_cannot_be_compiled_is_answered_in_steps(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    kernel = Kernel()
    assert not kernel.make(tmp_path / "file")
