"""What a paper is made of: the brief it rests on, its sections and their points."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from services.matcher.wording.officer import OfficerWording

Json = dict[str, Any]
NAMED = 3


@dataclass(frozen=True)
class Point:
    """A line of a list: `label` says what kind it is, `refs` which sources it rests on."""

    text: str
    label: str = ""
    refs: tuple[int, ...] = ()


@dataclass(frozen=True)
class Section:
    """A heading with paragraphs and a list; `kind` says how it is set.

    `language` is that of the paragraphs, where it is not the paper's.
    """

    kind: str
    heading: str
    paragraphs: Sequence[str] = ()
    points: Sequence[Point] = ()
    language: str = ""


@dataclass(frozen=True)
class Paper:
    """What every format of the briefing shows."""

    title: str
    language: str
    day: str
    sections: list[Section] = field(default_factory=list)


@dataclass(frozen=True)
class Brief:
    """All that the paper is made from."""

    answer: Json
    asking: Json
    first: Json
    checklist: Json
    words: OfficerWording

    @property
    def kind(self) -> str:
        return "collaborations" if self.answer["mode"] == "collaborations" else "peers"

    @property
    def results(self) -> list[Json]:
        return list(self.answer["results"])

    @property
    def sectors(self) -> list[str]:
        """What it is about: the needs, or what the place works on."""
        needs = [need["sector"] for need in self.asking.get("needs", ())]
        return list(dict.fromkeys(needs or self.asking.get("sectors", ())))

    @property
    def needs(self) -> set[str]:
        """The sectors of the needs."""
        return {need["sector"] for need in self.asking.get("needs", ())}

    def tells_on_need(self, result: Json) -> bool:
        """Whether anything on file ties a result to what is needed."""
        told = {reason["feature"]: reason for reason in result["reasons"]}
        if self.kind == "collaborations":
            return "needs_served" in told and told["needs_served"]["value"] > 0
        shared = told.get("shared_sectors", {"args": {}})["args"].get("sectors", ())
        return bool(result.get("gets")) or bool(self.needs & set(shared))

    def label(self, text: str) -> str:
        """What stands before a line, with the mark that the language sets behind it."""
        return self.words.text("briefing.label", {"label": text})

    def names(self, most: int = NAMED) -> list[str]:
        return [str(thing(result)["name"]) for result in self.results[:most]]


def thing(result: Json) -> Json:
    """The place or collaboration that a result is about."""
    found: Json = result.get("place") or result["collaboration"]
    return found


def titled(brief: Brief, result: Json) -> str:
    """The name of a result, with its country where it has one."""
    found = thing(result)
    if "country" not in found:
        return str(found["name"])
    return f"{found['name']} ({brief.words.format_field(found['country'], 'country')})"
