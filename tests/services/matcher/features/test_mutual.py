"""Features that are said to be the same seen from either side are so, to the last bit."""

import numpy as np
import pytest

from models.snapshot import Snapshot
from services.matcher.features import PEER_FEATURES, Feature

MUTUAL = [feature for feature in PEER_FEATURES if feature.mutual]


@pytest.mark.parametrize("feature", MUTUAL, ids=lambda feature: feature.name)
def test_either_side_sees_the_same(feature: Feature, snapshot: Snapshot) -> None:
    assert feature.asks == feature.answers
    values = snapshot.places.columns[feature.asks].values
    drawn = np.random.default_rng(7).choice(len(values), min(len(values), 25), replace=False)
    for one in drawn:
        single = values[one : one + 1].copy()
        for compare in (feature.compare, feature.trust):
            np.testing.assert_array_equal(compare(single, values), compare(values, single))


def test_what_one_side_needs_is_not_what_the_other_does() -> None:
    assert {feature.name for feature in PEER_FEATURES if not feature.told_once} == {
        "needs_met",
        "gives_back",
        "same_stage",
    }
