"""The paper: what was found, why, what to mind, half a page for residents, and a first letter."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from services.matcher.briefing.sources import Sources, sources_of
from services.matcher.wording.officer import OfficerWording

Json = dict[str, Any]
RESULTS, FEWER, NAMED = 6, 3, 3
# What stands on one line each below the best; the tables hold every result.
ALSO, LINE = 10, 110


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

    def names(self, most: int = NAMED) -> list[str]:
        return [str(thing(result)["name"]) for result in self.results[:most]]


def thing(result: Json) -> Json:
    """The place or collaboration that a result is about."""
    found: Json = result.get("place") or result["collaboration"]
    return found


def paper(brief: Brief) -> Paper:
    """The whole paper, in order."""
    # The parts are told apart so that each reads as one subject; they know this file.
    from services.matcher.briefing.letter import letter, residents
    from services.matcher.briefing.suggestion import suggestions

    words, sources = brief.words, Sources()
    sections = [_opening(brief), *suggestions(brief, brief.results[:RESULTS], sources)]
    if len(brief.results) > RESULTS:
        sections.append(_also(brief, sources))
    sections += [_checklist(brief), residents(brief)]
    if brief.results:
        sections.append(letter(brief))
    sections.append(_sources(brief, sources))
    title = words.text(f"briefing.title.{brief.kind}", {"name": brief.asking["name"]})
    return Paper(title, words.language, brief.answer["as_of"], sections)


def _opening(brief: Brief) -> Section:
    words, answer = brief.words, brief.answer
    lines = []
    if brief.sectors:
        lines.append(words.text("briefing.about", {"sectors": brief.sectors}))
    if brief.results:
        args = {"count": len(brief.results), "names": brief.names()}
        lines.append(words.text(f"briefing.found.{brief.kind}", args))
    lines += [item["text"] for item in answer.get("fewer_because", ())[:FEWER]]
    lines.append(words.text("briefing.as_of", {"day": answer["as_of"]}))
    lines.append(words.text("briefing.draft", {}))
    return Section("summary", words.text("briefing.heading.summary", {}), [" ".join(lines)])


def _also(brief: Brief, sources: Sources) -> Section:
    """The rest on a line each, with the reason that weighs most."""
    words, rest = brief.words, brief.results[RESULTS : RESULTS + ALSO]
    points = [_line(brief, at, result, sources) for at, result in enumerate(rest, RESULTS + 1)]
    more = len(brief.results) - RESULTS - len(rest)
    lines = [words.text("briefing.more", {"count": more})] if more else []
    return Section("also", words.text("briefing.heading.also", {}), lines, points)


def _line(brief: Brief, at: int, result: Json, sources: Sources) -> Point:
    label = f"{at}. {titled(brief, result)}"
    best = max(result["reasons"], key=lambda r: r["contribution"], default=None)
    if best is None or best["contribution"] <= 0:
        return Point(label)
    text = best["text"]
    if len(label) + len(text) > LINE:
        # Reasons say in their first sentence what counts, and then the details.
        text = text.partition(". ")[0].rstrip(".") + "."
    return Point(text, label, sources.cite(sources_of(best["evidence"])))


def titled(brief: Brief, result: Json) -> str:
    """The name of a result, with its country where it has one."""
    found = thing(result)
    if "country" not in found:
        return str(found["name"])
    return f"{found['name']} ({brief.words.format_field(found['country'], 'country')})"


def _checklist(brief: Brief) -> Section:
    heading = brief.words.text("briefing.heading.checklist", {})
    points = [Point(line["text"]) for line in brief.checklist["lines"]]
    return Section("checklist", heading, (), points)


def _sources(brief: Brief, sources: Sources) -> Section:
    words, answer = brief.words, brief.answer
    args = {"match": answer["match_id"], "snapshot": answer["snapshot_id"]}
    line = words.text("briefing.traceable", args)
    points = [Point(text, refs=(at,)) for at, text in enumerate(sources.listed(words), 1)]
    return Section("sources", words.text("briefing.heading.sources", {}), [line], points)
