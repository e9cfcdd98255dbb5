"""Average powers of a country, and what is laid over the base records."""

from pathlib import Path

import pytest

from models.data_tables import DATA
from models.errors import BadFile
from models.records import Fact, Place
from models.taxonomy import FactStatus, PlaceKind, PopulationBasis, PowerBasis
from services.ingest.sources.powers import LEVEL, average_powers

HEAD = "country,level,power,value,index,index_dimension,year,source\n"


def test_an_average_says_so_and_keeps_the_indices_apart() -> None:
    found = average_powers(DATA / "powers.csv")
    cities, regions = found["DE", "city"], found["DE", "region"]
    assert cities.basis is regions.basis is PowerBasis.AVERAGE
    assert cities.discretion == 0.7162
    assert cities.fiscal is None
    assert regions.discretion is None
    assert regions.fiscal == pytest.approx(2.67 / 4, abs=1e-4)


def test_what_is_not_published_is_absent() -> None:
    found = average_powers(DATA / "powers.csv")
    assert ("KE", "city") not in found
    assert ("KE", "region") not in found


def test_every_kind_has_its_level() -> None:
    assert set(LEVEL) == set(PlaceKind)
    assert LEVEL[PlaceKind.REGION] == "region"


@pytest.mark.parametrize(
    "line",
    [
        "DE,city,fiscal,1.2,X,x,2018,s",
        "DE,city,charm,0.2,X,x,2018,s",
        "QQ,city,fiscal,0.2,X,x,2018,s",
        "DE,planet,fiscal,0.2,X,x,2018,s",
        "DE,city,fiscal,0.2,X,x,2018,s\nDE,city,fiscal,0.3,X,x,2018,s",
    ],
)
def test_a_bad_row_is_refused_with_its_file(tmp_path: Path, line: str) -> None:
    path = tmp_path / "powers.csv"
    path.write_text(HEAD + line + "\n", encoding="utf-8")
    with pytest.raises(BadFile, match=r"powers\.csv"):
        average_powers(path)


def test_status_of_facts_is_unchanged_by_an_average() -> None:
    fact = Fact(source="s", status=FactStatus.AVERAGE)
    place = Place(
        name="P",
        kind=PlaceKind.CITY,
        country="DE",
        powers=average_powers(DATA / "powers.csv")["DE", "city"],
        provenance={"powers": fact},
        population_basis=PopulationBasis.SETTLEMENT,
    )
    assert place.facts()["powers"] == {"discretion": 0.7162, "basis": "average"}
