"""The eight case studies that are collaborations: every fact and rule the report states."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from models.countries import groups_of
from models.records import Rule
from models.taxonomy import FactStatus, Goal, Operator, RemedyKind, RuleScope, Stage
from services.ingest.sources.collaborations import collaborations

FOLDER = Path(__file__).resolve().parents[2] / "data" / "collaborations"
RECORDS = {record.id: record for record in collaborations(FOLDER)}
CASE_STUDIES = {
    "asean-smart-cities-network": 1,
    "c40": 2,
    "partnership-for-healthy-cities": 3,
    "city-possible": 4,
    "districts-of-creativity": 5,
    "international-urban-cooperation": 7,
    "urban-housing-practitioners-hub": 8,
    "global-resilient-cities-network": 9,
}


def _rule(record_id: str, rule_id: str) -> Rule:
    return next(rule for rule in RECORDS[record_id].rules if rule.id == rule_id)


def test_only_the_case_studies_have_a_number() -> None:
    numbers = {record.id: record.case_study for record in RECORDS.values() if record.case_study}
    assert numbers == CASE_STUDIES


@pytest.mark.parametrize(("record_id", "number"), CASE_STUDIES.items())
def test_case_studies_are_full(record_id: str, number: int) -> None:
    record = RECORDS[record_id]
    assert record.case_study == number
    for name in ("founded", "member_count", "footprint", "stages", "formats", "facilitation"):
        assert getattr(record, name), name
        assert name in record.provenance, name
    for name in ("type", "case_study", "entry_rules_known"):
        assert name in record.provenance, name


@pytest.mark.parametrize(
    ("record_id", "fields"),
    [
        ("asean-smart-cities-network", "rules required_roles partner_roles obligations led_by"),
        ("c40", "funders obligations hurdle obligations_clear led_by"),
        ("partnership-for-healthy-cities", "rules grant funders obligations led_by"),
        ("city-possible", "rules fee intake led_by hurdle"),
        ("districts-of-creativity", "caps fee obligations led_by intake"),
        ("international-urban-cooperation", "rules obligations funders ends successor led_by"),
        ("urban-housing-practitioners-hub", "rules fee funders intake"),
        ("global-resilient-cities-network", "calls staff funders open_to_non_members level"),
    ],
)
def test_facts_each_case_study_must_have(record_id: str, fields: str) -> None:
    given = RECORDS[record_id].facts()
    assert [name for name in fields.split() if name not in given] == []


@pytest.mark.parametrize(
    ("record_id", "founded", "members"),
    [
        ("asean-smart-cities-network", 2018, 26),
        ("c40", 2005, 96),
        ("partnership-for-healthy-cities", 2017, 70),
        ("city-possible", 2018, 165),
        ("districts-of-creativity", 2004, 13),
        ("international-urban-cooperation", 2016, 155),
        ("urban-housing-practitioners-hub", 2016, 40),
        ("global-resilient-cities-network", 2019, 98),
    ],
)
def test_headers_of_the_case_studies(record_id: str, founded: int, members: int) -> None:
    assert (RECORDS[record_id].founded, RECORDS[record_id].member_count) == (founded, members)


def test_money() -> None:
    fee = RECORDS["districts-of-creativity"].fee
    grant = RECORDS["partnership-for-healthy-cities"].grant
    assert fee is not None
    assert (fee.amount, fee.currency, fee.period) == (Decimal(2500), "EUR", "year")
    assert grant is not None
    assert (grant.up_to.amount, grant.up_to.currency) == (Decimal(100_000), "USD")
    free = {record.id for record in RECORDS.values() if record.fee and not record.fee.amount}
    assert free == {"city-possible", "urban-housing-practitioners-hub"}


def test_asean_has_two_goals_a_required_role_and_partners_who_are_no_members() -> None:
    record = RECORDS["asean-smart-cities-network"]
    assert set(record.goals) == {Goal.POLICY, Goal.PARTNERSHIPS}
    assert record.required_roles == ["chief_smart_city_officer"]
    assert set(record.partner_roles[0].countries) == {"US", "AU", "JP", "CN", "KR"}


def test_all_stages_is_a_claim_of_city_possible() -> None:
    claims = {claim.stage: claim.status for claim in RECORDS["city-possible"].stages}
    assert set(claims) == set(Stage)
    verified = {stage for stage, status in claims.items() if status is FactStatus.VERIFIED}
    assert verified == {Stage.IMPLEMENT}


def test_resilient_cities_took_ten_in_2020_and_require_no_officer() -> None:
    record = RECORDS["global-resilient-cities-network"]
    assert [(call.id, call.places) for call in record.calls] == [("2020", 10)]
    assert record.staff == 25
    assert record.required_roles == []


def test_former_networks_lead_to_their_successors() -> None:
    former = RECORDS["100-resilient-cities"]
    assert "100RC" in former.aliases
    assert former.successor == "global-resilient-cities-network"
    assert former.ends is not None
    assert former.ends < date(2019, 8, 1)
    pairs = RECORDS["international-urban-cooperation"]
    assert "IUC" in pairs.aliases
    assert pairs.successor == "international-urban-and-regional-cooperation"
    assert pairs.ends is not None
    assert date(2020, 1, 1) < pairs.ends < date(2021, 6, 1)


def test_only_what_the_report_tells_counts_as_known_entry_rules() -> None:
    known = {record.id for record in RECORDS.values() if record.entry_rules_known}
    assert known == set(CASE_STUDIES) - {"c40", "global-resilient-cities-network"}


def test_a_description_of_members_is_no_rule() -> None:
    income = RECORDS["partnership-for-healthy-cities"]
    assert "75%" in (income.footprint or "")
    assert {rule.field for rule in income.rules} == {"kind", "metro_population"}
    assert RECORDS["new-urban-champions"].rules == []
    assert RECORDS["new-urban-champions"].size_band is None
    assert RECORDS["dialogues-for-change"].rules == []


def test_healthy_cities_asks_for_more_than_a_million() -> None:
    rule = _rule("partnership-for-healthy-cities", "metropolitan-population")
    assert (rule.operator, rule.value, rule.strict) == (Operator.GT, 1_000_000, True)
    assert rule.remedy_kind is RemedyKind.FIXED


@pytest.mark.parametrize(
    ("record_id", "group", "inside", "outside"),
    [
        ("asean-smart-cities-network", "asean", "ID", "JP"),
        ("urban-housing-practitioners-hub", "lac", "CO", "DE"),
    ],
)
def test_footprints(record_id: str, group: str, inside: str, outside: str) -> None:
    rule = _rule(record_id, "footprint")
    assert (rule.field, rule.operator, rule.value) == ("country_group", Operator.HAS, group)
    assert group in groups_of(inside, date(2020, 1, 1))
    assert group not in groups_of(outside, date(2020, 1, 1))


def test_open_to_all_types_of_city_leaves_regions_undetermined() -> None:
    rule = _rule("city-possible", "cities")
    assert rule.value == ["city", "metro_authority"]
    assert rule.strict is False


def test_urban_cooperation_judges_pairs_never_a_city_alone() -> None:
    rules = RECORDS["international-urban-cooperation"].rules
    assert {rule.scope for rule in rules} == {RuleScope.PAIR}
    by_field = {rule.field: rule for rule in rules}
    assert by_field["continent"].strict
    assert by_field["country_group"].value == "eu"
    assert by_field["country_group"].strict is False
    assert RECORDS["international-urban-and-regional-cooperation"].rules == []


def test_rural_areas_have_a_named_vehicle() -> None:
    rule = _rule("eu-leader", "rural-areas")
    assert (rule.field, rule.value) == ("kind", ["rural_area"])
