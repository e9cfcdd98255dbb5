"""Places alike are told alike, and each what it would be told if nobody had asked before it."""

from datetime import date
from typing import Any

import pytest

from models.snapshot import Snapshot
from models.tables import PUBLIC
from services.matcher.askers import OF_MANY, Askers, alike_in
from services.matcher.catalogue import Catalogue
from services.matcher.matching import Context, match_collaborations
from services.matcher.matching.collaboration_match import CollaborationMatch
from services.matcher.schemas import CollaborationsRequest
from services.matcher.wording import wording
from services.written_json import as_json

CITY: dict[str, Any] = {
    "id": "x:a", "name": "A city", "kind": "city", "country": "DE", "population": 90_000,
    "lat": 50.1, "lon": 8.7, "provenance": {"*": {"source": "A register", "status": "verified"}},
}  # fmt: skip
ANOTHER = {**CITY, "id": "x:b", "name": "Another", "population": 80_000, "lat": 48.1}


def none() -> Any:
    raise AssertionError


@pytest.fixture
def context(snapshot: Snapshot) -> Context:
    return Context(Catalogue(snapshot), PUBLIC, wording("en"), date(2026, 11, 1), none, none, str)


def test_each_place_is_told_what_it_would_be_told_first(
    context: Context, snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = snapshot.places
    rows = [row for row in range(0, len(places), 2) if places.visible_to(PUBLIC)[row]]
    asked = [CollaborationsRequest(place_id=places.id(row)) for row in rows]
    asked += [request.model_copy(update={"weights": {"fee_fits": 2.0}}) for request in asked[::5]]
    after_others = [as_json(match_collaborations(context, request)) for request in asked]
    assert len(context.catalogue._askers) < len(asked) - 20
    monkeypatch.setattr(Catalogue, "askers", lambda _self, _key, make: make())
    assert after_others == [as_json(match_collaborations(context, request)) for request in asked]


def test_places_differ_by_what_is_said_of_them_and_who_says_so() -> None:
    nothing: frozenset[str] = frozenset()
    alike = alike_in(CITY, nothing)
    assert alike == alike_in(ANOTHER, nothing) is not None
    for other in (
        {"country": "FR"},
        {"sectors": ["mobility"]},
        {"provenance": {"*": {"source": "A register", "status": "claim"}}},
        {"provenance": {"*": CITY["provenance"]["*"], "kind": {"source": "Hearsay"}}},
    ):
        assert alike_in({**CITY, **other}, nothing) not in (alike, None)


def test_what_rules_look_at_tells_places_apart() -> None:
    region = {"region": "DE-HE"}
    assert alike_in({**CITY, **region}, frozenset()) == alike_in(CITY, frozenset())
    looked_at = frozenset(region)
    assert alike_in({**CITY, **region}, looked_at) != alike_in(CITY, looked_at)


@pytest.mark.parametrize("field", ["needs", "capacity", "roles", "commitments", "new"])
def test_who_says_more_is_asked_for_alone(field: str) -> None:
    for looked_at in (frozenset[str](), frozenset((field,))):
        assert alike_in({**CITY, field: ["something"]}, looked_at) is None


def test_places_alike_have_so_few_terms_that_any_way_to_sum_them_is_the_same(
    context: Context,
) -> None:
    """numpy sums eight and more in another order, which is in the last bit of what is told."""
    says_all = {
        "sectors": ["housing"], "goals": ["policy"], "has_government": True,
        "powers": {"discretion": 0.5},
    }  # fmt: skip
    assert says_all.keys() | {"country", "kind"} == OF_MANY
    known = {name: value for name, value in CITY.items() if name not in ("id", "provenance")}
    request = CollaborationsRequest.model_validate({"place": known | says_all})
    match = CollaborationMatch(context, request)
    assert alike_in(match.profile.facts, frozenset()) is not None
    assert 3 <= len(match.askers.terms) + 1 < 8


def test_what_is_kept_has_a_bound(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.matcher.catalogue.MOST_ALIKE", 2)
    for key in ("a", "b", "c", "a", None):
        found = context.catalogue.askers(key, lambda: Askers([], 3))
        assert (context.catalogue.askers(key, lambda: Askers([], 3)) is found) == (key is not None)
        assert len(context.catalogue._askers) <= 2
