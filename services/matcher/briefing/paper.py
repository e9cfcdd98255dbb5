"""The paper: what was found, why, what to mind, half a page for residents, and a first letter."""

from services.matcher.briefing.letter import letter, residents
from services.matcher.briefing.parts import Brief, Json, Paper, Point, Section, thing, titled
from services.matcher.briefing.sources import Sources, sources_of
from services.matcher.briefing.suggestion import suggestions

RESULTS, FEWER = 6, 3
# What stands on one line each below the best; the tables hold every result.
ALSO, LINE = 10, 110
# Lines of the checklist that ask about a membership: a peer has no rules of entry.
OF_MEMBERS = {"may-join", "terms-stated", "peers-inside"}


def paper(brief: Brief) -> Paper:
    """The whole paper, in order."""
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
    if brief.results and brief.kind == "peers" and brief.needs:
        at_it = [str(thing(r)["name"]) for r in brief.results[:RESULTS] if brief.tells_on_need(r)]
        code = "some" if at_it else "none"
        lines.append(words.text(f"briefing.on_need.{code}", {"names": at_it}))
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
    return Point(text, brief.label(label), sources.cite(sources_of(best["evidence"])))


def _checklist(brief: Brief) -> Section:
    heading = brief.words.text("briefing.heading.checklist", {})
    lines = brief.checklist["lines"]
    if brief.kind == "peers":
        lines = [line for line in lines if line.get("code") not in OF_MEMBERS]
    points = [Point(line["text"]) for line in lines]
    return Section("checklist", heading, (), points)


def _sources(brief: Brief, sources: Sources) -> Section:
    words, answer = brief.words, brief.answer
    args = {"match": answer["match_id"], "snapshot": answer["snapshot_id"]}
    line = words.text("briefing.traceable", args)
    points = [Point(text, refs=(at,)) for at, text in enumerate(sources.listed(words), 1)]
    return Section("sources", words.text("briefing.heading.sources", {}), [line], points)
