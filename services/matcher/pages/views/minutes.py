"""The minutes of a jury as a page and as a document to sign."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.matcher.briefing.parts import Paper, Point, Section
from services.matcher.pages.views.entries import EntryLine, entry_line
from services.matcher.pages.words import PageWording

Json = dict[str, Any]
# The parts of the minutes that list entries, in order.
LISTS = ("conflicts_of_interest", "assessments", "decisions", "notes")


@dataclass(frozen=True)
class Sitting:
    """What was minuted: the day, who was there, and what was said."""

    head: str
    present: str
    text: str


@dataclass(frozen=True)
class Listed:
    """An entry with the applicant that it is about, and the verdict that a decision replaces."""

    about: str
    entry: EntryLine
    before: str


@dataclass(frozen=True)
class MinutesView:
    network: str
    as_of: str
    iso_day: str
    counts: str
    sittings: list[Sitting]
    lists: list[tuple[str, int, list[Listed]]]
    """Each kind of entry: how many, and those that say the same of several put together."""
    contradictions: list[str]
    beyond: list[str]
    """Where more are let in than there is room for."""


def minutes_view(minutes: Json, names: Mapping[int, str], words: PageWording) -> MinutesView:
    """The record of the proceedings in words."""
    counts = [words.labelled(words.term("verdict", v), n) for v, n in minutes["counts"].items()]
    return MinutesView(
        network=minutes["collaboration"]["name"],
        as_of=words.format_field(minutes["as_of"], "day"),
        iso_day=minutes["as_of"],
        counts=" · ".join(counts),
        sittings=[_sitting(entry, words) for entry in minutes["minutes"]],
        lists=[
            (name, len(minutes[name]), _listed(minutes[name], names, words))
            for name in LISTS
            if minutes[name]
        ],
        contradictions=[
            words.text("jury.contradiction", {"name": one["name"], "fields": ", ".join(
                words.term("rule_field", found["field"]) for found in one["fields"])})
            for one in minutes["claim_conflicts"]
        ],
        beyond=[caution["text"] for caution in minutes["cautions"]],
    )  # fmt: skip


def _sitting(entry: Json, words: PageWording) -> Sitting:
    day = words.format_field(str(entry.get("held_on") or entry["at"])[:10], "day")
    present = ", ".join(entry.get("present", ()))
    said = words.text("jury.present", {"names": present}) if present else ""
    head = words.text("jury.sitting", {"day": day, "author": entry["author"]})
    return Sitting(head, said, entry["text"])


def _listed(entries: Sequence[Json], names: Mapping[int, str], words: PageWording) -> list[Listed]:
    """Entries in words; what is said of many at once is said once, with all their names."""
    found: dict[tuple[EntryLine, str], list[str]] = {}
    for entry in entries:
        about = names.get(entry.get("applicant", -1), "") or words.text("jury.all", {})
        found.setdefault((entry_line(entry, words), _before(entry, words)), []).append(about)
    return [Listed(", ".join(about), line, before) for (line, before), about in found.items()]


def _before(entry: Json, words: PageWording) -> str:
    """The verdict of the rules that a decision replaces."""
    verdict = entry.get("verdict_of_screening")
    if not verdict:
        return ""
    return words.text("screening.rules_said", {"verdict": words.term("verdict", verdict)})


def minutes_paper(view: MinutesView, words: PageWording) -> Paper:
    """The same to sign."""
    about = words.text("jury.about", {"network": view.network, "day": view.as_of})
    sections = [
        Section("summary", words.text("jury.counts", {}), [about, view.counts, *view.beyond])
    ]
    sections += [
        Section("plain", one.head, [line for line in (one.present, one.text) if line])
        for one in view.sittings
    ]
    sections += [
        Section("plain", words.text(f"jury.{name}", {}), (), [_point(one) for one in listed])
        for name, _, listed in view.lists
    ]
    if view.contradictions:
        points = [Point(text) for text in view.contradictions]
        sections.append(Section("plain", words.text("jury.contradictions", {}), (), points))
    sections.append(Section("plain", words.text("jury.signed", {}), ["", "____________________"]))
    return Paper(words.text("jury.minutes", {}), words.language, view.iso_day, sections)


def _point(one: Listed) -> Point:
    entry = one.entry
    said = f"{entry.verdict}. {entry.text}" if entry.verdict else entry.text
    who = " – ".join(part for part in (entry.author, entry.day) if part)
    tail = f" ({'; '.join(part for part in (who, one.before) if part)})" if who else ""
    return Point(f"{said}{tail}", one.about)
