"""A caution: what stands in the way, or is not as sure as it looks. Never a verdict."""

from typing import Any

from services.matcher.evidence import fact
from services.matcher.features import Facts
from services.matcher.wording import Wording

Caution = dict[str, Any]


def caution(code: str, words: Wording, args: Facts, *evidence: Facts) -> Caution:
    """One caution in words, with the facts behind it."""
    text = words.text(f"caution.{code}", args)
    return {"code": code, "text": text, "args": args, "evidence": list(evidence)}


def both(ours: Facts, theirs: Facts, field: str) -> list[Facts]:
    """The same field of both sides as evidence."""
    return [fact(f, field, side) for f, side in ((ours, "ours"), (theirs, "theirs")) if field in f]
