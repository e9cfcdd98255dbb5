"""Rules that no place could pass together."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from models.records import Collaboration, Rule
from models.records.contradictions import contradiction


def rule(id: str, field: str, operator: str, value: Any, **dates: Any) -> Rule:
    return Rule(id=id, field=field, operator=operator, value=value, text="A rule.", **dates)


@pytest.mark.parametrize(
    ("first", "second", "clash"),
    [
        (("population", "gt", 1_000), ("population", "lt", 1_000), True),
        (("population", "ge", 1_000), ("population", "le", 1_000), False),
        (("population", "ge", 1_000), ("population", "lt", 1_000), True),
        (("population", "between", [5, 9]), ("population", "gt", 9), True),
        (("population", "between", [5, 9]), ("population", "eq", 9), False),
        (("population", "gt", 9), ("metro_population", "lt", 5), False),
        (("country", "in", ["ES", "FR"]), ("country", "in", ["PT"]), True),
        (("country", "in", ["ES", "FR"]), ("country", "not_in", ["ES"]), False),
        (("country", "not_in", ["ES", "FR"]), ("country", "eq", "ES"), True),
        (("kind", "eq", "city"), ("kind", "eq", "region"), True),
        (("country_group", "has", "eu"), ("country_group", "has", "asean"), False),
    ],
)
def test_two_rules_clash_where_nothing_passes_both(
    first: tuple[str, str, Any], second: tuple[str, str, Any], clash: bool
) -> None:
    found = contradiction([rule("a", *first), rule("b", *second)])
    assert found == (("a", "b") if clash else None)
    assert (contradiction([rule("b", *second), rule("a", *first)]) is not None) == clash


def test_rules_of_different_times_do_not_clash() -> None:
    before = rule("a", "population", "gt", 9, valid_to=date(2019, 12, 31))
    after = rule("b", "population", "lt", 5, valid_from=date(2020, 1, 1))
    assert contradiction([before, after]) is None


def test_a_collaboration_with_contradicting_rules_is_refused() -> None:
    rules = [rule("big", "population", "gt", 9), rule("small", "population", "lt", 5)]
    with pytest.raises(ValidationError, match="'big' and 'small' contradict"):
        Collaboration(
            id="a",
            name="A",
            type="managed_network",
            theme="dedicated",
            description="A.",
            rules=rules,
        )
