"""The project's own records over the rows of the packages."""

from pathlib import Path

import pytest

from models.data_tables import DATA
from models.errors import BadFile
from models.records import Fact, Need, Place
from models.taxonomy import FactStatus, PlaceKind, PopulationBasis, Sector, Stage
from services.ingest.sources.overrides import lay_all_over, lay_over, overrides

ROW = Fact(source="package", status=FactStatus.VERIFIED)
OWN = Fact(source="register", status=FactStatus.VERIFIED)


def base() -> Place:
    return Place(
        id="gn:1",
        name="Old name",
        aliases=["Alias"],
        kind=PlaceKind.CITY,
        country="ES",
        population=100,
        population_basis=PopulationBasis.SETTLEMENT,
        needs=[Need(sector=Sector.WATER, stage=Stage.APPLY)],
        external_ids={"geonames": "1"},
        provenance={"*": ROW, "population": ROW},
    )


def extra(**given: object) -> Place:
    return Place.model_validate(
        {"id": "gn:1", "name": "New name", "kind": "city", "country": "ES", **given}
    )


def test_a_given_field_replaces_and_the_rest_stays() -> None:
    needs = [{"sector": "housing", "stage": "discover"}]
    merged = lay_over(base(), extra(needs=needs))
    assert [need.sector for need in merged.needs] == [Sector.HOUSING]
    assert merged.population == 100
    assert merged.external_ids == {"geonames": "1"}


def test_the_old_name_still_finds_the_place() -> None:
    merged = lay_over(base(), extra(aliases=["Other"]))
    assert merged.name == "New name"
    assert merged.aliases == ["Other", "Old name", "Alias"]


def test_a_new_figure_never_keeps_the_old_source_or_basis() -> None:
    merged = lay_over(base(), extra(population=90, provenance={"*": OWN}))
    assert merged.provenance["population"] == OWN
    assert merged.population_basis is None
    assert merged.provenance["*"] == ROW


def test_an_extra_of_another_country_is_refused() -> None:
    with pytest.raises(BadFile, match="gn:1"):
        lay_over(base(), extra(country="PT"))


def test_extras_without_a_base_are_added() -> None:
    new = extra().model_copy(update={"id": "cp:greater-place"})
    found = list(lay_all_over([base()], [extra(timezone="Europe/Madrid"), new]))
    assert [place.id for place in found] == ["gn:1", "cp:greater-place"]
    assert found[0].timezone == "Europe/Madrid"


@pytest.mark.parametrize(
    "text",
    [
        "- {id: 'gn:1', name: A, kind: city, country: QQ}",
        "- {name: A, kind: city, country: ES}",
        "id: gn:1",
        "- [",
        "- {id: 'gn:1', name: A, kind: city, country: ES, colour: red}",
    ],
)
def test_a_bad_file_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "mine.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(BadFile, match=r"mine\.yaml"):
        list(overrides(tmp_path))


def test_the_record_is_named(tmp_path: Path) -> None:
    good = "- {id: 'gn:1', name: A, kind: city, country: ES}\n"
    bad = "- {id: 'gn:2', name: A, kind: town, country: ES}\n"
    (tmp_path / "mine.yaml").write_text(good + bad, encoding="utf-8")
    with pytest.raises(BadFile, match=r"record 2 \(gn:2\): kind"):
        list(overrides(tmp_path))


def test_the_projects_own_records_can_be_read() -> None:
    found = list(overrides(DATA / "places"))
    assert found
    assert all(place.id for place in found)
