"""What a commitment covers, in words: needs first, then types, goals and stages."""

from collections.abc import Collection, Iterable
from typing import Any

from services.matcher.portfolio.holdings import Facts
from services.matcher.portfolio.worth import Element, Option
from services.matcher.wording import Wording

Why = list[tuple[str, Facts]]
SHOWN = 4


def uncovered(option: Option, rest: Iterable[Option]) -> set[Element]:
    """What an option covers and none of the rest does."""
    others = [other for other in rest if other.key != option.key]
    return {e for e in option.covers if not any(o.covers.get(e) for o in others)}


def told(new: Collection[Element], code: str, weights: Collection[Element]) -> Why:
    """A sentence for each need, then one for the types, the goals and the stages."""
    counting = sorted(e for e in new if e in weights)
    found: Why = []
    for need in [e for e in counting if e[0] == "need"][:SHOWN]:
        name = "need" if need[2] else "sector"
        found.append((f"{code}.{name}", {"sector": need[1], "stage": need[2]}))
    for kind in ("type", "goal", "stage"):
        values = [e[1] for e in counting if e[0] == kind]
        if values:
            found.append((f"{code}.{kind}", {f"{kind}s": values}))
    return found


def in_words(why: Why, words: Wording) -> dict[str, Any]:
    """Codes with arguments as sentences: all of them together, and each by itself."""
    because = [{"code": code, "args": args, "text": words.text(code, args)} for code, args in why]
    return {"why": " ".join(str(item["text"]) for item in because), "because": because}
