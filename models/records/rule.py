"""A rule of entry as data: who may join, alone, as a pair, or as part of a roster."""

from decimal import Decimal
from typing import Any, Self

from pydantic import Field, model_validator

from models.countries import country_groups, is_country
from models.records.values import Day, Record, Slug, Text
from models.taxonomy import (
    Continent,
    Operator,
    PlaceKind,
    RemedyKind,
    RuleScope,
    SizeClass,
)

_ORDER = {Operator.GT, Operator.GE, Operator.LT, Operator.LE, Operator.EQ, Operator.BETWEEN}
_SETS = {Operator.EQ, Operator.IN, Operator.NOT_IN, Operator.DISTINCT}
_HAS = {Operator.HAS, Operator.IN, Operator.NOT_IN, Operator.DISTINCT}

# What a rule may ask of a place, and with which operators.
PLACE_FIELDS: dict[str, set[Operator]] = {
    "kind": _SETS,
    "country": _SETS,
    "continent": _SETS,
    "country_group": _HAS,
    "size_class": _SETS,
    "population": _ORDER,
    "metro_population": _ORDER,
    "national_rank": _ORDER,
    "own_budget": _ORDER,
    "officer_days": _ORDER,
    "roles": _HAS,
    "languages": _HAS,
    "sectors": _HAS,
    "goals": _HAS,
    "stakeholders": _HAS,
    "member_of": _HAS,
    "has_government": {Operator.EQ},
    "city_state": {Operator.EQ},
}
NUMBERS = {"population", "metro_population", "national_rank", "own_budget", "officer_days"}
_VOCABULARY: dict[str, set[str]] = {
    "kind": set(PlaceKind),
    "continent": set(Continent),
    "size_class": set(SizeClass),
}


class Rule(Record):
    """One rule of entry.

    `strict: false` says that its source is not decisive: a place that does not pass is then
    `undetermined`, never refused. A pair rule with `distinct` asks that the two places differ
    in the field, or, with a value, that exactly one of them has it.
    """

    id: Slug
    scope: RuleScope = RuleScope.PLACE
    field: str
    operator: Operator
    value: Any = None
    text: Text
    source: Text | None = None
    valid_from: Day | None = None
    valid_to: Day | None = None
    strict: bool = True
    remedy: Text | None = None
    remedy_kind: RemedyKind = Field(default=RemedyKind.FIXED)

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        operators = PLACE_FIELDS.get(self.field)
        if operators is None:
            raise ValueError(
                f"a rule on the unknown field {self.field!r}: expected one of "
                + ", ".join(sorted(PLACE_FIELDS))
            )
        if self.operator not in operators:
            raise ValueError(
                f"operator {self.operator.value!r} does not fit field {self.field!r}: expected "
                + ", ".join(sorted(o.value for o in operators))
            )
        if self.valid_from and self.valid_to and self.valid_from > self.valid_to:
            raise ValueError("valid_from is after valid_to")
        self._check_value()
        return self

    def _check_value(self) -> None:
        if self.operator is Operator.DISTINCT:
            if self.scope is RuleScope.PLACE:
                raise ValueError("operator 'distinct' needs scope 'pair' or 'roster'")
            if self.value is None:
                return
        if self.field in NUMBERS:
            wanted = 2 if self.operator is Operator.BETWEEN else 1
            numbers = self.value if isinstance(self.value, list) else [self.value]
            if len(numbers) != wanted or not all(_is_number(n) for n in numbers):
                raise ValueError(f"value must be {wanted} number(s) for {self.operator.value!r}")
            if wanted == 2 and numbers[0] > numbers[1]:
                raise ValueError("value must be [low, high] with low <= high")
        elif self.field in {"has_government", "city_state"}:
            if not isinstance(self.value, bool):
                raise ValueError("value must be true or false")
        else:
            self._check_words()

    def _check_words(self) -> None:
        many = self.operator in {Operator.IN, Operator.NOT_IN}
        if many and not (isinstance(self.value, list) and self.value):
            raise ValueError(f"value must be a list for {self.operator.value!r}")
        words = self.value if many else [self.value]
        if not all(isinstance(word, str) and word for word in words):
            raise ValueError("value must be a word, or a list of words")
        known = _VOCABULARY.get(self.field)
        for word in words:
            if self.field == "country" and not is_country(word):
                raise ValueError(f"unknown country {word!r}")
            if self.field == "country_group" and word not in country_groups():
                raise ValueError(
                    f"unknown country group {word!r}: expected "
                    + ", ".join(sorted(country_groups()))
                )
            if known is not None and word not in known:
                raise ValueError(f"unknown {self.field} {word!r}: expected {sorted(known)}")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)
