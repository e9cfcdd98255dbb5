"""Rules into outcomes, outcomes into a verdict. Three-valued: what is unknown is never a no."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from operator import eq, ge, gt, le, lt
from typing import Any, NamedTuple

from models.countries import countries, groups_of
from models.residents import size_class
from models.taxonomy import FactStatus, Operator, Outcome, PopulationBasis, RemedyKind, Verdict
from services.matcher.evidence import rests_on

Facts = dict[str, Any]

# Facts last confirmed longer ago are printed with their date and settle no verdict alone.
STALE_AFTER = timedelta(days=731)


class Seen(NamedTuple):
    """A value a rule looks at. A `lower_bound` passes "more than" rules but fails none."""

    value: Any
    field: str
    lower_bound: bool = False


_COMPARE: dict[Operator, Callable[[Any, Any], bool]] = {
    Operator.EQ: eq,
    Operator.GT: gt,
    Operator.GE: ge,
    Operator.LT: lt,
    Operator.LE: le,
}


class RuleOutcome(NamedTuple):
    """What one rule says of one place, with the value it saw and what would change it.

    `effect` is the best verdict that this outcome allows; `missing` names the field that
    would settle it.
    """

    rule_id: str
    outcome: Outcome
    effect: Verdict
    field: str
    text: str
    seen: Any = None
    threshold: Any = None
    code: str | None = None
    status: str | None = None
    source: str | None = None
    remedy: str | None = None
    remedy_kind: str | None = None
    missing: str | None = None
    operator: str | None = None
    """How the value is held against the threshold, of a rule that is data."""

    def as_json(self) -> Facts:
        """The outcome as the contract has it; `seen` and `threshold` are always there."""
        shown: Facts = {"seen": None, "threshold": None}
        for name, value in zip(self._fields, self, strict=True):
            if value is not None:
                shown[name] = value
        return shown


_WORST_FIRST = tuple(reversed(Verdict))


@dataclass(frozen=True, eq=False)
class Judgement:
    """A verdict with every outcome behind it; places that are alike share one."""

    outcomes: list[RuleOutcome]

    @cached_property
    def verdict(self) -> Verdict:
        """The best verdict that all outcomes allow."""
        effects = {o.effect for o in self.outcomes}
        return next((v for v in _WORST_FIRST if v in effects), Verdict.ELIGIBLE)

    @cached_property
    def missing(self) -> list[str]:
        """The unknown fields that would settle an outcome, each once."""
        return list(dict.fromkeys(o.missing for o in self.outcomes if o.missing))

    def rules(self) -> list[Facts]:
        """Every outcome as an answer shows it."""
        return [outcome.as_json() for outcome in self.outcomes]

    @property
    def failed(self) -> list[RuleOutcome]:
        return [o for o in self.outcomes if o.effect is Verdict.REFUSED]


def _population(facts: Facts) -> Seen:
    """Residents of the government itself; a settlement's figure settles nothing about it."""
    if facts.get("population_basis") == PopulationBasis.SETTLEMENT:
        return Seen(None, "population")
    return Seen(facts.get("population"), "population")


def _metro_population(facts: Facts) -> Seen:
    """Residents of the metropolitan area; those of its core bound it from below."""
    if facts.get("metro_population") is not None:
        return Seen(facts["metro_population"], "metro_population")
    if facts.get("population") is not None:
        return Seen(facts["population"], "metro_population", lower_bound=True)
    return Seen(None, "metro_population")


def _size_class(facts: Facts) -> Seen:
    residents = facts.get("metro_population") or facts.get("population")
    return Seen(size_class(residents), "population")


def _continent(facts: Facts) -> Seen:
    return Seen(countries()[facts["country"]].continent, "country")


def _budget(facts: Facts) -> Seen:
    return Seen((facts.get("own_budget") or {}).get("amount"), "own_budget")


def _officer_days(facts: Facts) -> Seen:
    return Seen((facts.get("capacity") or {}).get("officer_days"), "capacity.officer_days")


_READ: dict[str, Callable[[Facts], Seen]] = {
    "population": _population,
    "metro_population": _metro_population,
    "size_class": _size_class,
    "continent": _continent,
    "own_budget": _budget,
    "officer_days": _officer_days,
}


# What rules read that is not the place's field of the same name: the fields it is found in.
_FOUND_IN: dict[str, tuple[str, ...]] = {
    "country_group": ("country",),
    "continent": ("country",),
    "member_of": ("commitments",),
    "population": ("population", "population_basis"),
    "metro_population": ("metro_population", "population"),
    "size_class": ("metro_population", "population"),
    "officer_days": ("capacity",),
}


def found_in(field_name: str) -> tuple[str, ...]:
    """The fields of a place that settle what a rule's field says of it."""
    return _FOUND_IN.get(field_name, (field_name,))


