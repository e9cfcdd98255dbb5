"""Rules that no place could ever pass together: refused when a record comes in."""

from collections.abc import Iterable
from datetime import date
from itertools import combinations
from math import inf
from typing import Any

from models.records.rule import NUMBERS, Rule
from models.taxonomy import Operator, RuleScope

Interval = tuple[float, bool, float, bool]
"""Low, whether low itself is inside, high, whether high itself is inside."""


def contradiction(rules: Iterable[Rule]) -> tuple[str, str] | None:
    """The ids of the first two rules that cannot both hold, or None."""
    alone = [rule for rule in rules if rule.scope is RuleScope.PLACE]
    for one, other in combinations(alone, 2):
        if one.field == other.field and _meet_in_time(one, other) and _exclude(one, other):
            return one.id, other.id
    return None


def _meet_in_time(one: Rule, other: Rule) -> bool:
    begins = max(one.valid_from or date.min, other.valid_from or date.min)
    ends = min(one.valid_to or date.max, other.valid_to or date.max)
    return begins <= ends


def _exclude(one: Rule, other: Rule) -> bool:
    if one.field in NUMBERS:
        return _empty(_interval(one), _interval(other))
    allowed, forbidden = _words(one), _words(other)
    if one.operator is Operator.NOT_IN:
        one, other, allowed, forbidden = other, one, forbidden, allowed
    if one.operator not in (Operator.IN, Operator.EQ):
        return False
    if other.operator is Operator.NOT_IN:
        return allowed <= forbidden
    return other.operator in (Operator.IN, Operator.EQ) and not allowed & forbidden


def _words(rule: Rule) -> set[Any]:
    return set(rule.value) if isinstance(rule.value, list) else {rule.value}


def _interval(rule: Rule) -> Interval:
    match rule.operator:
        case Operator.GT:
            return (rule.value, False, inf, True)
        case Operator.GE:
            return (rule.value, True, inf, True)
        case Operator.LT:
            return (-inf, True, rule.value, False)
        case Operator.LE:
            return (-inf, True, rule.value, True)
        case Operator.BETWEEN:
            return (rule.value[0], True, rule.value[1], True)
        case _:
            return (rule.value, True, rule.value, True)


def _empty(one: Interval, other: Interval) -> bool:
    low, low_in = max((one[0], one[1]), (other[0], other[1]), key=lambda p: (p[0], not p[1]))
    high, high_in = min((one[2], one[3]), (other[2], other[3]), key=lambda p: (p[0], p[1]))
    return low > high or (low == high and not (low_in and high_in))
