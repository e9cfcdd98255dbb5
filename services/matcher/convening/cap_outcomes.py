"""What a cap says of an admission, who holds its places, and what would make room."""

from collections.abc import Iterable, Sequence
from typing import Any

from models.taxonomy import CapAttribute, Outcome, RemedyKind, Verdict
from services.matcher.convening.caps import Finding, Limit, judge_admission
from services.matcher.convening.roster import Roster
from services.matcher.eligibility import RuleOutcome
from services.matcher.wording import Wording

Facts = dict[str, Any]
Ruled = tuple[RuleOutcome, Facts]
"""An outcome, and what the answer says besides."""

_EFFECTS = {
    Outcome.PASS: Verdict.ELIGIBLE,
    Outcome.FAIL: Verdict.REFUSED,
    Outcome.UNDETERMINED: Verdict.UNDETERMINED,
}
VALUE_WORDS = {CapAttribute.COUNTRY: "country", CapAttribute.CONTINENT: "continent",
               CapAttribute.KIND: "kind", CapAttribute.SIZE_CLASS: "size_class"}  # fmt: skip


def judge_caps(
    roster: Roster, limits: Iterable[Limit], admitted: Sequence[Facts], words: Wording
) -> list[Ruled]:
    """One outcome a value of each cap: what the roster would be, and who holds the places."""
    found = []
    for limit in limits:
        values = [roster.value(facts, limit) for facts in admitted]
        findings = judge_admission(limit, roster.tally(limit), values)
        found += [_ruled(roster, finding, words) for finding in findings]
    return found


def _ruled(roster: Roster, finding: Finding, words: Wording) -> Ruled:
    limit, failed = finding.limit, finding.outcome is Outcome.FAIL
    more = _counts(roster, finding)
    ways = ways_in(limit, more, words) if failed else []
    unplaced = finding.value is None and finding.outcome is not Outcome.PASS
    outcome = RuleOutcome(
        rule_id=limit.rule_id,
        outcome=finding.outcome,
        effect=_EFFECTS[finding.outcome],
        field=str(limit.attribute),
        text=_said(finding, more, words),
        seen=finding.after,
        threshold=limit.fraction or limit.max,
        code=limit.rule_id,
        source=limit.source,
        remedy=ways[0]["text"] if ways else None,
        remedy_kind=None if finding.outcome is Outcome.PASS else RemedyKind.ACT,
        missing=str(limit.attribute) if unplaced else None,
    )
    return outcome, more


def _counts(roster: Roster, finding: Finding) -> Facts:
    """The numbers of a finding, before and after, and who holds the places."""
    return {
        "value": finding.value,
        "before": finding.before,
        "count": finding.after,
        "total_before": finding.total_before,
        "total": finding.total_after,
        "max": finding.limit.at_most(finding.total_after),
        "holders": roster.holders(finding.limit, finding.value),
    }


def _said(finding: Finding, counts: Facts, words: Wording) -> str:
    limit = finding.limit
    args = {
        **counts,
        "label": label(limit, finding.value, words),
        "share": limit.fraction,
        "held": f"{finding.before}/{limit.at_most(finding.total_before)}",
        "holders": [h["name"] for h in counts["holders"]],
        "rule": limit.rule_id,
    }
    if finding.outcome is Outcome.PASS and limit.breached(finding.after, finding.total_after):
        return words.text("convening.cap.share.no_worse", args)
    kind = "share" if limit.share else "max"
    return words.text(f"convening.cap.{kind}.{finding.outcome}", args)


def label(limit: Limit, value: str | None, words: Wording) -> str:
    """A value of a cap as a reader would say it."""
    if value is None:
        return words.text("convening.value_unknown", {"attribute": str(limit.attribute)})
    spec = VALUE_WORDS.get(limit.attribute)
    return words.format_field(value, spec) if spec else value


def ways_in(limit: Limit, more: Facts, words: Wording) -> list[Facts]:
    """Others to admit along with them, members to leave, or fewer to admit."""
    head = {"rule_id": limit.rule_id, "attribute": limit.attribute, "value": more["value"]}
    args: Facts = {"label": label(limit, more["value"], words)}
    ways = []
    if limit.share is not None and limit.share > 0:
        share = limit.share
        needed = -(-share.denominator * more["count"] // share.numerator) - more["total"]
        ways.append(_way(head, "admit_others", needed, args, words))
    if limit.max is not None and more["before"]:
        leaving = min(more["count"] - limit.max, more["before"])
        ways.append(_way(head, "member_leaves", leaving, args, words))
    fewer = more["count"] - more["before"] - 1
    while fewer > 0 and not _fits(limit, more, fewer):
        fewer -= 1
    if fewer > 0:
        ways.append(_way(head, "admit_fewer", fewer, args, words))
    return ways


def _fits(limit: Limit, more: Facts, admitted: int) -> bool:
    joining = more["total"] - more["total_before"] - (more["count"] - more["before"]) + admitted
    return limit.allows(more["before"], more["total_before"], admitted, joining)


def _way(head: Facts, code: str, count: int, args: Facts, words: Wording) -> Facts:
    text = words.text(f"convening.unlock.{code}", {**args, "count": count})
    return {**head, "code": code, "count": count, "text": text}


def opened(roster: Roster, limit: Limit, admitted: Sequence[Facts], words: Wording) -> list[Facts]:
    """Values that had no room before the admission and have some after it."""
    if roster.hidden != 0 or limit.share is None:
        return []
    before = roster.tally(limit)
    after = Roster([*roster.members, *admitted], 0, roster.assignments).tally(limit)
    if before.unplaced or after.unplaced:
        return []
    found = []
    for value in sorted(before.counts):
        was = limit.allows(before.counts[value], before.known, 1, 1)
        now = limit.allows(after.counts[value], after.known, 1, 1)
        if now and not was:
            head = {"rule_id": limit.rule_id, "attribute": limit.attribute, "value": value}
            args = {"label": label(limit, value, words)}
            found.append(_way(head, "opens", 1, args, words))
    return found
