"""The catalogue of collaborations: complete, valid, sourced, and honest about what is not known."""

import re
from collections import Counter
from pathlib import Path

import pytest

from models.records import Collaboration, Rule
from models.taxonomy import FactStatus, Goal
from services.ingest.sources.collaborations import collaborations

FOLDER = Path(__file__).resolve().parents[2] / "data" / "collaborations"
RECORDS = {record.id: record for record in collaborations(FOLDER)}
TABLE_1 = (
    "case_studies",
    "cross_sector",
    "innovation_technology",
    "climate_sustainability",
    "dedicated",
)
NUMBERS = ("founded", "member_count", "fee", "grant", "staff", "effort_days", "size_band", "ends")
WORDING = ("goals", "theme", "sectors", "stages")
LAST_LINE = 4815
SOURCE = re.compile(r"Network Effects \(2020\), lines? (\d.*)")
PAGE = re.compile(r"(https?://|github\.com/)\S+")
each_record = pytest.mark.parametrize("record", RECORDS.values(), ids=lambda record: record.id)


def _in_file(name: str) -> list[str]:
    text = (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
    return re.findall(r"^- id: (\S+)$", text, flags=re.MULTILINE)


def _rules(record: Collaboration) -> list[Rule]:
    return [*record.rules, *(rule for call in record.calls for rule in call.rules)]


def test_table_1_has_108_collaborations() -> None:
    ids = [record_id for name in TABLE_1 for record_id in _in_file(name)]
    assert len(ids) == len(set(ids)) == 108
    assert not any(RECORDS[record_id].domestic for record_id in ids)
    assert set(RECORDS) - set(ids) == set(_in_file("named_elsewhere"))


@pytest.mark.parametrize(
    ("theme", "partnerships", "systems", "policy"),
    [
        ("cross_sector", 8, 5, 18),
        ("innovation_technology", 17, 6, 7),
        ("climate_sustainability", 5, 4, 10),
        ("dedicated", 7, 8, 13),
    ],
)
def test_every_cell_of_table_1_is_full(
    theme: str, partnerships: int, systems: int, policy: int
) -> None:
    cells = Counter(
        # Table 1 prints the ASEAN network once, under policy, though it has two goals.
        record.goals[0]
        for name in TABLE_1
        for record in (RECORDS[record_id] for record_id in _in_file(name))
        if record.theme == theme
    )
    assert cells == {
        Goal.PARTNERSHIPS: partnerships,
        Goal.SYSTEMS: systems,
        Goal.POLICY: policy,
    }


def test_theme_files_hold_their_theme_only() -> None:
    for name in TABLE_1[1:]:
        assert {RECORDS[record_id].theme for record_id in _in_file(name)} == {name}


def test_no_two_records_answer_to_the_same_name() -> None:
    names = Counter(
        name.casefold()
        for record in RECORDS.values()
        for name in {name.casefold() for name in (record.id, record.name, *record.aliases)}
    )
    assert [name for name, count in names.items() if count > 1] == []


def test_successors_resolve_and_only_what_ended_has_one() -> None:
    for record in RECORDS.values():
        if record.successor:
            successor = RECORDS[record.successor]
            assert record.ends is not None
            assert successor.ends is None


def test_descriptions_are_not_repeated() -> None:
    assert len({record.description for record in RECORDS.values()}) == len(RECORDS)


@each_record
def test_description_is_short_prose(record: Collaboration) -> None:
    assert len(record.description.split()) <= 120
    assert record.description.endswith(".")
    assert 2 <= len(re.findall(r"[.!?](?:\s|$)", record.description)) <= 5


@each_record
def test_a_record_can_be_matched(record: Collaboration) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", record.id)
    assert 1 <= len(record.sectors) <= 5
    assert record.goals
    assert len({claim.stage for claim in record.stages}) == len(record.stages)
    assert record.last_confirmed is not None


@each_record
def test_what_matching_reads_has_a_source(record: Collaboration) -> None:
    wanted = [name for name in WORDING if getattr(record, name)]
    assert [name for name in wanted if name not in record.provenance] == []
    assert "*" in record.provenance
    for name, fact in record.provenance.items():
        # A year of founding does not age.
        assert fact.last_confirmed is not None or name == "founded", name


@each_record
def test_every_number_names_its_lines_or_its_page(record: Collaboration) -> None:
    for name in NUMBERS:
        if getattr(record, name) is not None:
            source = record.provenance[name].source
            assert SOURCE.match(source) or PAGE.match(source), name


@each_record
def test_lines_lie_within_the_report(record: Collaboration) -> None:
    sources = [fact.source for fact in record.provenance.values()]
    sources += [rule.source or "" for rule in _rules(record)]
    for source in filter(SOURCE.match, sources):
        lines = [int(n) for n in re.findall(r"\d+", source.removeprefix("Network Effects (2020)"))]
        spans = re.findall(r"(\d+)-(\d+)", source)
        assert all(int(first) < int(last) for first, last in spans), source
        assert all(line <= LAST_LINE for line in lines if line < 1_000_000), source


@each_record
def test_a_stage_is_no_surer_than_its_source(record: Collaboration) -> None:
    statuses = {claim.status for claim in record.stages}
    if FactStatus.VERIFIED in statuses and record.case_study is None:
        assert record.provenance["stages"].status is FactStatus.VERIFIED


@each_record
def test_a_rule_says_what_it_asks_where_it_stands_and_the_way_in(record: Collaboration) -> None:
    for rule in _rules(record):
        assert rule.text
        assert rule.source
        assert rule.remedy
    assert all(cap.text and cap.source for cap in record.caps)


def test_domestic_networks_name_their_country() -> None:
    domestic = {record.id: record.country for record in RECORDS.values() if record.domestic}
    assert domestic == {
        "uk-core-cities": "GB",
        "federation-of-canadian-municipalities": "CA",
        "vng-international": "NL",
        "scottish-cities-alliance": "GB",
        "us-conference-of-mayors": "US",
        "association-of-flemish-municipalities": "BE",
    }
