"""The rules of entry: those of a collaboration and of one of its calls, and what they say."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from models.taxonomy import Intake, Outcome, RemedyKind, RuleScope, Verdict
from services.matcher.convening.applicants import Known
from services.matcher.eligibility import RuleOutcome, in_force, judge_rule
from services.matcher.judging import judge
from services.matcher.wording import Wording

Facts = dict[str, Any]


def called(record: Facts, call: Facts | None) -> Facts:
    """The collaboration with the rules of a call added to its own."""
    if not call or not call.get("rules"):
        return record
    rules = {rule["id"]: rule for rule in (*record.get("rules", ()), *call["rules"])}
    return {**record, "rules": list(rules.values()), "entry_rules_known": True}


def place_rules(record: Facts) -> list[Facts]:
    """The rules of entry that judge a place alone."""
    return [
        rule
        for rule in record.get("rules", ())
        if rule.get("scope", RuleScope.PLACE) == RuleScope.PLACE
    ]


def judge_alone(record: Facts, facts: Facts, as_of: date) -> list[RuleOutcome]:
    """What each rule of entry in force says of a place."""
    rules = (rule for rule in place_rules(record) if in_force(rule, as_of))
    return [judge_rule(rule, facts, as_of) for rule in rules]


def not_to_be_mended(outcomes: Iterable[RuleOutcome]) -> list[RuleOutcome]:
    """The failures that nothing a place does would change."""
    return [o for o in outcomes if o.outcome == "fail" and o.remedy_kind == RemedyKind.FIXED]


@dataclass(frozen=True)
class EntryRules:
    """What a collaboration, and the call if there is one, ask of applicants on a day."""

    record: Facts
    call: Facts | None
    as_of: date
    require_verified: bool
    words: Wording

    def outcomes(self, who: Known) -> list[RuleOutcome]:
        """What each rule says of an applicant; where its claims decide against the catalogue's
        figures, a person does."""
        mine = self._judged(who.facts)
        if not who.conflicts or who.on_file is None:
            return mine
        contested = {c["field"] for c in who.conflicts}
        held = {k: v for k, v in who.on_file.items() if k in contested}
        told = {k: v for k, v in who.facts.items() if k not in contested}
        theirs = {o.rule_id: o for o in self._judged({**told, **held})}
        return [o if theirs[o.rule_id].outcome == o.outcome else self._contested(o) for o in mine]

    def _contested(self, outcome: RuleOutcome) -> RuleOutcome:
        return outcome._replace(
            outcome=Outcome.UNDETERMINED,
            effect=Verdict.UNDETERMINED,
            code="claim_conflict",
            text=self.words.text("convening.claim_conflict", {"field": outcome.field}),
            missing=outcome.field,
        )

    def _judged(self, facts: Facts) -> list[RuleOutcome]:
        """Whether a call is open, and how old the record is, its convener knows."""
        found = judge(self.record, facts, self.as_of, self.words, self.require_verified).outcomes
        shut = self.call is None and self.record.get("intake") == Intake.CLOSED
        passed_over = {"confirm"} if shut else {"confirm", "intake"}
        return [o for o in found if o.rule_id not in passed_over]
