"""Cautions: what stands in the way or is not as sure as it looks. Never a verdict."""

from typing import Any

from models.countries import countries
from models.taxonomy import PopulationBasis
from services.matcher.eligibility import is_stale
from services.matcher.features import Facts
from services.matcher.reasons import fact


def caution(code: str, args: dict[str, Any], evidence: list[Any], words: Any) -> dict[str, Any]:
    """One caution in words, with the facts behind it."""
    return {"code": code, "text": words.text(f"caution.{code}", args), "evidence": evidence}


def peer_cautions(theirs: Facts, tied: bool, context: Any) -> list[dict[str, Any]]:
    """What to know before writing to this peer."""
    found, words = [], context.words
    if theirs.get("population_basis") == PopulationBasis.SETTLEMENT:
        proof = [fact(theirs, "population", "theirs")] if "population" in theirs else []
        found.append(caution("settlement", {"name": theirs["name"]}, proof, words))
    if tied:
        found.append(caution("existing_tie", {"name": theirs["name"]}, [], words))
    note = countries()[theirs["country"]].disputed
    if note:
        found.append(
            caution("disputed", {"note": note}, [fact(theirs, "country", "theirs")], words)
        )
    return found


def collaboration_cautions(record: Facts, context: Any) -> list[dict[str, Any]]:
    """What to know before applying; old figures are printed with their year."""
    found, words = [], context.words
    when = record.get("last_confirmed")
    if "member_count" in record and is_stale(when, context.today):
        args = {"value": record["member_count"], "when": when}
        found.append(caution("member_count", args, [fact(record, "member_count", "theirs")], words))
    if "fee" not in record:
        found.append(caution("fee_unknown", {}, [], words))
    return found
