"""Cities of the default catalogue: settlements of their own, placed in their regions."""

import csv
import random
from pathlib import Path

import pytest

from models.data_tables import DATA
from models.records import Place
from models.taxonomy import FactStatus, PlaceKind, PopulationBasis
from services.ingest.sources.aliases import MOST, other_names
from services.ingest.sources.geonames import (
    cities,
    doubtful,
    kept_rows,
    national_ranks,
    without_doubles,
)

HAND_LIST = Path(__file__).parents[3] / "data" / "districts_and_suburbs.csv"


@pytest.fixture(scope="module")
def by_id() -> dict[str, Place]:
    return {place.id or "": place for place in cities()}


def row(number: int, population: int, **other: object) -> dict[str, object]:
    return {
        "geonameid": number,
        "population": population,
        "name": "Twin",
        "countrycode": "ES",
        "latitude": 40.0,
        "longitude": 0.0,
        **other,
    }


def test_smaller_cities_come_in_where_asked_for(by_id: dict[str, Place]) -> None:
    kept = kept_rows(DATA, 5_000)
    ids = {f"gn:{row['geonameid']}" for row in kept}
    assert len(ids) > 2 * len(by_id)
    assert by_id.keys() <= ids
    small = [row["population"] for row in kept if f"gn:{row['geonameid']}" not in by_id]
    assert sum(5_000 <= population < 15_000 for population in small) > 0.9 * len(small)


def test_a_sample_of_500_is_valid_in_full(by_id: dict[str, Place]) -> None:
    sample = random.Random(7).sample(sorted(by_id), 500)
    for key in sample:
        place = by_id[key]
        again = Place.model_validate(place.model_dump(mode="json", exclude_none=True))
        assert again.facts() == place.facts(), key


def test_a_city_lies_in_its_region_and_speaks_its_languages(by_id: dict[str, Place]) -> None:
    bilbao = by_id["gn:3128026"]
    assert (bilbao.name, bilbao.kind, bilbao.country) == ("Bilbao", PlaceKind.CITY, "ES")
    assert bilbao.region == "ES-PV"
    assert bilbao.part_of == ["iso:ES-PV"]
    assert set(bilbao.languages) == {"eu", "es"}


def test_a_settlement_figure_is_called_one_and_says_nothing_of_a_government(
    by_id: dict[str, Place],
) -> None:
    bilbao = by_id["gn:3128026"]
    assert bilbao.population_basis is PopulationBasis.SETTLEMENT
    assert bilbao.provenance["population"].status is FactStatus.INFERRED
    assert bilbao.provenance["*"].status is FactStatus.VERIFIED
    assert bilbao.has_government is None


def test_aliases_hold_every_script_and_no_codes(by_id: dict[str, Place]) -> None:
    aliases = by_id["gn:3128026"].aliases
    assert {"Bilbo", "Бильбао", "ビルバオ", "بلباو"} <= set(aliases)
    assert "BIO" not in aliases
    assert max(len(place.aliases) for place in by_id.values()) == MOST


def test_a_zero_is_unknown(by_id: dict[str, Place]) -> None:
    assert all(place.population != 0 for place in by_id.values())


def test_a_figure_that_cannot_be_right_is_unknown_and_ranks_nowhere(
    by_id: dict[str, Place],
) -> None:
    doubted = doubtful(DATA)
    assert doubted
    for key in doubted:
        assert (by_id[key].population, by_id[key].national_rank) == (None, None), key
    # The rank it would have had is that of the next.
    ranks = sorted(
        p.national_rank for p in by_id.values() if p.country == "KH" and p.national_rank is not None
    )
    assert ranks == list(range(1, len(ranks) + 1))


@pytest.mark.parametrize(
    "quarter", ["gn:11072148", "gn:268743", "gn:4645421", "gn:1272866", "gn:99071"]
)
def test_a_large_quarter_is_no_city(by_id: dict[str, Place], quarter: str) -> None:
    assert quarter not in by_id


def test_only_city_states_are_flagged(by_id: dict[str, Place]) -> None:
    flagged = {place.name for place in by_id.values() if place.city_state}
    assert {"Singapore", "Monaco", "Vatican City"} <= flagged
    assert "Bilbao" not in flagged


def test_one_city_stands_for_a_city_state_and_for_hong_kong(by_id: dict[str, Place]) -> None:
    for country in ("SG", "HK", "MO"):
        assert len([p for p in by_id.values() if p.country == country]) == 1


def test_the_first_rank_of_a_country_is_its_most_populous_city(by_id: dict[str, Place]) -> None:
    germans = [p for p in by_id.values() if p.country == "DE" and p.national_rank]
    germans.sort(key=lambda p: p.national_rank or 0)
    assert germans[0].name == "Berlin"
    assert [p.national_rank for p in germans] == list(range(1, len(germans) + 1))


def test_a_disputed_assignment_is_a_claim(by_id: dict[str, Place]) -> None:
    crimean = next(p for p in by_id.values() if p.part_of == ["iso:UA-43"])
    assert crimean.provenance["country"].status is FactStatus.CLAIM
    assert "country" not in by_id["gn:3128026"].provenance


def test_districts_are_left_out_and_neighbouring_cities_stay(by_id: dict[str, Place]) -> None:
    """Measured on a list written by hand from general knowledge, not from the rule."""
    with HAND_LIST.open(encoding="utf-8", newline="") as file:
        hand = list(csv.DictReader(file))
    districts = {r["id"] for r in hand if r["is_district"] == "yes"}
    suburbs = {r["id"] for r in hand if r["is_district"] == "no"}
    assert min(len(districts), len(suburbs)) >= 60
    left_out = {r["id"] for r in hand if r["id"] not in by_id}
    hits = len(left_out & districts)
    assert hits / len(left_out) >= 0.97, "precision"
    assert hits / len(districts) >= 0.95, "recall"


def test_of_two_rows_of_one_place_the_more_populous_stays() -> None:
    kept = without_doubles([row(1, 10_000), row(2, 20_000, latitude=40.02)])
    assert [r["geonameid"] for r in kept] == [2]


def test_names_repeat_at_a_distance_and_across_borders() -> None:
    far = row(2, 20_000, latitude=41.0)
    abroad = row(3, 30_000, countrycode="PT")
    assert len(without_doubles([row(1, 10_000), far, abroad])) == 3


def test_a_row_without_a_figure_has_no_rank() -> None:
    assert national_ranks([row(1, 0), row(2, 5), row(3, 9)]) == {3: 1, 2: 2}


def test_too_many_names_leave_room_for_other_scripts() -> None:
    latin = [f"Name{chr(97 + n)}" for n in range(26)]
    kept = other_names("Place", [*latin, "Москва", "東京"], most=10)
    assert len(kept) == 10
    assert {"Москва", "東京"} <= set(kept)
