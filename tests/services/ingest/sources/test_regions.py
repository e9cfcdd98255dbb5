"""First-level regions: no duplicates, governments only where they are known."""

import shutil
from pathlib import Path

import pytest

from models.data_tables import DATA
from models.records import Place
from models.taxonomy import FactStatus, PlaceKind, PopulationBasis
from services.ingest.sources.regions import regions


@pytest.fixture(scope="module")
def by_id() -> dict[str, Place]:
    return {place.id or "": place for place in regions()}


def test_there_are_about_4100_and_every_record_is_valid(by_id: dict[str, Place]) -> None:
    assert 4_000 < len(by_id) < 4_200
    for place in by_id.values():
        again = Place.model_validate(place.model_dump(mode="json", exclude_none=True))
        assert again.facts() == place.facts(), place.id


def test_a_region_has_its_figure_with_its_source(by_id: dict[str, Place]) -> None:
    basque = by_id["iso:ES-PV"]
    assert basque.kind is PlaceKind.REGION
    assert basque.population_basis is PopulationBasis.REGION
    assert basque.provenance["population"].source.startswith("Wikidata Q3995, P1082")
    assert basque.external_ids["wikidata"] == "Q3995"
    assert "Euskadi" in basque.aliases


def test_england_has_no_government_and_scotland_has(by_id: dict[str, Place]) -> None:
    assert by_id["iso:GB-ENG"].has_government is False
    assert by_id["iso:GB-SCT"].has_government is True
    assert by_id["iso:PT-11"].has_government is False
    assert by_id["iso:PT-30"].has_government is True


def test_a_government_nobody_vouches_for_is_unknown(by_id: dict[str, Place]) -> None:
    assert by_id["iso:EG-ALX"].has_government is None
    assert by_id["iso:NG-FC"].has_government is None


@pytest.mark.parametrize(
    "key", ["iso:CN-TW", "iso:CN-HK", "iso:CN-MO", "iso:US-PR", "iso:FR-974", "iso:RS-KM"]
)
def test_duplicates_are_dropped(by_id: dict[str, Place], key: str) -> None:
    assert key not in by_id


def test_what_stands_for_the_dropped_rows_is_there(by_id: dict[str, Place]) -> None:
    assert {"iso:TW-TPE", "iso:PS-NBS", "iso:FI-01"} <= set(by_id)
    assert any(place.country == "RE" for place in by_id.values())
    assert any(place.country == "XK" for place in by_id.values())


def test_a_disputed_region_stays_and_its_country_is_a_claim(by_id: dict[str, Place]) -> None:
    assert by_id["iso:UA-43"].provenance["country"].status is FactStatus.CLAIM


def test_city_like_units_stay_regions(by_id: dict[str, Place]) -> None:
    assert by_id["iso:DE-BE"].kind is PlaceKind.REGION


def test_ranks_run_from_one_only_where_all_regions_are_counted(by_id: dict[str, Place]) -> None:
    spain = sorted(p.national_rank or 0 for p in by_id.values() if p.country == "ES")
    assert spain == list(range(1, 20))
    portugal = [p for p in by_id.values() if p.country == "PT"]
    assert all(p.national_rank is None for p in portugal)


def test_a_centre_lies_near_its_cities(by_id: dict[str, Place]) -> None:
    basque = by_id["iso:ES-PV"]
    assert basque.lat == pytest.approx(43.2, abs=0.3)
    assert basque.lon == pytest.approx(-2.7, abs=0.3)
    assert basque.provenance["lat"].status is FactStatus.INFERRED


def test_a_missing_figure_is_unknown(tmp_path: Path) -> None:
    for name in ("contested", "region_governments", "region_languages"):
        shutil.copy(DATA / f"{name}.csv", tmp_path)
    empty = tmp_path / "region_populations.csv"
    empty.write_text("id,population,year,source,wikidata,area_km2\n", encoding="utf-8")
    found = list(regions(tmp_path))
    assert all(p.population is None and p.national_rank is None for p in found)
