"""What a catalogue derives from its snapshot once."""

from typing import Any

import pytest

from models.snapshot.columns import profile_columns
from services.asking import Asking
from services.matcher.catalogue import Catalogue
from services.matcher.comparing import compared
from services.matcher.features import COLLABORATION_FEATURES
from tests.matcher_fixtures import Published


@pytest.fixture(scope="module")
def catalogue(published: Published) -> Catalogue:
    return Asking(published.settings).context.catalogue


def test_the_features_left_out_tell_the_place_nothing(catalogue: Catalogue) -> None:
    bare = {"name": "A city", "kind": "city", "country": "DE"}
    more: dict[str, Any]
    for more in ({}, {"population": 9_000}, {"sectors": ["energy"]}, {"capacity": {}}):
        asking = profile_columns({**bare, **more})
        asked = catalogue.telling(asking)
        told = [
            feature
            for feature in COLLABORATION_FEATURES
            if compared(feature, catalogue.columns[feature.answers], asking[feature.asks], True)
        ]
        assert [feature for feature in asked if feature in told] == told
        assert len(asked) < len(COLLABORATION_FEATURES)


def test_a_tenant_sees_the_public_collaborations_and_its_own(catalogue: Catalogue) -> None:
    records = catalogue.snapshot.collaborations
    for tenant in ("public", "nobody", *{record["tenant"] for record in records}):
        seen = [row for row, one in enumerate(records) if one["tenant"] in ("public", tenant)]
        assert list(catalogue.collaborations_of(tenant)) == seen
