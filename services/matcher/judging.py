"""May this place join this collaboration? Every rule and circumstance, one outcome each."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from models.taxonomy import Intake, Outcome, RemedyKind, RuleScope, Verdict
from services.matcher.eligibility import (
    Facts,
    Judgement,
    RuleOutcome,
    found_in,
    in_force,
    is_stale,
    judge_rule,
)
from services.matcher.evidence import rests_on
from services.matcher.wording import Wording

Circumstance = Callable[[Facts, date, Wording], RuleOutcome | None]
"""What is told of a collaboration on a day, whoever asks."""


def judge(
    collaboration: Facts,
    place: Facts,
    as_of: date,
    words: Wording,
    require_verified: bool = False,
) -> Judgement:
    """Judge one place alone; rules on pairs and rosters are judged where those are known."""
    return Door(collaboration, as_of, words).judge(place, require_verified)


@dataclass(frozen=True, eq=False)
class Door:
    """A collaboration on a day: what it says to all alike is found once, whoever knocks."""

    collaboration: Facts
    as_of: date
    words: Wording

    def judge(self, place: Facts, require_verified: bool = False) -> Judgement:
        """Every rule and circumstance for one place, in the order in which they are told."""
        if self.of_anyone is not None:
            return self.of_anyone
        record, words = self.collaboration, self.words
        outcomes = [judge_rule(rule, place, self.as_of, require_verified) for rule in self.rules]
        outcomes += [*_roles(record, place, words), *self._ended]
        for field in self._circumstances:
            found = _BY_PLACE[field](record, place, words)
            if found is not None:
                outcomes.append(found)
        return Judgement(outcomes + self._standing)

    @cached_property
    def looks_at(self) -> frozenset[str]:
        """The fields of a place that its judgement looks at."""
        fields = {field for rule in self.rules for field in found_in(rule["field"])}
        if self.collaboration.get("required_roles"):
            fields.add("roles")
        return frozenset(fields | {LOOKS_AT[field] for field in self._circumstances})

    @cached_property
    def rules(self) -> list[Facts]:
        """Its rules on a place alone that are in force."""
        return [
            rule
            for rule in self.collaboration.get("rules", ())
            if rule.get("scope", RuleScope.PLACE) == RuleScope.PLACE and in_force(rule, self.as_of)
        ]

    @cached_property
    def _circumstances(self) -> list[str]:
        """What looks at who knocks besides rules and roles, of what this collaboration has."""
        return [field for field in _BY_PLACE if self.collaboration.get(field)]

    @cached_property
    def _ended(self) -> list[RuleOutcome]:
        return self._found(_ended)

    @cached_property
    def _standing(self) -> list[RuleOutcome]:
        """How its record stands: are rules known, is it open, is that still true?"""
        return self._found(_rules_known, _intake, _confirmed)

    def _found(self, *circumstances: Circumstance) -> list[RuleOutcome]:
        all_of_them = (one(self.collaboration, self.as_of, self.words) for one in circumstances)
        return [outcome for outcome in all_of_them if outcome is not None]

    @cached_property
    def of_anyone(self) -> Judgement | None:
        """The judgement of whoever knocks; None where something in it looks at who that is."""
        return None if self.looks_at else Judgement(self._ended + self._standing)


def _roles(collaboration: Facts, place: Facts, words: Wording) -> list[RuleOutcome]:
    found = []
    for role in collaboration.get("required_roles", ()):
        held = role in place.get("roles", ())
        found.append(
            RuleOutcome(
                rule_id=f"required-role-{role.replace('_', '-')}",
                outcome=Outcome.PASS if held else Outcome.FAIL,
                effect=Verdict.ELIGIBLE if held else Verdict.CONDITIONAL,
                field="roles",
                seen=place.get("roles"),
                threshold=role,
                text=words.text("rule.required_role", {"role": role}),
                source=_source(collaboration, "required_roles"),
                remedy=None if held else words.text("rule.required_role.remedy", {"role": role}),
                remedy_kind=None if held else RemedyKind.ACT,
                missing=None if held else role,
            )
        )
    return found


def ended(collaboration: Facts, as_of: date) -> bool:
    ends = collaboration.get("ends")
    return ends is not None and date.fromisoformat(ends) < as_of


def _ended(collaboration: Facts, as_of: date, words: Wording) -> RuleOutcome | None:
    if not ended(collaboration, as_of):
        return None
    return RuleOutcome(
        rule_id="ended",
        outcome=Outcome.FAIL,
        effect=Verdict.REFUSED,
        field="ends",
        seen=collaboration["ends"],
        text=words.text("rule.ended", {"ends": collaboration["ends"]}),
        source=_source(collaboration, "ends"),
        remedy_kind=RemedyKind.FIXED,
    )


def _domestic(collaboration: Facts, place: Facts, words: Wording) -> RuleOutcome | None:
    if not collaboration.get("domestic") or place["country"] == collaboration["country"]:
        return None
    return RuleOutcome(
        rule_id="domestic",
        outcome=Outcome.FAIL,
        effect=Verdict.REFUSED,
        field="country",
        seen=place["country"],
        threshold=collaboration["country"],
        text=words.text("rule.domestic", {"country": collaboration["country"]}),
        remedy_kind=RemedyKind.FIXED,
    )


def _fee(collaboration: Facts, place: Facts, words: Wording) -> RuleOutcome | None:
    fee, budget = collaboration.get("fee"), (place.get("capacity") or {}).get("budget")
    if not fee or not budget or fee["currency"] != budget["currency"]:
        return None  # amounts in two currencies are not compared
    if budget["amount"] >= fee["amount"]:
        return None
    args = {"fee": fee, "period": fee.get("period", "year")}
    return RuleOutcome(
        rule_id="fee",
        outcome=Outcome.FAIL,
        effect=Verdict.CONDITIONAL,
        field="capacity.budget",
        seen=budget,
        threshold=fee,
        text=words.text("rule.fee", args),
        source=_source(collaboration, "fee"),
        remedy=words.text("rule.fee.remedy", args),
        remedy_kind=RemedyKind.ACT,
    )


def _rules_known(collaboration: Facts, _as_of: date, words: Wording) -> RuleOutcome | None:
    if collaboration.get("entry_rules_known"):
        return None
    return RuleOutcome(
        rule_id="entry-rules",
        outcome=Outcome.UNDETERMINED,
        effect=Verdict.UNDETERMINED,
        field="entry_rules_known",
        seen=False,
        text=words.text("rule.rules_unknown", {}),
    )


def _intake(collaboration: Facts, _as_of: date, words: Wording) -> RuleOutcome | None:
    intake = collaboration.get("intake", Intake.UNKNOWN)
    if intake == Intake.OPEN:
        return None
    closed = intake == Intake.CLOSED
    return RuleOutcome(
        rule_id="intake",
        outcome=Outcome.FAIL if closed else Outcome.UNDETERMINED,
        effect=Verdict.REFUSED if closed else Verdict.CONDITIONAL,
        field="intake",
        seen=intake,
        threshold=Intake.OPEN,
        text=words.text(f"rule.intake_{intake}", {}),
        source=_source(collaboration, "intake"),
    )


def _confirmed(collaboration: Facts, as_of: date, words: Wording) -> RuleOutcome | None:
    """What was confirmed long ago is no promise for today."""
    when = collaboration.get("last_confirmed")
    if not is_stale(when, as_of):
        return None
    return RuleOutcome(
        rule_id="confirm",
        outcome=Outcome.UNDETERMINED,
        effect=Verdict.CONDITIONAL,
        field="last_confirmed",
        seen=when,
        text=words.text("rule.stale", {"when": when}),
    )


def _source(collaboration: Facts, field: str) -> str | None:
    source = rests_on(collaboration, field).get("source")
    return str(source) if source else None


# What looks at who knocks besides rules and roles, by the field of the collaboration that it needs.
_BY_PLACE: dict[str, Callable[[Facts, Facts, Wording], RuleOutcome | None]] = {
    "domestic": _domestic,
    "fee": _fee,
}
# And the field of the place that each looks at.
LOOKS_AT = {"domestic": "country", "fee": "capacity"}
