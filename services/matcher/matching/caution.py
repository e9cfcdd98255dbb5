"""A caution: what stands in the way, or is not as sure as it looks. Never a verdict."""

from typing import Any

from orjson import Fragment, dumps

from models.snapshot import Provenance
from services.matcher.evidence import fact
from services.matcher.features import Facts
from services.matcher.kept_json import kept_bytes
from services.matcher.wording import Wording

Caution = dict[str, Any]
# Stands for a name where a caution is written but for that; no text has it.
_NAME = "\ufffe"


def caution(code: str, words: Wording, args: Facts, *evidence: Facts) -> Caution:
    """One caution in words, with the facts behind it."""
    text = words.text(f"caution.{code}", args)
    return {"code": code, "text": text, "args": args, "evidence": list(evidence)}


def by_field(code: str, words: Wording, theirs: Facts, field: str, args: Facts) -> Fragment:
    """A caution that rests on one field of few values, and on what comes with the value.

    It is written once for all places that have the value from the same source, but for the name.
    """
    provenance = theirs.get("provenance")
    kept = provenance.written["cautions"] if isinstance(provenance, Provenance) else {}
    key = (code, words, theirs[field])
    around: list[bytes] | None = kept.get(key)
    if around is None:
        named = {**args, "name": _NAME} if "name" in args else args
        said = caution(code, words, named, fact(theirs, field, "theirs"))
        around = kept[key] = kept_bytes(said).split(_NAME.encode())
    return Fragment(around[0] if len(around) == 1 else dumps(theirs["name"])[1:-1].join(around))


def both(ours: Facts, theirs: Facts, field: str) -> list[Facts]:
    """The same field of both sides as evidence."""
    return [fact(f, field, side) for f, side in ((ours, "ours"), (theirs, "theirs")) if field in f]
