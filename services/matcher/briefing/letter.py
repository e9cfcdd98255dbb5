"""What others read: half a page for residents, and a first letter to an office."""

from services.matcher.briefing.parts import NAMED, Brief, Point, Section, thing
from services.matcher.wording import LANGUAGES
from services.matcher.wording.officer import officer_wording


def residents(brief: Brief) -> Section:
    """Half a page in plain words: what it is for, what it costs, who decides."""
    words, names = brief.words, brief.names()
    args = {"name": brief.asking["name"], "names": names, "sectors": brief.sectors}
    codes = ["why", _found(brief) if names else "none", "cost", "say"]
    if not brief.sectors:
        codes[0] = "why_open"
    lines = [words.text(f"briefing.residents.{code}", args) for code in codes]
    return Section("residents", words.text("briefing.heading.residents", {}), lines)


def _found(brief: Brief) -> str:
    """What may be said of those that are named first: only what is on file of each."""
    if all(brief.tells_on_need(result) for result in brief.results[:NAMED]):
        return f"found.{brief.kind}"
    if brief.kind == "collaborations":
        return "of_use"
    return "alike" if brief.needs else "alike_open"


def letter(brief: Brief) -> Section:
    """A first letter to the office of the best result, in its language where there is one."""
    best = brief.results[0]
    found = thing(best)
    words = officer_wording(_language(brief))
    gets = sorted({item["sector"] for item in best.get("gets") or ()})
    gives = sorted({item["sector"] for item in best.get("gives") or ()})
    args = {"ours": brief.asking["name"], "theirs": found["name"], "gets": gets, "gives": gives}
    addressee = brief.first.get("contact_office") or words.text(
        f"briefing.letter.office.{brief.kind}", args
    )
    lines = [addressee, words.text("briefing.letter.greeting", args)]
    lines.append(words.text(f"briefing.letter.opening.{brief.kind}", args))
    if brief.needs:
        lines.append(words.text("briefing.letter.about", {"sectors": brief.sectors}))
    who = {key: brief.asking.get(key) for key in ("kind", "country", "population")}
    if all(who.values()):
        lines.append(words.text("briefing.letter.who", args | who))
    if gets:
        lines.append(words.text("briefing.letter.gets", args))
    if gives:
        lines.append(words.text("briefing.letter.gives", args))
    lines += [words.text(f"briefing.letter.{code}", args) for code in ("asks", "closing", "sign")]
    note = brief.words.text("briefing.letter.language", {"language": words.language})
    heading = brief.words.text("briefing.heading.letter", {})
    return Section("letter", heading, lines, [Point(note)], words.language)


def _language(brief: Brief) -> str:
    """The first language of theirs that there are sentences in, else English."""
    theirs = thing(brief.results[0]).get("languages", ())
    return next((code for code in theirs if code in LANGUAGES), "en")
