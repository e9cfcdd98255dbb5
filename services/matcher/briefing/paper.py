"""The paper: what was found, why, what to mind, a page for residents, and a first letter."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from services.matcher.wording import LANGUAGES
from services.matcher.wording.officer import OfficerWording, officer_wording

Json = dict[str, Any]
RESULTS, REASONS, NAMED = 10, 3, 3


@dataclass(frozen=True)
class Section:
    """A heading with paragraphs and a list; `letter` is set apart on a page of its own."""

    heading: str
    paragraphs: Sequence[str] = ()
    points: Sequence[str] = ()
    level: int = 2
    own_page: bool = False


@dataclass(frozen=True)
class Paper:
    """What every format of the briefing shows."""

    title: str
    language: str
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


def thing(result: Json) -> Json:
    """The place or collaboration that a result is about."""
    found: Json = result.get("place") or result["collaboration"]
    return found


def paper(brief: Brief) -> Paper:
    """The whole paper, in order."""
    words = brief.words
    args = {"name": brief.asking["name"]}
    sections = [_opening(brief)]
    sections += [_result(brief, at, r) for at, r in enumerate(brief.results[:RESULTS], 1)]
    sections += [_checklist(brief), _residents(brief)]
    if brief.results:
        sections.append(letter(brief))
    title = words.text(f"briefing.title.{brief.kind}", args)
    return Paper(title, words.language, [*sections, _sources(brief)])


def _opening(brief: Brief) -> Section:
    words, answer = brief.words, brief.answer
    lines = [words.text("briefing.as_of", {"day": answer["as_of"]})]
    if brief.sectors:
        lines.append(words.text("briefing.about", {"sectors": brief.sectors}))
    for item in answer.get("fewer_because", ())[:REASONS]:
        lines.append(item["text"])
    lines.append(words.text("briefing.draft", {}))
    return Section(words.text("briefing.heading.summary", {}), lines)


def _result(brief: Brief, at: int, result: Json) -> Section:
    """One suggestion: how it stands, the reasons that weigh most, and what to mind."""
    words, found = brief.words, thing(result)
    where = f" ({words.format_field(found['country'], 'country')})" if "country" in found else ""
    lines = []
    if "verdict" in result:
        lines.append(words.text("briefing.verdict", {"verdict": result["verdict"]}))
    reasons = sorted(result["reasons"], key=lambda r: -r["contribution"])[:REASONS]
    points = [reason["text"] for reason in reasons if reason["contribution"] > 0]
    mind = words.term("briefing", "mind")
    points += [f"{mind}: {caution['text']}" for caution in result.get("cautions", ())]
    step = words.term("briefing", "next")
    points += [f"{step}: {item['text']}" for item in result.get("next_steps", ())[:REASONS]]
    return Section(f"{at}. {found['name']}{where}", lines, points, level=3)


def _checklist(brief: Brief) -> Section:
    heading = brief.words.text("briefing.heading.checklist", {})
    return Section(heading, (), [f"☐ {line['text']}" for line in brief.checklist["lines"]])


def _residents(brief: Brief) -> Section:
    """Half a page in plain words: what it is for, what it costs, who decides."""
    words = brief.words
    names = [thing(result)["name"] for result in brief.results[:NAMED]]
    args = {"name": brief.asking["name"], "names": names, "sectors": brief.sectors}
    codes = ["why", f"found.{brief.kind}" if names else "none", "cost", "say"]
    if not brief.sectors:
        codes[0] = "why_open"
    lines = [words.text(f"briefing.residents.{code}", args) for code in codes]
    return Section(words.text("briefing.heading.residents", {}), lines)


def letter(brief: Brief) -> Section:
    """A first letter to the office of the best result, in its language where there is one."""
    best = brief.results[0]
    found = thing(best)
    spoken = [code for code in found.get("languages", ()) if code in LANGUAGES]
    words = officer_wording(spoken[0] if spoken else "en")
    gets = sorted({item["sector"] for item in best.get("gets", ())})
    gives = sorted({item["sector"] for item in best.get("gives", ())})
    office = brief.first.get("contact_office")
    args = {"ours": brief.asking["name"], "theirs": found["name"], "gets": gets, "gives": gives}
    addressee = office or words.text(f"briefing.letter.office.{brief.kind}", args)
    lines = [addressee, words.text("briefing.letter.greeting", args)]
    lines.append(words.text(f"briefing.letter.opening.{brief.kind}", args))
    if gets:
        lines.append(words.text("briefing.letter.gets", args))
    if gives:
        lines.append(words.text("briefing.letter.gives", args))
    lines += [words.text(f"briefing.letter.{code}", args) for code in ("asks", "closing")]
    return Section(brief.words.text("briefing.heading.letter", {}), lines, own_page=True)


def sources(results: Sequence[Json]) -> list[str]:
    """Every source that the reasons and rules shown rest on, once."""
    found = [
        item["source"]
        for result in results
        for reason in result["reasons"]
        for item in reason["evidence"]
        if item.get("source")
    ]
    rules = [r["source"] for result in results for r in result.get("rules", ()) if r.get("source")]
    return sorted({*found, *rules})


def _sources(brief: Brief) -> Section:
    words, answer = brief.words, brief.answer
    args = {"match": answer["match_id"], "snapshot": answer["snapshot_id"]}
    line = words.text("briefing.traceable", args)
    heading = words.text("briefing.heading.sources", {})
    return Section(heading, [line], sources(brief.results[:RESULTS]))
