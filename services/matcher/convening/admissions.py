"""Joint admission: may these places join together, and what would let those refused in?"""

from collections.abc import Sequence
from typing import Any

from models.errors import InvalidInput
from models.names import fold
from models.taxonomy import CapAttribute, Outcome, RemedyKind, RuleScope, Verdict
from services.matcher.convening.caps import Finding, Limit, judge_admission, limits
from services.matcher.convening.desk import Desk, name_of, refuse_doubles
from services.matcher.convening.roster import Roster, holder, required, standing
from services.matcher.convening.schemas import AdmissionRequest
from services.matcher.convening.standing import key_of
from services.matcher.eligibility import Judgement, RuleOutcome, in_force, judge_rule
from services.matcher.wording import Wording

Facts = dict[str, Any]
Ruled = tuple[RuleOutcome, Facts]
"""An outcome, and what the answer says besides."""

_EFFECTS = {
    Outcome.PASS: Verdict.ELIGIBLE,
    Outcome.FAIL: Verdict.REFUSED,
    Outcome.UNDETERMINED: Verdict.UNDETERMINED,
}
_WORDS = {CapAttribute.COUNTRY: "country", CapAttribute.CONTINENT: "continent",
          CapAttribute.KIND: "kind", CapAttribute.SIZE_CLASS: "size_class"}  # fmt: skip


def check(desk: Desk, request: AdmissionRequest) -> Facts:
    """Judge an admission of several places at once, after others have left."""
    before = required(desk)
    leaving = _leaving(before, desk.all_facts(request.leave))
    roster = before.without(leaving)
    admitted = desk.all_facts(request.admit)
    refuse_doubles([key_of(m) for m in admitted], "/admit")
    found = limits([*desk.record.get("caps", ()), *before.caps, *(c.facts() for c in request.caps)])
    ruled = [pair for limit in found for pair in judge_cap(roster, limit, admitted, desk.words)]
    ruled += _entry_rules(desk, admitted, request) + _members_already(roster, admitted, desk.words)
    verdict = Judgement([outcome for outcome, _ in ruled]).verdict
    after = Roster([*roster.members, *admitted], roster.hidden, roster.assignments)
    answer: Facts = {
        "verdict": verdict,
        "rules": [outcome.as_json() | more for outcome, more in ruled],
        "holders": _holders(ruled),
        "total": {"before": before.total, "after": after.total},
        "caps_after": standing(after, found),
        "roster_version": before.version,
    }
    if roster.hidden != 0:
        answer["by_bounds"] = desk.words.text("convening.by_bounds", {"hidden": roster.hidden})
    doubles = twins(roster, admitted)
    if doubles:
        answer["cautions"] = [_twin(double, desk.words) for double in doubles]
    unlock = _unlock(roster, found, admitted, ruled, desk.words)
    if unlock:
        answer["would_unlock"] = unlock
    return answer


def _leaving(roster: Roster, leaving: Sequence[Facts]) -> set[str]:
    members = {key_of(m) for m in roster.members}
    for at, facts in enumerate(leaving):
        if key_of(facts) not in members:
            detail = f"{facts['name']} is no member of the roster"
            raise InvalidInput.at(f"/leave/{at}", detail, "no_member")
    return {key_of(facts) for facts in leaving}


def judge_cap(
    roster: Roster, limit: Limit, admitted: Sequence[Facts], words: Wording
) -> list[Ruled]:
    """One outcome a value of a cap: what the roster would be, and who holds the places."""
    values = [roster.value(facts, limit) for facts in admitted]
    return [
        _ruled(roster, finding, words)
        for finding in judge_admission(limit, roster.tally(limit), values)
    ]


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
        threshold=_share(limit) or limit.max,
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


def _share(limit: Limit) -> str | None:
    return f"{limit.share.numerator}/{limit.share.denominator}" if limit.share else None


def _said(finding: Finding, counts: Facts, words: Wording) -> str:
    limit = finding.limit
    args = {
        **counts,
        "label": label(limit, finding.value, words),
        "share": _share(limit),
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
    spec = _WORDS.get(limit.attribute)
    return words.format_field(value, spec) if spec else value


def _entry_rules(desk: Desk, admitted: Sequence[Facts], request: AdmissionRequest) -> list[Ruled]:
    """The collaboration's rules of entry, for each place to be admitted."""
    as_of = request.as_of or desk.context.today
    return [
        (judge_rule(rule, facts, as_of), {"place": holder(facts)})
        for facts in admitted
        for rule in desk.record.get("rules", ())
        if rule.get("scope", RuleScope.PLACE) == RuleScope.PLACE and in_force(rule, as_of)
    ]


def _members_already(roster: Roster, admitted: Sequence[Facts], words: Wording) -> list[Ruled]:
    members = {key_of(m) for m in roster.members}
    return [
        (
            RuleOutcome(
                rule_id="already_member",
                outcome=Outcome.FAIL,
                effect=Verdict.REFUSED,
                field="id",
                text=words.text("convening.already_member", {"name": facts["name"]}),
                seen=key_of(facts),
                remedy_kind=RemedyKind.FIXED,
            ),
            {"place": holder(facts)},
        )
        for facts in admitted
        if key_of(facts) in members
    ]


def twins(roster: Roster, applicants: Sequence[Facts]) -> list[tuple[Facts, Facts]]:
    """Applicants that bear a member's name in its country: the same government twice?"""
    named: dict[tuple[str, str], Facts] = {}
    for member in roster.members:
        for name in (member["name"], *member.get("aliases", ())):
            named.setdefault((member["country"], fold(name)), member)
    found = []
    for facts in applicants:
        twin = named.get((facts["country"], fold(facts["name"])))
        if twin is not None and key_of(twin) != key_of(facts):
            found.append((facts, twin))
    return found


def _twin(double: tuple[Facts, Facts], words: Wording) -> Facts:
    args = {"name": double[0]["name"], "other": double[1]["name"]}
    text = words.text("caution.possible_duplicate", args)
    return {"code": "possible_duplicate", "text": text, "args": args,
            "evidence": [name_of(facts) for facts in double]}  # fmt: skip


def _holders(ruled: Sequence[Ruled]) -> list[Facts]:
    """Who holds the places of the caps in the way; of a share, where no count is in the way."""
    standing_in = [(o, more) for o, more in ruled if o.outcome is not Outcome.PASS]
    counted = [more for o, more in standing_in if isinstance(o.threshold, int)]
    seen: dict[str, Facts] = {}
    for more in counted or [more for _, more in standing_in]:
        for member in more.get("holders", ()):
            seen.setdefault(member.get("id") or member["name"], member)
    return list(seen.values())


def _unlock(
    roster: Roster,
    found: Sequence[Limit],
    admitted: Sequence[Facts],
    ruled: Sequence[Ruled],
    words: Wording,
) -> list[Facts]:
    """What would let the places in that are refused, and what an admission makes room for."""
    by_id = {limit.rule_id: limit for limit in found}
    ways: list[Facts] = []
    for outcome, more in ruled:
        limit = by_id.get(outcome.rule_id)
        if limit and outcome.outcome is Outcome.FAIL and more["value"] is not None:
            ways += ways_in(limit, more, words)
    if any(outcome.outcome is Outcome.FAIL for outcome, _ in ruled):
        return ways
    return [way for limit in found for way in _opened(roster, limit, admitted, words)]


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


def _opened(roster: Roster, limit: Limit, admitted: Sequence[Facts], words: Wording) -> list[Facts]:
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
