"""Reasons, cautions and rules as a page shows them: a sentence, and what it rests on."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from services.matcher.features import Facts
from services.matcher.pages.edits import SAID_HERE
from services.matcher.pages.views.rule_words import asked_by
from services.matcher.pages.words import PageWording

# Sources that answers name in English, and their words here.
OWN_SOURCES = {
    "the question": "results.source_question",
    "the text of the question": "results.source_text",
    SAID_HERE: "results.source_here",
}
SHORT = 44
_LINES = re.compile(r", lines? \d")
# A reason of this value or more speaks for a result.
FOR = 0.5


@dataclass(frozen=True)
class Source:
    """Where a fact is from: in short beside a sentence, whole on request."""

    short: str
    whole: str
    status: str
    date: str | None
    foreign: bool
    """Whether its words are those of the source, whatever the page's language."""


@dataclass(frozen=True)
class ReasonLine:
    """A reason with its share of the score, of a hundred."""

    feature: str
    text: str
    weight: str
    value: str
    speaks_for: bool
    """Whether it tells more for the result than against it."""
    shown_points: str
    sources: list[Source]


@dataclass(frozen=True)
class Sentence:
    """A caution, or what a rule says.

    `original` are the words of the source where the page's language has none for them but what
    the rule is made of.
    """

    text: str
    original: str = ""
    outcome: str = ""
    sources: tuple[Source, ...] = ()


def sources_of(evidence: Sequence[Mapping[str, Any]], words: PageWording) -> list[Source]:
    """Each source once, theirs before one's own."""
    found: dict[str, Source] = {}
    for item in sorted(evidence, key=lambda e: e.get("side") == "ours"):
        if item.get("source") and item["source"] not in found:
            found[item["source"]] = _source(item, words)
    return list(found.values())


def _source(item: Mapping[str, Any], words: PageWording) -> Source:
    source = item["source"]
    date = item.get("date")
    if source in OWN_SOURCES:
        text = words.text(OWN_SOURCES[source], {})
        return Source(text, text, words.term("status", item["status"]), None, False)
    if item.get("documented") is False:
        said = words.text("results.source_entry", {})
        return Source(said, source, words.term("status", item["status"]), None, False)
    first = _LINES.split(_named(source).split(";")[0])[0].split(" (http")[0].strip()
    short = _shortened(first)
    year = words.format_field(date, "year") if date else None
    said = short if year is None or year in short else f"{short}, {year}"
    day = words.format_field(date, "date") if date else None
    return Source(said, source, words.term("status", item["status"]), day, True)


def _named(source: str) -> str:
    """A source that is an address, by its host."""
    if source.startswith(("http://", "https://")):
        return urlsplit(source.split()[0]).netloc.removeprefix("www.")
    return source


def _shortened(text: str) -> str:
    """As many of its first parts as are read at a glance; else its first words."""
    if len(text) <= SHORT:
        return text
    parts = text.split(", ")
    while len(parts) > 1 and len(", ".join(parts)) > SHORT:
        parts.pop()
    kept = ", ".join(parts)
    return kept if len(kept) <= SHORT else f"{kept[:SHORT].rsplit(' ', 1)[0].rstrip(' ,(:')}…"


def reason_lines(reasons: list[dict[str, Any]], words: PageWording) -> list[ReasonLine]:
    """Reasons, those that weigh most first; what told nothing for it comes last."""
    ordered = sorted(reasons, key=lambda r: -r["contribution"])
    return [
        ReasonLine(
            feature=words.term("feature", reason["feature"]),
            text=reason["text"],
            weight=words.format_field(round(reason["weight"], 2), "number"),
            value=words.format_field(round(reason["value"], 2), "number"),
            speaks_for=reason["contribution"] > 0 and reason["value"] >= FOR,
            shown_points=words.format_field(round(100 * reason["contribution"], 1), "number"),
            sources=sources_of(reason["evidence"], words),
        )
        for reason in ordered
    ]


def caution_lines(cautions: list[dict[str, Any]], words: PageWording) -> list[Sentence]:
    """What to mind, with its sources."""
    return [
        Sentence(c["text"], sources=tuple(sources_of(c.get("evidence", []), words)))
        for c in cautions
    ]


def rule_lines(rules: list[dict[str, Any]], words: PageWording) -> list[Sentence]:
    """What each rule says of the place; a rule on file is in the catalogue's own language."""
    return [
        Sentence(
            *said_in(rule, words),
            outcome=rule["outcome"],
            sources=tuple(sources_of([{"status": "claim", **rule}], words)),
        )
        for rule in rules
    ]


def said_in(rule: Facts, words: PageWording) -> tuple[str, str]:
    """A rule in the page's language, and its own words where those are all there is besides."""
    said = words.of_catalogue(rule["text"]) if _on_file(rule) else rule["text"]
    return (said, "") if said is not None else (asked_by(rule, words), rule["text"])


def remedy_in(rule: Facts, words: PageWording) -> tuple[str, str]:
    """What would change a rule's outcome, likewise; empty where there is no word for it."""
    remedy = rule.get("remedy") or ""
    said = words.of_catalogue(remedy) if remedy and _on_file(rule) else remedy
    return (said, "") if said is not None else ("", remedy)


def _on_file(rule: Facts) -> bool:
    """Whether its words are those of whoever wrote the rule, in their language; others are ours."""
    return "operator" in rule and rule.get("code") != "claim_conflict"
