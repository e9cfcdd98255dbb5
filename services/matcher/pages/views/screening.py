"""A screening as its pages show it: the table of applicants and rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from models.taxonomy import Verdict
from services.matcher.convening.queue import Before, Turn
from services.matcher.convening.together import is_member, verdict_of
from services.matcher.pages.views.evidence import Sentence, caution_lines, rule_lines
from services.matcher.pages.words import PageWording

Json = dict[str, Any]
_WORST = ("fail", "undetermined", "pass")


@dataclass(frozen=True)
class Row:
    """One applicant of the table, with the outcome of each rule's column."""

    number: int
    name: str
    where: str
    verdict: str
    word: str
    decided: bool
    member: bool
    band: str
    cells: list[tuple[str, str]]
    waits: int
    behind: str


@dataclass(frozen=True)
class Table:
    heads: list[str]
    rows: list[Row]
    counts: list[tuple[str, str, int]]
    cautions: list[Sentence]
    room: str
    by_lot: bool
    """Whether the lot sets an applicant before another one."""
    together: str
    together_rules: list[str]
    as_of: str


def table_view(screening: Json, verdict: str, words: PageWording) -> Table:
    """The table, of one verdict or of all."""
    results = screening["results"]
    columns = _columns(results)
    now = [verdict_of(result) for result in results]
    decided = screening["as_decided"]
    together = decided.get("together")
    return Table(
        heads=_heads(columns, words),
        rows=[
            _row(result, columns, words)
            for result, found in zip(results, now, strict=True)
            if verdict in ("", found)
        ],
        counts=[(v, words.term("verdict", v), now.count(v)) for v in map(str, Verdict) if v in now],
        cautions=caution_lines([*decided["cautions"], *screening.get("cautions", [])], words),
        room=room_in(screening, words),
        by_lot=Before.LOT in screening.get("order", ()) and _by_lot(results),
        together=words.text(
            "screening.together",
            {"count": together["admitted"], "verdict": str(together["verdict"])},
        )
        if together
        else "",
        together_rules=[line.text for line in rule_lines(together["rules"], words)]
        if together
        else [],
        as_of=words.format_field(screening["as_of"], "day"),
    )


def room_in(screening: Json, words: PageWording) -> str:
    """How many places of the call are left; "" where it has no number of them."""
    decided = screening["as_decided"]
    if "places_left" not in decided:
        return ""
    return words.text("screening.room", {
        "call": screening["call"]["id"],
        "places": screening["call"]["places"],
        "admitted": decided["admitted"],
        "left": decided["places_left"],
    })  # fmt: skip


def behind_in(result: Json, words: PageWording) -> str:
    """Whom one that waits stands behind, and why."""
    behind = result.get("behind")
    return words.text(f"convening.behind.{behind['by']}", behind) if behind else ""


def _by_lot(results: Sequence[Json]) -> bool:
    """Whether equals stand one after the other, or the last place parted them."""
    if any(r.get("behind", {}).get("by") == Before.LOT for r in results):
        return True
    inside = [r for r in results if r["verdict"] not in (Verdict.REFUSED, Verdict.WAITLISTED)]
    return any(a.parted_by(b) is Before.LOT for a, b in pairwise(map(_turn, inside)))


def _turn(result: Json) -> Turn:
    """Where an applicant stands but for its lot, which results do not tell."""
    number = result["applicant"]["number"]
    return Turn(Verdict(result["verdict"]), result["rank_score"], "", number)


def _columns(results: Sequence[Json]) -> dict[str, str]:
    """The rules of a screening in the order they are judged, each with its field."""
    found: dict[str, str] = {}
    for result in results:
        for rule in result["rules"]:
            found.setdefault(rule["rule_id"], rule["field"])
    return found


def _heads(columns: dict[str, str], words: PageWording) -> list[str]:
    heads = [head_of(rule_id, name, words) for rule_id, name in columns.items()]
    return [
        f"{head} ({heads[:at].count(head) + 1})" if heads.count(head) > 1 else head
        for at, head in enumerate(heads)
    ]


def head_of(rule_id: str, name: str, words: PageWording) -> str:
    """What a rule is about."""
    if rule_id == "intake":
        return words.text("screening.head_intake", {})
    if "_cap" in rule_id:
        return words.text("screening.head_cap", {"attribute": name})
    return words.term("rule_field", name)


def _row(result: Json, columns: dict[str, str], words: PageWording) -> Row:
    verdict = verdict_of(result)
    who = result["applicant"]
    return Row(
        number=who["number"],
        name=who["name"],
        where=words.format_field(who["country"], "country"),
        verdict=verdict,
        word=words.term("verdict", verdict),
        decided="decision" in result,
        member=is_member(result),
        band=words.term("band", str(result["band"])),
        cells=[_cell(result["rules"], rule_id, words) for rule_id in columns],
        waits=result.get("waitlist_position", 0),
        behind=behind_in(result, words),
    )


def _cell(rules: Sequence[Json], rule_id: str, words: PageWording) -> tuple[str, str]:
    """The worst outcome of a rule; "" where it was not asked."""
    found = {str(rule["outcome"]) for rule in rules if rule["rule_id"] == rule_id}
    for outcome in _WORST:
        if outcome in found:
            return outcome, words.term("outcome", outcome)
    return "", words.term("outcome", "not_asked")
