"""Evidence: the facts behind a reason or a caution, each with what it rests on."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from operator import itemgetter
from typing import Any

from models.taxonomy import FactStatus
from services.matcher.features import Because, Facts
from services.written_json import as_json

# What features compare of each need and offer: their texts and proofs stand in `gives` and `gets`
# and in the record, and are no ground of a reason.
COMPARED = {"needs", "offers"}
TOLD_OF_EACH = ("sector", "stage", "level")
_STATUS: dict[str, int] = {status: i for i, status in enumerate(FactStatus)}
Exhibit = tuple[int, bytes]
"""How well a fact is proven, 0 the best, and the fact as JSON."""

_proof = itemgetter(0)
# Some 2 MB when full.
MOST_PROOFS = 5_000


class Exhibits:
    """One side's facts as evidence, each written once: many reasons rest on the same few."""

    def __init__(self, facts: Facts, side: str) -> None:
        self.facts, self.side = facts, side
        self._of: dict[tuple[str, ...], list[Exhibit]] = {}
        self._keys: dict[str, tuple[Any, bytes]] = {}
        self._proofs: dict[str, Exhibit] = {}
        self._provenance: Facts = facts.get("provenance") or {}

    def of(self, fields: tuple[str, ...]) -> list[Exhibit]:
        """The facts of several fields, of those that are there."""
        found = self._of.get(fields)
        if found is None:
            facts = self.facts
            found = self._of[fields] = [self._exhibit(name) for name in fields if name in facts]
        return found

    def _exhibit(self, field: str) -> Exhibit:
        """One field as `fact` has it, but for what of needs and offers is not compared."""
        value = self.facts[field]
        shown = as_json(in_brief(value) if field in COMPARED else value)
        proof, tail = self._proof(field)
        return proof, b"%s%s%s" % (_head(field, self.side), shown, tail)

    def _proof(self, field: str) -> Exhibit:
        """How a fact ends that rests on what this one does: most rest on what the record does."""
        name = field if self._provenance.get(field) else "*"
        found = self._proofs.get(name)
        if found is None:
            found = self._proofs[name] = _tail(tuple(proof_of(self.facts, name).items()))
        return found

    def key(self, field: str) -> tuple[Any, bytes]:
        """All that is on file of a field, its value and what that rests on, to remember by."""
        found = self._keys.get(field)
        if found is None:
            value = self.facts.get(field)
            shown = tuple(value) if isinstance(value, list) else value
            found = self._keys[field] = (shown, self._proof(field)[1])
        return found


@lru_cache(maxsize=1_000)
def _head(field: str, side: str) -> bytes:
    """How a fact begins, up to its value."""
    return as_json({"field": field, "side": side})[:-1] + b',"value":'


@lru_cache(maxsize=MOST_PROOFS)
def _tail(proof: tuple[tuple[str, Any], ...]) -> Exhibit:
    """How a fact ends, after its value; a few proofs stand behind most facts."""
    said = dict(proof)
    return _STATUS[said["status"]], b"," + as_json(said)[1:]


def evidence(because: Because, ours: Exhibits, theirs: Exhibits) -> bytes:
    """The facts behind a reason as JSON, the best proven first."""
    mine, other = ours.of(because.ours), theirs.of(because.theirs)
    if len(mine) == len(other) == 1:
        first, second = (mine[0], other[0]) if mine[0][0] <= other[0][0] else (other[0], mine[0])
        return b"[%s,%s]" % (first[1], second[1])
    items = sorted(mine + other, key=_proof)
    return b"[%s]" % b",".join([written for _, written in items])


def in_brief(items: Iterable[Facts]) -> list[Facts]:
    """Needs or offers as features compare them."""
    return [{name: item[name] for name in TOLD_OF_EACH if name in item} for item in items]


def fact(facts: Facts, field: str, side: str) -> dict[str, Any]:
    """One field as evidence."""
    return {"field": field, "side": side, "value": facts[field], **proof_of(facts, field)}


def proof_of(facts: Facts, field: str) -> dict[str, Any]:
    """How a field is proven; what came without a source is a claim of whoever sent it."""
    proof = rests_on(facts, field)
    said = {name: proof[name] for name in ("source", "date", "documented") if name in proof}
    return said | {"status": proof.get("status", FactStatus.CLAIM)}


def rests_on(facts: Facts, field: str) -> Mapping[str, Any]:
    """Source, date and status of a field, or of the whole record; empty where none is on file."""
    provenance: Mapping[str, Any] = facts.get("provenance") or {}
    found: Mapping[str, Any] = provenance.get(field) or provenance.get("*") or {}
    return found
