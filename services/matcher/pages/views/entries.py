"""What people added to a screening, as its pages and its minutes show it."""

from dataclasses import dataclass
from typing import Any

from services.matcher.pages.words import PageWording

Json = dict[str, Any]


@dataclass(frozen=True)
class EntryLine:
    """An entry in words; `verdict` is what it decides or recommends."""

    kind: str
    author: str
    text: str
    verdict: str
    day: str


def entry_line(entry: Json, words: PageWording) -> EntryLine:
    """One entry; a blind one says only that it is there."""
    if entry.get("blind"):
        text = words.text("screening.blind", {})
        return EntryLine(words.term("entry", entry["kind"]), "", text, "", "")
    return EntryLine(
        kind=words.term("entry", entry["kind"]),
        author=entry["author"],
        text=entry.get("reason") or entry.get("text") or "",
        verdict=_verdict(entry, words),
        day=words.format_field(str(entry["at"])[:10], "day"),
    )


def _verdict(entry: Json, words: PageWording) -> str:
    if entry.get("verdict"):
        return words.term("verdict", entry["verdict"])
    if not entry.get("recommendation"):
        return ""
    said = words.term("recommendation", entry["recommendation"])
    if entry.get("score") is None:
        return said
    score = words.format_field(entry["score"], "number")
    return words.text("jury.with_score", {"said": said, "score": score})
