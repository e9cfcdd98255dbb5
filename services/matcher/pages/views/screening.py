"""A screening as its pages show it: the table of rules, one applicant, its letter."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from models.taxonomy import Verdict
from services.matcher.pages.views.desk import CAP_WORDS, PlaceItem, place_item
from services.matcher.pages.views.evidence import (
    ReasonLine,
    Sentence,
    caution_lines,
    reason_lines,
    rule_lines,
)
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
    band: str
    cells: list[tuple[str, str]]
    waits: int


@dataclass(frozen=True)
class Table:
    heads: list[str]
    rows: list[Row]
    counts: list[tuple[str, str, int]]
    cautions: list[Sentence]
    together: str
    together_rules: list[str]
    as_of: str


@dataclass(frozen=True)
class LedgerLine:
    """A rule of the ledger: what it asks, what was seen, and what would change it."""

    head: str
    outcome: str
    word: str
    text: str
    foreign: bool
    seen: str
    threshold: str
    remedy: str
    holders: str
    source: str


@dataclass(frozen=True)
class EntryLine:
    kind: str
    author: str
    text: str
    verdict: str
    day: str


@dataclass(frozen=True)
class Person:
    """One applicant with all that decides."""

    number: int
    place: PlaceItem
    kind: str
    verdict: str
    word: str
    decision: EntryLine | None
    ledger: list[LedgerLine]
    cautions: list[Sentence]
    reasons: list[ReasonLine]
    missing: list[str]
    change: str
    steps: list[str]
    candidates: list[tuple[str, str]]
    entries: list[EntryLine]


@dataclass(frozen=True)
class Letter:
    """What an applicant is told: its own rules, never anything of another."""

    number: int
    name: str
    verdict: str
    word: str
    reasons: list[Sentence]
    remedies: list[str]
    conditions: list[str]
    decided: str
    missing: list[str]


def table_view(screening: Json, verdict: str, words: PageWording) -> Table:
    """The table, of one verdict or of all."""
    results = screening["results"]
    columns = _columns(results)
    now = [_verdict(result) for result in results]
    together = screening.get("together")
    return Table(
        heads=_heads(columns, words),
        rows=[
            _row(result, columns, words)
            for result, found in zip(results, now, strict=True)
            if verdict in ("", found)
        ],
        counts=[(v, words.term("verdict", v), now.count(v)) for v in map(str, Verdict) if v in now],
        cautions=caution_lines(screening.get("cautions", []), words),
        together=words.text(
            "desk.together",
            {"count": together["admitted"], "verdict": str(together["verdict"])},
        )
        if together
        else "",
        together_rules=[rule["text"] for rule in together["rules"]] if together else [],
        as_of=words.format_field(screening["as_of"], "day"),
    )


def _columns(results: Sequence[Json]) -> dict[str, str]:
    """The rules of a screening in the order they are judged, each with its field."""
    found: dict[str, str] = {}
    for result in results:
        for rule in result["rules"]:
            found.setdefault(rule["rule_id"], rule["field"])
    return found


def _heads(columns: dict[str, str], words: PageWording) -> list[str]:
    heads = [_head(rule_id, name, words) for rule_id, name in columns.items()]
    return [
        f"{head} ({heads[:at].count(head) + 1})" if heads.count(head) > 1 else head
        for at, head in enumerate(heads)
    ]


def _head(rule_id: str, name: str, words: PageWording) -> str:
    """What a rule is about."""
    if rule_id == "intake":
        return words.text("desk.head_intake", {})
    if "_cap" in rule_id:
        return words.text("desk.head_cap", {"attribute": name})
    return words.term("rule_field", name)


def _verdict(result: Json) -> str:
    """The verdict that counts: a person's decision before the rules'."""
    decision = result.get("decision")
    return str(decision["verdict"] if decision else result["verdict"])


def _row(result: Json, columns: dict[str, str], words: PageWording) -> Row:
    verdict = _verdict(result)
    who = result["applicant"]
    return Row(
        number=who["number"],
        name=who["name"],
        where=words.format_field(who["country"], "country"),
        verdict=verdict,
        word=words.term("verdict", verdict),
        decided="decision" in result,
        band=words.term("band", str(result["band"])),
        cells=[_cell(result["rules"], rule_id, words) for rule_id in columns],
        waits=result.get("waitlist_position", 0),
    )


def _cell(rules: Sequence[Json], rule_id: str, words: PageWording) -> tuple[str, str]:
    """The worst outcome of a rule; "" where it was not asked."""
    found = {str(rule["outcome"]) for rule in rules if rule["rule_id"] == rule_id}
    for outcome in _WORST:
        if outcome in found:
            return outcome, words.term("outcome", outcome)
    return "", words.term("outcome", "not_asked")


def person_view(screening: Json, result: Json, words: PageWording) -> Person:
    """One applicant: the ledger of rules, and what people added."""
    who, number = result["applicant"], result["applicant"]["number"]
    entries = [e for e in screening["entries"] if e.get("applicant") in (None, number)]
    decision = result.get("decision")
    change = result.get("smallest_change") or {}
    return Person(
        number=number,
        place=place_item(who, words),
        kind=words.term("kind", who["kind"]),
        verdict=_verdict(result),
        word=words.term("verdict", str(result["verdict"])),
        decision=_entry(decision, words) if decision else None,
        ledger=[_ledger(rule, words) for rule in result["rules"]],
        cautions=caution_lines(result["cautions"], words),
        reasons=reason_lines(result["reasons"], words),
        missing=[words.term("rule_field", name) for name in result["missing"]],
        change=_change(change, words),
        steps=[step["text"] for step in result.get("next_steps", ()) if step.get("text")],
        candidates=[(c["place_id"], c["name"]) for c in who.get("candidates", ())],
        entries=[_entry(entry, words) for entry in entries if entry["kind"] != "minutes"],
    )


def _change(change: Json, words: PageWording) -> str:
    if not change:
        return ""
    if change.get("text"):
        return str(change["text"])
    return words.text("desk.change_fixed" if not change["possible"] else "desk.change_open", {})


def _ledger(rule: Json, words: PageWording) -> LedgerLine:
    line = rule_lines([rule], words)[0]
    return LedgerLine(
        head=_head(rule["rule_id"], rule["field"], words),
        outcome=str(rule["outcome"]),
        word=words.term("outcome", str(rule["outcome"])),
        text=rule["text"],
        foreign=line.foreign,
        seen=_value(rule.get("seen"), rule["field"], words),
        threshold=_value(rule.get("threshold"), rule["field"], words),
        remedy=rule.get("remedy") or "",
        holders=", ".join(holder["name"] for holder in rule.get("holders", ())),
        source=line.sources[0].whole if line.sources else "",
    )


def _value(value: Any, name: str, words: PageWording) -> str:
    """A value of a rule in words; what is not known says so."""
    if value is None:
        return words.term("unknown", "value")
    if isinstance(value, bool):
        return words.term("yes_no", "yes" if value else "no")
    if isinstance(value, dict):
        return ", ".join(f"{_value(v, name, words)}" for v in value.values())
    if isinstance(value, (list, tuple)):
        return ", ".join(_value(item, name, words) for item in value)
    if isinstance(value, (int, float)):
        return words.format_field(value, "number")
    spec = CAP_WORDS.get(name)
    return words.format_field(value, spec) if spec else str(value)


def _entry(entry: Json, words: PageWording) -> EntryLine:
    if entry.get("blind"):
        text = words.text("desk.blind", {})
        return EntryLine(words.term("entry", entry["kind"]), "", text, "", "")
    return EntryLine(
        kind=words.term("entry", entry["kind"]),
        author=entry["author"],
        text=entry.get("reason") or entry.get("text") or "",
        verdict=words.term("verdict", entry["verdict"]) if entry.get("verdict") else "",
        day=words.format_field(str(entry["at"])[:10], "day"),
    )


def letter_view(result: Json, told: Json, words: PageWording) -> Letter:
    """A letter from what an applicant may be told."""
    decision = result.get("decision")
    verdict = _verdict(result)
    open_rules = [rule for rule in told["rules"] if rule["outcome"] != "pass"]
    return Letter(
        number=result["applicant"]["number"],
        name=told["applicant"]["name"],
        verdict=verdict,
        word=words.term("verdict", verdict),
        reasons=rule_lines(open_rules, words),
        remedies=[rule["remedy"] for rule in open_rules if rule.get("remedy")],
        conditions=_conditions(result, words),
        decided=decision["reason"] if decision else "",
        missing=[words.term("rule_field", name) for name in told["missing"]],
    )


def _conditions(result: Json, words: PageWording) -> list[str]:
    """The caps in the way as an applicant reads them: the condition, nothing of who is in."""
    return list(
        dict.fromkeys(
            _condition(rule["field"], rule["threshold"], words)
            for rule in result["rules"]
            if "holders" in rule and rule["outcome"] != "pass"
        )
    )


def _condition(attribute: str, most: str | int, words: PageWording) -> str:
    if isinstance(most, str):
        return words.text("desk.condition_share", {"attribute": attribute, "share": most})
    return words.text("desk.condition_max", {"attribute": attribute, "max": most})
