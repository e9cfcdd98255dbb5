"""One suggestion of the paper: why, what each side has, whom to ask, and what to mind."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from models.taxonomy import Verdict
from services.matcher.briefing.parts import Brief, Json, Point, Section, titled
from services.matcher.briefing.sources import Sources, sources_of

REASONS, STEPS, ASKED = 3, 3, 4
# What to mind that so many suggestions share is said once, with their numbers.
SHARED = 3


def suggestions(brief: Brief, results: Sequence[Json], sources: Sources) -> list[Section]:
    """Each by itself, then what to mind that several share."""
    sections = [suggestion(brief, at, r, sources) for at, r in enumerate(results, 1)]
    met: dict[str, dict[int, Point]] = defaultdict(dict)
    for at, section in enumerate(sections, 1):
        for point in section.points:
            if point.label:
                met[point.text][at] = point
    shared = {text: found for text, found in met.items() if len(found) >= SHARED}
    if not shared:
        return sections
    kept = [
        replace(s, points=[p for p in s.points if not (p.label and p.text in shared)])
        for s in sections
    ]
    heading = brief.words.text("briefing.heading.shared", {})
    points = [_said_once(brief, text, found) for text, found in shared.items()]
    return [*kept, Section("shared", heading, (), points)]


def _said_once(brief: Brief, text: str, found: dict[int, Point]) -> Point:
    refs = tuple(sorted({ref for point in found.values() for ref in point.refs}))
    return Point(text, brief.label(", ".join(map(str, found))), refs)


def suggestion(brief: Brief, at: int, result: Json, sources: Sources) -> Section:
    """How it stands, the reasons that weigh most, and what to do about it."""
    words, lines = brief.words, []
    if brief.kind == "collaborations" or result.get("verdict") != Verdict.ELIGIBLE:
        lines.append(words.text("briefing.verdict", {"verdict": result.get("verdict")}))
    points = [
        *_exchange(brief, result, sources),
        *_reasons(result, sources),
        *_at_home(brief, result),
        *_mind(brief, result, sources),
    ]
    return Section("suggestion", f"{at}. {titled(brief, result)}", lines, points)


def _exchange(brief: Brief, result: Json, sources: Sources) -> Iterator[Point]:
    """What either side can show the other, as far as is on file."""
    for side in ("gets", "gives"):
        items: list[dict[str, Any]] = result.get(side) or []
        if items:
            said = [
                f"{brief.words.term('sector', item['sector'])}"
                f" ({brief.words.term('stage', item['stage'])})"
                for item in items
            ]
            evidence = [e for item in items for e in item.get("evidence", ())]
            args = {"what": list(dict.fromkeys(said))}
            text = brief.words.text(f"briefing.{side}", args)
            yield Point(text, refs=sources.cite(sources_of(evidence)))


def _reasons(result: Json, sources: Sources) -> Iterator[Point]:
    best = sorted(result["reasons"], key=lambda r: -r["contribution"])[:REASONS]
    for reason in best:
        if reason["contribution"] > 0:
            yield Point(reason["text"], refs=sources.cite(sources_of(reason["evidence"])))


def _at_home(brief: Brief, result: Json) -> Iterator[Point]:
    """Places of the same country that are inside: they know how it is to be in it."""
    country = brief.asking.get("country")
    inside = [m["name"] for m in result.get("peers_inside", ()) if m.get("country") == country]
    if inside and country:
        text = brief.words.text("briefing.at_home", {"names": inside[:ASKED]})
        yield Point(text, brief.label(brief.words.term("briefing", "ask")))


def _mind(brief: Brief, result: Json, sources: Sources) -> Iterator[Point]:
    for caution in result.get("cautions", ()):
        refs = sources.cite(sources_of(caution.get("evidence", ())))
        text = caution["text"]
        if caution["code"] == "settlement":
            # Without the name: said once for all that it holds of.
            text = brief.words.text("briefing.settlement", {})
        yield Point(text, brief.label(brief.words.term("briefing", "mind")), refs)
    for step in result.get("next_steps", ())[:STEPS]:
        yield Point(step["text"], brief.label(brief.words.term("briefing", "next")))
