"""Rules on a pair of places: judged two at a time, with dates and sources that do not decide."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.taxonomy import Operator, Outcome, RemedyKind, RuleScope, Verdict
from services.matcher.convening.standing import continent_of
from services.matcher.eligibility import RuleOutcome, in_force, judge_rule, seen

Facts = dict[str, Any]
Grid = NDArray[np.int8]
"""Per pair: 0 refused, 1 undetermined, 2 allowed."""
REFUSED, UNDETERMINED, ALLOWED = 0, 1, 2
_GRADE = {Outcome.FAIL: REFUSED, Outcome.UNDETERMINED: UNDETERMINED, Outcome.PASS: ALLOWED}
_EFFECT = {
    Outcome.PASS: Verdict.ELIGIBLE,
    Outcome.FAIL: Verdict.REFUSED,
    Outcome.UNDETERMINED: Verdict.UNDETERMINED,
}


@dataclass(frozen=True)
class PairRules:
    """The rules in force on a day."""

    rules: list[Facts]
    as_of: date

    @classmethod
    def of(cls, rules: Sequence[Facts], as_of: date) -> "PairRules":
        return cls([rule for rule in rules if in_force(rule, as_of)], as_of)

    def alone(self, facts: Facts) -> list[RuleOutcome]:
        """What the rules on single places say of one."""
        return [
            judge_rule(rule, facts, self.as_of)
            for rule in self.rules
            if rule.get("scope", RuleScope.PLACE) == RuleScope.PLACE
        ]

    def pair(self, ours: Facts, theirs: Facts) -> list[RuleOutcome]:
        """What the rules on pairs say of two places."""
        return [
            _judged(rule, self._value(rule, ours), self._value(rule, theirs), ours, theirs, self)
            for rule in self._pair_rules()
        ]

    def grid(self, left: Sequence[Facts], right: Sequence[Facts]) -> Grid:
        """All pairs at once: each rule is judged once per pair of distinct values."""
        grid = np.full((len(left), len(right)), ALLOWED, np.int8)
        for rule in self._pair_rules():
            ours, theirs = self._coded(rule, left), self._coded(rule, right)
            table = np.array(
                [
                    [_GRADE[_judged(rule, a.value, b.value, a.facts, b.facts, self).outcome]
                     for b in theirs.distinct]
                    for a in ours.distinct
                ],
                np.int8,
            )  # fmt: skip
            grid = np.minimum(grid, table[np.ix_(ours.codes, theirs.codes)])
        return grid

    def _pair_rules(self) -> list[Facts]:
        return [rule for rule in self.rules if rule.get("scope") == RuleScope.PAIR]

    def _value(self, rule: Facts, facts: Facts) -> Any:
        if rule["field"] == "continent":
            return continent_of(facts, {})
        return seen(rule["field"], facts, self.as_of).value

    def _coded(self, rule: Facts, places: Sequence[Facts]) -> "_Coded":
        distinct: dict[str, int] = {}
        holders: list[_Holder] = []
        codes: list[int] = []
        for facts in places:
            value = self._value(rule, facts)
            # Other operators judge each place's whole record, so that no two are alike.
            key = repr(value) if rule["operator"] == Operator.DISTINCT else str(len(codes))
            if key not in distinct:
                distinct[key] = len(distinct)
                holders.append(_Holder(value, facts))
            codes.append(distinct[key])
        return _Coded(holders, codes)


@dataclass(frozen=True)
class _Holder:
    value: Any
    facts: Facts


@dataclass(frozen=True)
class _Coded:
    distinct: list[_Holder]
    codes: list[int]


def _judged(
    rule: Facts, mine: Any, other: Any, ours: Facts, theirs: Facts, rules: PairRules
) -> RuleOutcome:
    """One rule on two places; a source that is not decisive refuses nobody."""
    if rule["operator"] == Operator.DISTINCT:
        outcome = _distinct(rule.get("value"), mine, other)
    else:
        both = {judge_rule(rule, facts, rules.as_of).outcome for facts in (ours, theirs)}
        outcome = next(o for o in (Outcome.FAIL, Outcome.UNDETERMINED, Outcome.PASS) if o in both)
    if outcome is Outcome.FAIL and not rule.get("strict", True):
        outcome = Outcome.UNDETERMINED
    failed = outcome is not Outcome.PASS
    return RuleOutcome(
        rule_id=rule["id"],
        outcome=outcome,
        effect=_EFFECT[outcome],
        field=rule["field"],
        text=rule["text"],
        seen=[mine, other],
        threshold=rule.get("value"),
        code="pair_rule",
        source=rule.get("source"),
        remedy=rule.get("remedy") if failed else None,
        remedy_kind=str(rule.get("remedy_kind", RemedyKind.FIXED)) if failed else None,
        operator=rule["operator"],
    )


def _distinct(wanted: Any, mine: Any, other: Any) -> Outcome:
    """Do the two differ, or, with a value, does exactly one of them have it?"""
    if mine is None or other is None:
        return Outcome.UNDETERMINED
    if wanted is None:
        shared = bool(_set(mine) & _set(other))
        return Outcome.FAIL if shared else Outcome.PASS
    return Outcome.PASS if (wanted in _set(mine)) != (wanted in _set(other)) else Outcome.FAIL


def _set(value: Any) -> set[Any]:
    return set(value) if isinstance(value, list) else {value}