def seen(field_name: str, facts: Facts, as_of: date) -> Seen:
    """The value of a rule's field for a place."""
    if field_name == "country_group":
        return Seen(sorted(groups_of(facts["country"], as_of)), "country")
    if field_name == "member_of":
        names = [c.get("collaboration") for c in facts.get("commitments", ())]
        return Seen(names or None, "commitments")
    if field_name == "city_state":
        return Seen(bool(facts.get("city_state")), "city_state")
    if field_name in _READ:
        return _READ[field_name](facts)
    return Seen(facts.get(field_name) or None, field_name)


def judge_rule(
    rule: Facts, facts: Facts, as_of: date, require_verified: bool = False
) -> RuleOutcome:
    """One place-scope rule on one place; `require_verified` lets no mere claim decide."""
    what = seen(rule["field"], facts, as_of)
    outcome = _decide(rule, what)
    if outcome is Outcome.FAIL and not rule.get("strict", True):
        outcome = Outcome.UNDETERMINED
    status = _status(facts, what)
    unproven = require_verified and status not in (None, FactStatus.VERIFIED)
    if unproven:
        outcome = Outcome.UNDETERMINED
    failed = outcome is not Outcome.PASS
    return RuleOutcome(
        rule_id=rule["id"],
        outcome=outcome,
        effect=_effect(rule, outcome),
        field=rule["field"],
        seen=what.value,
        threshold=rule.get("value"),
        text=rule["text"],
        code="by_lower_bound" if what.lower_bound and not failed else None,
        status=status,
        source=rule.get("source"),
        remedy=rule.get("remedy") if failed else None,
        remedy_kind=_remedy_kind(rule, outcome) if failed else None,
        missing=what.field
        if outcome is Outcome.UNDETERMINED and (unproven or _unknown(what))
        else None,
        operator=rule["operator"],
    )


def _status(facts: Facts, what: Seen) -> str | None:
    """How far the value seen may be trusted."""
    if what.value is None:
        return None
    return status_of(facts, "population" if what.lower_bound else what.field.split(".")[0])


def status_of(facts: Facts, field: str) -> str:
    """How far a field may be trusted; without a source it is its sender's claim."""
    return str(rests_on(facts, field).get("status", FactStatus.CLAIM))


def _remedy_kind(rule: Facts, outcome: Outcome) -> str:
    if outcome is Outcome.UNDETERMINED:
        return RemedyKind.DECLARE
    return str(rule.get("remedy_kind", RemedyKind.FIXED))


def _unknown(what: Seen) -> bool:
    return what.value is None or what.lower_bound


def _decide(rule: Facts, what: Seen) -> Outcome:
    if what.value is None:
        return Outcome.UNDETERMINED
    operator, value = Operator(rule["operator"]), rule.get("value")
    passed = _passes(operator, what.value, value)
    if not what.lower_bound:
        return Outcome.PASS if passed else Outcome.FAIL
    if operator in (Operator.GT, Operator.GE):
        return Outcome.PASS if passed else Outcome.UNDETERMINED
    if operator in (Operator.LT, Operator.LE):
        return Outcome.UNDETERMINED if passed else Outcome.FAIL
    return Outcome.UNDETERMINED


def _passes(operator: Operator, value: Any, wanted: Any) -> bool:
    if operator is Operator.HAS:
        return wanted in value if isinstance(value, list) else wanted == value
    if operator in (Operator.IN, Operator.NOT_IN):
        values = value if isinstance(value, list) else [value]
        inside = any(v in wanted for v in values)
        return inside if operator is Operator.IN else not inside
    if operator is Operator.BETWEEN:
        return bool(wanted[0] <= value <= wanted[1])
    return bool(_COMPARE[operator](value, wanted))


def in_force(rule: Facts, as_of: date) -> bool:
    """Whether a rule is valid on a day."""
    begins, ends = rule.get("valid_from"), rule.get("valid_to")
    return not (begins and as_of < date.fromisoformat(begins)) and not (
        ends and as_of > date.fromisoformat(ends)
    )


def _effect(rule: Facts, outcome: Outcome) -> Verdict:
    """A failure that can be mended leaves a condition, one that is fixed refuses."""
    if outcome is Outcome.PASS:
        return Verdict.ELIGIBLE
    if outcome is Outcome.UNDETERMINED:
        return Verdict.UNDETERMINED
    fixed = rule.get("remedy_kind", RemedyKind.FIXED) == RemedyKind.FIXED
    return Verdict.REFUSED if fixed else Verdict.CONDITIONAL


def is_stale(last_confirmed: str | None, as_of: date) -> bool:
    """Whether a fact was last confirmed too long ago to settle a verdict alone."""
    return last_confirmed is not None and as_of - date.fromisoformat(last_confirmed) > STALE_AFTER
