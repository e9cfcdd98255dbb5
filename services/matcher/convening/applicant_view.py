"""What an applicant may be told, apart from what its convener sees."""

from typing import Any

from services.matcher.convening.desk import Desk
from services.matcher.convening.jury import result_of, stored

Facts = dict[str, Any]

# What an applicant may be told of a rule's outcome: the rule, and its own value.
_TOLD = ("rule_id", "outcome", "field", "seen", "threshold", "text", "source", "remedy",
         "remedy_kind")  # fmt: skip
_OF_OTHERS = {"intake", "already_member"}
_NAMED = {"id", "name", "kind", "country"}


def own_rules(result: Facts) -> list[Facts]:
    """The rules that only the applicant's own values decide."""
    return [
        rule
        for rule in result["rules"]
        if rule["rule_id"] not in _OF_OTHERS and "holders" not in rule
    ]


def _passes(rules: list[Facts]) -> bool | None:
    """Whether every rule passes; None where one of them cannot be told."""
    found = {rule["outcome"] for rule in rules}
    return False if "fail" in found else None if "undetermined" in found else True


def missing_of(result: Facts) -> list[str]:
    """The fields that would settle the applicant's own rules, each once."""
    fields = (rule.get("missing") for rule in own_rules(result))
    return list(dict.fromkeys(field for field in fields if field))


def applicant_view(desk: Desk, screening_id: str, applicant: int) -> Facts:
    """What an applicant may be told: its rules and its own values, never anything of another.

    Caps and waiting lists depend on who else is in or applied, so only the rules are told.
    """
    result = result_of(stored(desk, screening_id), applicant)
    caps = desk.record.get("caps", ())
    rules = [{k: rule[k] for k in _TOLD if k in rule} for rule in own_rules(result)]
    failed = [rule for rule in rules if rule["outcome"] == "fail"]
    answer: Facts = {
        "applicant": {k: v for k, v in result["applicant"].items() if k in _NAMED},
        "collaboration": desk.named,
        "rules": rules,
        "passes_alone": _passes(rules),
        "missing": missing_of(result),
        "conditions_on_the_roster": [
            {k: cap[k] for k in ("attribute", "max", "max_share", "text", "source") if k in cap}
            for cap in caps
        ],
    }
    if failed:
        answer["what_would_change_it"] = [
            {k: rule[k] for k in ("rule_id", "remedy", "remedy_kind") if k in rule}
            for rule in failed
        ]
    return answer
