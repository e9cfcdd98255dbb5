"""Asks one feature about two records, the way the scoring does: through their columns."""

from typing import Any

import numpy as np

from models.snapshot.columns import profile_columns
from services.matcher.collaboration_columns import collaboration_columns
from services.matcher.features import Because, Feature

Facts = dict[str, Any]


def between_places(feature: Feature, ours: Facts, theirs: Facts) -> float:
    """The feature's value between two places; NaN where it cannot tell."""
    one, other = (profile_columns(city(**facts)) for facts in (ours, theirs))
    return float(feature.compare(one[feature.asks], other[feature.answers])[0])


def with_collaboration(feature: Feature, place: Facts, record: Facts) -> float:
    """The feature's value between a place and a collaboration."""
    ours = profile_columns(city(**place))
    theirs = collaboration_columns([network(**record)])
    return float(feature.compare(ours[feature.asks], theirs[feature.answers].values)[0])


def told(feature: Feature, ours: Facts, theirs: Facts) -> Because:
    """The reason for the value between two places."""
    value = between_places(feature, ours, theirs)
    assert not np.isnan(value)
    return feature.because(city(**ours), city(**theirs), value)


def city(**facts: Any) -> Facts:
    return {"name": "A city", "kind": "city", "country": "DE", **facts}


def network(**facts: Any) -> Facts:
    return {
        "id": "x:n",
        "name": "A network",
        "type": "managed_network",
        "theme": "dedicated",
        **facts,
    }
