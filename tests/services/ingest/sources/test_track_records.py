"""Who works with others abroad: members and reporters, never those who are only watched."""

from datetime import date
from pathlib import Path

import pytest

from models.records import Place
from models.taxonomy import CommitmentRole, FactStatus, PlaceKind
from services.ingest.sources.collaborations import Membership
from services.ingest.sources.track_records import track_records, with_track_records

REGISTERS = "name,source_starts_with,what_it_is\nReporting,Reports 20,a register\n"
FACTS = """place_id,place_name,sector,status,source,date,network
gn:1,One,climate,inferred,Reports 2021,2021-01-01,
gn:1,One,energy,inferred,Reports 2021,2021-01-01,
gn:2,Two,climate,inferred,Watched by others,2022-01-01,
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "registers.csv").write_text(REGISTERS)
    (tmp_path / "sector_facts.csv").write_text(FACTS)
    return tmp_path


def _member(place: str | None, network: str = "x:net") -> Membership:
    claim, when = FactStatus.CLAIM, date(2024, 1, 1)
    return Membership(network, place, "A", CommitmentRole.MEMBER, None, when, claim, "its list")


def test_members_and_reporters_have_a_track_record(data: Path) -> None:
    known = track_records([_member("gn:1"), _member(None)], {"x:net": "The Net"}, data)
    assert [entry.name for entry in known["gn:1"]] == ["The Net", "Reporting"]
    assert known.keys() == {"gn:1"}


def test_a_record_says_where_it_is_from(data: Path) -> None:
    one, two = (Place(id=f"gn:{n}", name="A", kind=PlaceKind.CITY, country="DE") for n in (1, 2))
    known = track_records([_member("gn:1")], {"x:net": "The Net"}, data)
    found = {place.id: place for place in with_track_records([one, two], known)}
    fact = found["gn:1"].provenance["track_record"]
    assert fact.source == "its list; Reports 2021"
    assert (fact.date, fact.status) == (date(2021, 1, 1), FactStatus.INFERRED)
    assert found["gn:2"].track_record == []
