"""What places alike share: told for each as if it were alone, and let go with its snapshot."""

import weakref

import numpy as np
import pytest

from models.snapshot import Snapshot
from models.snapshot.columns import StoredColumns, profile_columns
from models.snapshot.place_columns import PLACE_COLUMNS
from models.tables.records import PUBLIC
from models.taxonomy import Mode
from services.matcher.comparing import Asked
from services.matcher.features import PEER_FEATURES
from services.matcher.matching.alike import terms_alike
from services.matcher.matching.candidates import candidates
from services.matcher.profile import Profile
from services.matcher.schemas import PeersRequest
from services.matcher.terms import parts
from tests.matcher_fixtures import Published


@pytest.mark.parametrize("two_sides", [False, True])
def test_each_place_has_the_terms_that_it_would_have_alone(
    snapshot: Snapshot, two_sides: bool
) -> None:
    places, rows = snapshot.places, list(range(len(snapshot.places)))[::7]
    weights = snapshot.weights["peers"][Mode.SUSTAINED_PAIRING]
    for row in rows:
        asked = Asked(weights, profile_columns(places.facts(row)), places.columns)
        alone = asked.both_sides(PEER_FEATURES) if two_sides else (asked.terms(PEER_FEATURES),) * 2
        alike = terms_alike(asked, PEER_FEATURES, places, row, two_sides)
        assert (alike[0] is alike[1]) == (alone[0] is alone[1])
        for one, other in zip(alike, alone, strict=True):
            assert [term.name for term in one] == [term.name for term in other]
            told, found = (parts(terms, np.arange(90)) for terms in (one, other))
            assert (told.told == found.told).all()
            assert (told.worth == found.worth).all()


def test_a_stored_place_is_compared_by_what_its_record_says(snapshot: Snapshot) -> None:
    places = snapshot.places
    for row in range(0, len(places), 7):
        stored, read = StoredColumns(places.columns, row), profile_columns(places.facts(row))
        for name in PLACE_COLUMNS:
            assert stored[name].tobytes() == read[name].tobytes()


def test_what_is_remembered_of_places_does_not_keep_them(published: Published) -> None:
    snapshot = published.snapshot()
    places = snapshot.places
    facts = places.facts(0)
    profile = Profile(facts, profile_columns(facts), places.texts.of(0), 0, [], True)
    weights = snapshot.weights["peers"][Mode.LOOK_UP]
    asked = Asked(weights, profile.values, places.columns)
    terms_alike(asked, PEER_FEATURES, places, 0, two_sides=False)
    candidates(snapshot, profile, PeersRequest(place_id=places.id(0)), PUBLIC)
    here = weakref.ref(places.columns["kind"])
    del snapshot, places, asked
    # Not by the collector of cycles, which does not look at snapshots.
    assert here() is None
