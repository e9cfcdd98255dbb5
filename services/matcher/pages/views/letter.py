"""The letter to an applicant: its own rules, never anything of another."""

from dataclasses import dataclass
from typing import Any

from models.taxonomy import Verdict
from services.matcher.convening.applicant_view import missing_of, own_rules
from services.matcher.convening.together import verdict_of
from services.matcher.pages.views.evidence import remedy_in, rule_lines
from services.matcher.pages.words import PageWording

Json = dict[str, Any]


@dataclass(frozen=True)
class Part:
    """A paragraph of a letter with the list below it; `own_words` are those of a source."""

    text: str
    points: tuple[str, ...] = ()
    strong: bool = False
    own_words: bool = False


@dataclass(frozen=True)
class Letter:
    """What an applicant is told."""

    number: int
    name: str
    country: str
    verdict: str
    word: str
    parts: list[Part]


def letter_view(result: Json, screening: Json, words: PageWording) -> Letter:
    """A letter from what an applicant may be told."""
    verdict, name = verdict_of(result), result["applicant"]["name"]
    about = {
        "name": name,
        "network": screening["collaboration"]["name"],
        "day": words.format_field(screening["as_of"], "day"),
    }
    return Letter(
        number=result["applicant"]["number"],
        name=name,
        country=words.format_field(result["applicant"]["country"], "country"),
        verdict=verdict,
        word=words.term("verdict", verdict),
        parts=[
            Part(words.text("screening.letter_hello", {})),
            Part(words.text("screening.letter_about", about)),
            Part(words.text(f"screening.letter_{_stands(verdict, result)}", {}), strong=True),
            *_why(result, words),
            Part(words.text("screening.letter_end", {})),
        ],
    )


def _stands(verdict: str, result: Json) -> str:
    """Where the applicant stands; one that waits with a rule still open does not meet them yet."""
    settled = all(rule["outcome"] == "pass" for rule in own_rules(result))
    return verdict if settled or verdict != Verdict.WAITLISTED else "waits_open"


def _why(result: Json, words: PageWording) -> list[Part]:
    """The reasons, each kind under its own sentence."""
    parts = []
    decision = result.get("decision")
    if decision:
        reason = words.text("screening.letter_decided", {})
        parts.append(Part(f"{reason} {decision['reason']}"))
    open_rules = [rule for rule in own_rules(result) if rule["outcome"] != "pass"]
    lines = rule_lines(open_rules, words)
    remedies = [remedy_in(rule, words) for rule in open_rules]
    originals = [line.original for line in lines] + [own for _, own in remedies]
    listed = {
        "letter_rules": [line.text for line in lines],
        "letter_conditions": _conditions(result, words),
        "letter_remedies": [said for said, _ in remedies if said],
        "letter_missing": [words.term("rule_field", name) for name in missing_of(result)],
    }
    parts += [
        Part(words.text(f"screening.{code}", {}), tuple(texts))
        for code, texts in listed.items()
        if texts
    ]
    if any(originals):
        head = words.text("rule.own_words", {})
        parts.append(Part(f"{head}:", tuple(t for t in originals if t), own_words=True))
    return parts


def _conditions(result: Json, words: PageWording) -> list[str]:
    """The caps in the way as an applicant reads them: the condition, nothing of who is in."""
    return list(
        dict.fromkeys(
            _condition(rule["field"], rule["threshold"], words)
            for rule in result["rules"]
            if "holders" in rule and rule["outcome"] != "pass"
        )
    )


def _condition(attribute: str, most: str | int, words: PageWording) -> str:
    if isinstance(most, str):
        return words.text("screening.condition_share", {"attribute": attribute, "share": most})
    return words.text("screening.condition_max", {"attribute": attribute, "max": most})
