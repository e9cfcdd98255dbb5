"""The country tables: complete, consistent with each other, and each figure with its source."""

import csv
import re
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from models.countries import countries, country_groups, groups_of, is_country
from models.data_tables import DATA
from models.taxonomy import Continent

DAY = date(2026, 1, 1)


def table(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_country_has_a_continent_and_neighbours_that_exist() -> None:
    for country in countries().values():
        assert country.continent in set(Continent), country.code
        assert all(is_country(code) for code in country.neighbours), country.code


def test_neighbours_are_mutual() -> None:
    one_way = {
        (c.code, other)
        for c in countries().values()
        for other in c.neighbours
        if c.code not in countries()[other].neighbours
    }
    assert one_way == set()


def test_withdrawn_codes_are_no_countries() -> None:
    assert not is_country("AN")
    assert not is_country("CS")


def test_an_income_group_has_a_source() -> None:
    for row in table("countries.csv"):
        assert bool(row["income_group"]) == bool(row["income_source"]), row["code"]


@pytest.mark.parametrize("code", ["TW", "XK", "PS", "EH", "CY", "TR", "UA"])
def test_contested_codes_say_so(code: str) -> None:
    assert countries()[code].disputed


def test_groups_change_with_their_dates() -> None:
    assert "eu" in groups_of("GB", date(2019, 6, 1))
    assert "eu" not in groups_of("GB", date(2020, 2, 1))
    assert "oecd" not in groups_of("CO", date(2020, 1, 1))
    assert "oecd" in groups_of("CO", date(2021, 1, 1))
    assert "council_of_europe" not in groups_of("RU", DAY)


def test_groups_count_what_they_say_of_themselves() -> None:
    def members(group: str) -> int:
        return len({c for c in countries() if group in groups_of(c, DAY)})

    assert members("oecd") == 38
    assert members("african_union") == 55
    assert members("commonwealth") == 56
    assert members("council_of_europe") == 46
    assert members("asean") == 11


def test_no_membership_is_listed_twice_or_ends_before_it_begins() -> None:
    for group, found in country_groups().items():
        members = sorted(found, key=lambda m: (m.country, m.since or date.min))
        for before, after in pairwise(members):
            if before.country == after.country:
                assert before.until, (group, before.country)
        for member in members:
            assert is_country(member.country)
            assert not (member.since and member.until) or member.since < member.until


def test_populations_are_positive_and_name_their_source() -> None:
    rows = table("region_populations.csv")
    assert len({row["id"] for row in rows}) == len(rows)
    for row in rows:
        assert int(row["population"]) > 0
        assert re.fullmatch(
            rf"Wikidata {row['wikidata']}, P1082, {row['year']}"
            rf"|World Bank, subnational population, {row['year']}",
            row["source"],
        ), row


def test_contested_rows_have_a_known_rule_and_a_reason() -> None:
    rows = table("contested.csv")
    assert len({row["id"] for row in rows}) == len(rows)
    assert {row["rule"] for row in rows} == {"drop", "keep", "flag"}
    assert all(row["why"] for row in rows)


def test_every_table_is_described() -> None:
    text = (DATA / "README.md").read_text(encoding="utf-8")
    for path in Path(DATA).glob("*.csv"):
        assert path.name in text, path.name
