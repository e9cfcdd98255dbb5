"""One applicant of a screening: the ledger of rules, and what people added."""

from dataclasses import dataclass
from typing import Any

from services.matcher.convening.together import verdict_of
from services.matcher.pages.views.desk import PlaceItem, place_item
from services.matcher.pages.views.entries import EntryLine, entry_line
from services.matcher.pages.views.evidence import (
    ReasonLine,
    Sentence,
    caution_lines,
    reason_lines,
    remedy_in,
    rule_lines,
)
from services.matcher.pages.views.rule_words import value_in_words
from services.matcher.pages.views.screening import behind_in, head_of
from services.matcher.pages.words import PageWording, sentence

Json = dict[str, Any]


@dataclass(frozen=True)
class LedgerLine:
    """A rule of the ledger: what it asks, what was seen, and what would change it."""

    head: str
    outcome: str
    word: str
    text: str
    seen: str
    threshold: str
    remedy: str
    holders: str
    source: str
    original: list[str]


@dataclass(frozen=True)
class Person:
    """One applicant with all that decides."""

    number: int
    place: PlaceItem
    kind: str
    verdict: str
    word: str
    decision: EntryLine | None
    waits: str
    ledger: list[LedgerLine]
    cautions: list[Sentence]
    reasons: list[ReasonLine]
    missing: list[str]
    change: str
    steps: list[str]
    candidates: list[tuple[str, str]]
    entries: list[EntryLine]


def person_view(screening: Json, result: Json, words: PageWording) -> Person:
    """One applicant: the ledger of rules, and what people added."""
    who, number = result["applicant"], result["applicant"]["number"]
    entries = [e for e in screening["entries"] if e.get("applicant") in (None, number)]
    decision = result.get("decision")
    return Person(
        number=number,
        place=place_item(who, words),
        kind=words.term("kind", who["kind"]),
        verdict=verdict_of(result),
        word=words.term("verdict", str(result["verdict"])),
        decision=entry_line(decision, words) if decision else None,
        waits=_waits(result, words),
        ledger=[_ledger(rule, words) for rule in result["rules"]],
        cautions=caution_lines(result["cautions"], words),
        reasons=reason_lines(result["reasons"], words),
        missing=[words.term("rule_field", name) for name in result["missing"]],
        change=_change(result, words),
        steps=[step["text"] for step in result.get("next_steps", ()) if step.get("text")],
        candidates=[(c["place_id"], c["name"]) for c in who.get("candidates", ())],
        entries=[entry_line(entry, words) for entry in entries if entry["kind"] != "minutes"],
    )


def _waits(result: Json, words: PageWording) -> str:
    """Its number in the queue, and whom it stands behind."""
    if not result.get("waitlist_position"):
        return ""
    number = words.text("screening.waits", {"number": result["waitlist_position"]})
    return " ".join((f"{sentence(number)}.", behind_in(result, words))).strip()


def _change(result: Json, words: PageWording) -> str:
    """The smallest change that would let it in."""
    change = result.get("smallest_change") or {}
    if not change:
        return ""
    rules = (r for r in result["rules"] if r["rule_id"] == change["rule_id"])
    told, _ = remedy_in({**next(rules, {}), "remedy": change.get("text")}, words)
    if told:
        return told
    return words.text(
        "screening.change_fixed" if not change["possible"] else "screening.change_open", {}
    )


def _ledger(rule: Json, words: PageWording) -> LedgerLine:
    line = rule_lines([rule], words)[0]
    remedy, remedy_original = remedy_in(rule, words)
    return LedgerLine(
        head=head_of(rule["rule_id"], rule["field"], words),
        outcome=str(rule["outcome"]),
        word=words.term("outcome", str(rule["outcome"])),
        text=line.text,
        # That no rule is on file is no value of the applicant's.
        seen=""
        if rule["rule_id"] == "entry-rules"
        else value_in_words(rule.get("seen"), rule["field"], words),
        threshold=""
        if rule.get("threshold") is None
        else value_in_words(rule["threshold"], rule["field"], words),
        remedy=remedy,
        holders=", ".join(holder["name"] for holder in rule.get("holders", ())),
        source=line.sources[0].whole if line.sources else "",
        original=[text for text in (line.original, remedy_original) if text],
    )
