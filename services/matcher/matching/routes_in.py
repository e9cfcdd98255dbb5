"""Ways in: who is inside already, what to do first, and what would change a refusal."""

from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import Any

from orjson import Fragment

from models.residents import residents
from models.taxonomy import NationalConsent, RemedyKind, Verdict
from services.matcher.eligibility import Judgement
from services.matcher.features import Facts
from services.matcher.judging import ended
from services.matcher.kept_json import kept_bytes
from services.matcher.members import Inside, Member, Roll
from services.matcher.profile import Profile
from services.matcher.wording import Wording

# Some 5 MB when full.
MOST_SPONSORS = 5_000


def insiders(context: Any, profile: Profile, row: int) -> Inside:
    """Known members: those at home first, then those nearest in size, with since when."""
    roll: Roll = context.catalogue.members[row]
    size, home = residents(profile.facts) or 0, profile.facts["country"]
    return roll.inside(size, home, profile.row, context.tenant)


def next_steps(record: Facts, judgement: Judgement, words: Wording) -> list[dict[str, Any]]:
    """What to do, in order: consent at home, then what the rules leave open."""
    steps = []
    if record.get("national_consent") == NationalConsent.REQUIRED:
        steps.append({"code": "national_consent", "text": words.text("step.national_consent", {})})
    for outcome in judgement.outcomes:
        if outcome.effect in (Verdict.CONDITIONAL, Verdict.UNDETERMINED):
            text = outcome.remedy or outcome.text
            steps.append({"code": outcome.rule_id, "text": words.of_catalogue(text) or text})
    return steps


def smallest_change(judgement: Judgement) -> dict[str, Any] | None:
    """The smallest change that would pass; what is fixed is said to be fixed, never "grow"."""
    failed = judgement.failed
    if not failed:
        return None
    fixed = [o for o in failed if o.remedy_kind in (RemedyKind.FIXED, None)]
    outcome = fixed[0] if fixed else failed[0]
    change = {
        "rule_id": outcome.rule_id,
        "field": outcome.field,
        "seen": outcome.seen,
        "threshold": outcome.threshold,
        "remedy_kind": outcome.remedy_kind or RemedyKind.FIXED,
        "possible": not fixed,
    }
    if outcome.remedy:
        change["text"] = outcome.remedy
    return change


def route_in(
    context: Any, profile: Profile, row: int, as_of: date, inside: Inside
) -> list[dict[str, Any] | Fragment]:
    """Doors that are open: a successor, another role, a member at home to ask."""
    ways: list[dict[str, Any] | Fragment] = []
    record, home = context.snapshot.collaborations[row], profile.facts["country"]
    if "successor" in record:
        ways += _successor(context, record, as_of)
    if "partner_roles" in record:
        ways += _partners(record, home, context.words)
    if inside.at_home:
        ways.append(_sponsors(inside.at_home, context.words))
    return ways


def _successor(context: Any, record: Facts, as_of: date) -> Iterator[dict[str, Any]]:
    """What came after a collaboration that has ended."""
    if record["successor"] and ended(record, as_of):
        at = context.catalogue.collaboration(record["successor"], context.tenant)
        successor = context.snapshot.collaborations[at]
        text = context.words.text("route.successor", {"name": successor["name"]})
        yield {"code": "successor", "id": successor["id"], "text": text}


def _partners(record: Facts, home: str, words: Wording) -> Iterator[dict[str, Any]]:
    """Other roles than a member's that are open to those at home."""
    for role in record["partner_roles"]:
        if home in role.get("countries", ()):
            text = words.text("route.partner", {"country": home, "role": role["role"]})
            yield {"code": role["role"], "text": text, "source": role.get("source")}


@lru_cache(maxsize=MOST_SPONSORS)
def _sponsors(members: tuple[Member, ...], words: Wording) -> Fragment:
    """Members at home, who can be asked: the same few, as their sizes follow each other."""
    text = words.text("route.sponsor", {"places": [member.shown["name"] for member in members]})
    way = {
        "code": "sponsor",
        "places": [Fragment(member.written) for member in members],
        "text": text,
    }
    return Fragment(kept_bytes(way))
