"""Rows of sheets into records: what people write in cells, and what is said of bad ones."""

from typing import Any

import pytest

from models.records import Collaboration, Place
from services.files.checks import to_record, unknown_columns
from services.files.rows import SheetRow

BERN = {"id": "x:bern", "name": "Bern", "kind": "city", "country": "CH"}


def place(**cells: Any) -> Place:
    record = to_record(SheetRow(2, {**BERN, **cells}), Place)
    assert isinstance(record, Place), record
    return record


def errors(**cells: Any) -> list[tuple[str | None, str]]:
    record = to_record(SheetRow(2, {**BERN, **cells}), Place)
    assert isinstance(record, list)
    assert {error.row for error in record} == {2}
    return [(error.column, error.code) for error in record]


def test_nested_fields_are_dotted_columns() -> None:
    record = place(
        **{
            "capacity.officer_days": "12.5",
            "capacity.budget.amount": "1,500,000.50",
            "capacity.budget.currency": "CHF",
            "levers.housing": "own",
            "external_ids.wikidata": "Q70",
            "provenance.population.source": "BFS",
            "provenance.population.status": "verified",
            "population": "134 506",
        }
    )
    assert record.capacity is not None
    assert record.capacity.officer_days == 12.5
    assert record.facts()["capacity"]["budget"] == {"amount": 1500000.5, "currency": "CHF"}
    assert record.facts()["levers"] == {"housing": "own"}
    assert record.external_ids == {"wikidata": "Q70"}
    assert record.provenance["population"].source == "BFS"
    assert record.population == 134_506


def test_lists_are_separated_and_needs_written_short() -> None:
    record = place(
        aliases="Berne | Berna|",
        goals="Policy|systems",
        needs="housing:apply|land use:Implement: Rules: how to write them",
        commitments="c40|gn:3128026",
    )
    assert record.aliases == ["Berne", "Berna"]
    assert record.goals == ["policy", "systems"]
    assert [(n.sector, n.stage, n.text) for n in record.needs] == [
        ("housing", "apply", None),
        ("land_use", "implement", "Rules: how to write them"),
    ]
    assert [(c.collaboration, c.place_id) for c in record.commitments] == [
        ("c40", None),
        (None, "gn:3128026"),
    ]


def test_structures_may_be_json() -> None:
    record = place(needs='[{"sector": "housing", "stage": "apply"}]', own_budget="")
    assert record.needs[0].sector == "housing"


@pytest.mark.parametrize("blank", ["", " ", "-", "–", "n/a", "N/A", "NA", "unknown", "none"])
def test_what_looks_blank_is_unknown(blank: str) -> None:
    assert place(population=blank).population is None


def test_words_that_only_look_blank_are_kept() -> None:
    assert place(country="NA", name="None").country == "NA"
    cells = {
        "id": "x:a",
        "name": "A",
        "type": "managed_network",
        "theme": "dedicated",
        "description": "D",
        "national_consent": "none",
        "stages": "apply|discover:verified",
    }
    record = to_record(SheetRow(2, cells), Collaboration)
    assert isinstance(record, Collaboration)
    assert record.national_consent == "none"
    assert [(s.stage, s.status) for s in record.stages] == [
        ("apply", "claim"),
        ("discover", "verified"),
    ]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("1620343", 1620343),
        ("1,620,343", 1620343),
        ("1 620 343", 1620343),
        ("1’620’343", 1620343),
        ("1.620.343", 1620343),
    ],
)
def test_thousands_are_read_where_they_are_clear(written: str, meant: int) -> None:
    assert place(population=written).population == meant


def test_a_decimal_comma_is_read() -> None:
    record = place(lat="46,94809", lon="7,4474")
    assert (record.lat, record.lon) == (46.94809, 7.4474)


@pytest.mark.parametrize(
    ("column", "cell", "code"),
    [
        ("population", "1.620", "unreadable"),
        ("population", "1,620", None),
        ("population", "many", "unreadable"),
        ("population", "9" * 400, "unreadable"),
        ("population", "-5", "greater_than_equal"),
        ("own_budget.amount", "1,500", "unreadable"),
        ("needs", "housing", "unreadable"),
        ("needs", "parks:apply", "unknown_value"),
        ("goals", "policy|profit", "unknown_value"),
        ("own_budget", "12", "unreadable"),
        ("kind", "national", "out_of_scope_national"),
        ("country", "XX", "invalid_value"),
    ],
)
def test_a_bad_cell_is_told_with_its_column(column: str, cell: str, code: str | None) -> None:
    if code is None:
        assert to_record(SheetRow(2, {**BERN, column: cell}), Place)
    else:
        assert errors(**{column: cell}) == [(column, code)]


def test_all_that_is_wrong_is_told_at_once() -> None:
    found = errors(population="-5", country="XX", name="")
    assert sorted(column or "" for column, _ in found) == ["country", "name", "population"]


def test_what_concerns_no_column_is_told_of_the_row() -> None:
    assert errors(lat="46.9") == [(None, "invalid_value")]


@pytest.mark.parametrize(
    "column", ["population", "capacity.budget.amount", "levers.housing", "external_ids.osm"]
)
def test_fields_are_known_columns(column: str) -> None:
    assert unknown_columns([column], Place) == []


@pytest.mark.parametrize(
    "column", ["popluation", "capacity.days", "levers.parks", "name.first", "needs.sector", "a."]
)
def test_other_columns_are_unknown(column: str) -> None:
    (error,) = unknown_columns([column], Place)
    assert (error.row, error.column, error.code) == (1, column, "unknown_column")
