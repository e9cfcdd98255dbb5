"""All who are let in, taken together: the places of the call, and the caps of the roster."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from models.taxonomy import Outcome, Verdict
from services.matcher.convening.cap_outcomes import judge_caps
from services.matcher.convening.caps import Limit, limits
from services.matcher.convening.desk import Desk
from services.matcher.convening.roster import Roster, in_force
from services.matcher.convening.standing import key_of
from services.matcher.eligibility import Judgement
from services.matcher.wording import Wording

Facts = dict[str, Any]
_OUTSIDE = (Verdict.REFUSED, Verdict.WAITLISTED)


def screening_caution(code: str, words: Wording, args: Facts) -> Facts:
    """Something to mind of a screening as a whole."""
    text = words.text(f"convening.{code}", args)
    return {"code": code, "text": text, "args": args, "evidence": []}


def together(
    roster: Roster, found: Sequence[Limit], admitted: Sequence[Facts], words: Wording
) -> Facts:
    """What the caps say of admitting places at once."""
    ruled = judge_caps(roster, found, admitted, words)
    return {
        "admitted": len(admitted),
        "verdict": Judgement([outcome for outcome, _ in ruled]).verdict,
        "rules": [o.as_json() | more for o, more in ruled if o.outcome is not Outcome.PASS],
    }


def verdict_of(result: Facts) -> str:
    """The verdict that counts: a person's decision before the rules'."""
    decision = result.get("decision")
    return str(decision["verdict"] if decision else result["verdict"])


def is_member(result: Facts) -> bool:
    """Whether an applicant is in the network already, and takes no place of a call."""
    return any(caution["code"] == "already_member" for caution in result["cautions"])


def as_decided(desk: Desk, screening: Facts) -> Facts:
    """Who is let in by the verdicts that count, and whether there is room for all of them."""
    inside = [
        result["applicant"]
        for result in screening["results"]
        if verdict_of(result) not in _OUTSIDE and not is_member(result)
    ]
    answer: Facts = {"admitted": len(inside)}
    cautions: list[Facts] = []
    call = screening.get("call", {})
    if "places" in call:
        room = max(call["places"] - call.get("taken", 0), 0)
        over = max(len(inside) - room, 0)
        answer |= {"places_left": max(room - len(inside), 0), "over": over}
        if over:
            args = {"call": call["id"], "room": room, "admitted": len(inside), "over": over}
            cautions.append(screening_caution("over_places", desk.words, args))
    roster = in_force(desk) or Roster([])
    caps = [*desk.record.get("caps", ()), *roster.caps, *screening.get("caps", ())]
    # Where no roster is stored no cap can be judged.
    if roster.version and caps:
        # Who was put on the roster since then is counted there.
        members = {key_of(member) for member in roster.members}
        joining = [facts for facts in inside if key_of(facts) not in members]
        answer["together"] = together(roster, limits(caps), joining, desk.words)
        cautions += _over_caps(answer["together"]["rules"])
    return answer | {"cautions": cautions}


def _over_caps(rules: Iterable[Facts]) -> Iterator[Facts]:
    for rule in rules:
        if rule["outcome"] == Outcome.FAIL:
            args = {name: rule[name] for name in ("rule_id", "value", "count")}
            yield {"code": "over_cap", "text": rule["text"], "args": args, "evidence": []}


def going_beyond(
    desk: Desk, screening: Facts, applicants: Iterable[int], verdict: str
) -> list[Facts]:
    """What a decision on applicants would make too many, or more of that than there are."""
    decided = set(applicants)
    results = [
        result | {"decision": {"verdict": verdict}}
        if result["applicant"]["number"] in decided
        else result
        for result in screening["results"]
    ]
    before = dict(map(_how_many, as_decided(desk, screening)["cautions"]))
    after = as_decided(desk, {**screening, "results": results})["cautions"]
    return [one for one in after if _how_many(one)[1] > before.get(_how_many(one)[0], 0)]


def _how_many(told: Facts) -> tuple[tuple[Any, ...], int]:
    """What a caution is about, and how many there are of it."""
    args = told["args"]
    if told["code"] == "over_places":
        return (told["code"],), args["over"]
    return (told["code"], args["rule_id"], args["value"]), args["count"]
