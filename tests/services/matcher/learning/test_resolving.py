"""Names of truth files: found where they are meant, and told where they are not."""

from collections import Counter

import pytest

from models.taxonomy import PlaceKind
from services.asking import Asking
from services.matcher.learning.resolving import Resolver, Unresolved
from services.matcher.learning.truth import Named
from tests.matcher_fixtures import Published
from tests.services.matcher.asking import BILBAO


@pytest.fixture(scope="module")
def resolver(published: Published) -> Resolver:
    return Resolver(Asking(published.settings).context.catalogue)


def test_a_place_with_another_code_is_found_at_its_coordinates(resolver: Resolver) -> None:
    bilbao = resolver.places.row(BILBAO)
    there = resolver.places.facts(bilbao or 0)
    at = {"lat": there["lat"], "lon": there["lon"]}
    assert resolver.place(Named("Bilbao", "FR", **at)) == bilbao
    assert resolver.place(Named("Bilbao, Somewhere", "FR", **at)) == bilbao
    away = resolver.place(Named("Bilbao", "FR", lat=there["lat"] + 1, lon=there["lon"]))
    assert isinstance(away, Unresolved)
    assert isinstance(resolver.place(Named("Bilbao", "FR")), Unresolved)


def test_an_authority_of_one_city_stands_for_it_unless_a_kind_is_named(resolver: Resolver) -> None:
    places = resolver.places
    facts = {places.id(row): places.facts(row) for row in range(len(places))}
    cities = Counter(
        whole
        for place in facts.values()
        if place["kind"] == PlaceKind.CITY
        for whole in place.get("part_of", ())
    )
    metro = {
        id for id, f in facts.items() if f["kind"] == PlaceKind.METRO_AUTHORITY and id[:3] == "cp:"
    }
    one = {id for id in metro if cities[id] == 1}
    assert one
    assert metro - one
    for id in metro:
        name, country = facts[id]["name"], facts[id]["country"]
        found = resolver.place(Named(name, country))
        kind = resolver.place(Named(name, country, kind=PlaceKind.METRO_AUTHORITY))
        assert kind == places.row(id), name
        assert isinstance(found, int)
        if id in one:
            assert id in places.facts(found)["part_of"], name
        else:
            assert found == kind, name
