"""Joint admission: may these places join together, and what would let those refused in?"""

from collections.abc import Sequence
from typing import Any

from models.errors import InvalidInput
from models.names import fold
from models.taxonomy import Outcome, RemedyKind, Verdict
from services.matcher.convening.cap_outcomes import Ruled, judge_caps, opened, ways_in
from services.matcher.convening.caps import Limit, limits
from services.matcher.convening.desk import Desk, name_of, refuse_doubles
from services.matcher.convening.entry_rules import judge_alone
from services.matcher.convening.roster import Roster, holder, required, standing
from services.matcher.convening.schemas import AdmissionRequest
from services.matcher.convening.standing import key_of
from services.matcher.eligibility import Judgement, RuleOutcome
from services.matcher.matching.caution import caution
from services.matcher.wording import Wording

Facts = dict[str, Any]


def check(desk: Desk, request: AdmissionRequest) -> Facts:
    """Judge an admission of several places at once, after others have left."""
    before = required(desk)
    leaving = _leaving(before, desk.all_facts(request.leave))
    roster = before.without(leaving)
    admitted = desk.all_facts(request.admit)
    refuse_doubles([key_of(m) for m in admitted], "/admit")
    found = limits([*desk.record.get("caps", ()), *before.caps, *(c.facts() for c in request.caps)])
    ruled = judge_caps(roster, found, admitted, desk.words)
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
        answer["cautions"] = [_twin(*double, desk.words) for double in doubles]
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


def _entry_rules(desk: Desk, admitted: Sequence[Facts], request: AdmissionRequest) -> list[Ruled]:
    """The collaboration's rules of entry, for each place to be admitted."""
    as_of = request.as_of or desk.context.today
    return [
        (outcome, {"place": holder(facts)})
        for facts in admitted
        for outcome in judge_alone(desk.record, facts, as_of)
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


def _twin(place: Facts, twin: Facts, words: Wording) -> Facts:
    args = {"name": place["name"], "other": twin["name"]}
    return caution("possible_duplicate", words, args, name_of(place), name_of(twin))


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
    return [way for limit in found for way in opened(roster, limit, admitted, words)]
