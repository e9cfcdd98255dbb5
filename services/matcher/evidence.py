"""Evidence: the facts behind a reason or a caution, each with what it rests on."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from orjson import dumps, loads

from models.snapshot import Provenance
from models.taxonomy import FactStatus
from services.matcher.features import Because, Facts
from services.written_json import as_json

# What features compare of each need and offer: their texts and proofs stand in `gives` and `gets`
# and in the record, and are no ground of a reason.
COMPARED = {"needs", "offers"}
TOLD_OF_EACH = ("sector", "stage", "level")
_STATUS: dict[str, int] = {status: i for i, status in enumerate(FactStatus)}
Exhibit = tuple[int, bytes]
"""How well a fact is proven, 0 the best, and the fact as JSON; or several proven alike."""

Shown = tuple[Exhibit, ...]
"""Facts in the order of how well they are proven."""

# Some 2 MB when full.
MOST_PROOFS = 5_000


class Exhibits(dict[tuple[str, ...], Shown]):
    """One side's facts as evidence, by the fields asked for: many reasons rest on the same few.

    What is on file of them is written once, the best proven first; nothing where nothing is.
    """

    def __init__(self, facts: Facts, side: str) -> None:
        self.facts, self.side = facts, side
        self._provenance: Facts = facts.get("provenance") or {}
        self._proofs: dict[str, Exhibit] = (
            self._provenance.written if isinstance(self._provenance, Provenance) else {}
        )

    def __missing__(self, fields: tuple[str, ...]) -> Shown:
        facts = self.facts
        found = in_order([self._exhibit(name) for name in fields if name in facts])
        self[fields] = found
        return found

    def _exhibit(self, field: str) -> Exhibit:
        """One field as `fact` has it, but for what of needs and offers is not compared."""
        value = self.facts[field]
        if field in COMPARED:
            value = in_brief(value)
        proof, tail = self._proofs.get(field) or self._proof(field)
        return proof, b"%s%s%s" % (_head(field, self.side), as_json(value), tail)

    def _proof(self, field: str) -> Exhibit:
        """How a fact ends: most fields rest on what the record does, and it on what many do."""
        provenance = self._provenance
        found = _tail(dumps(provenance.get(field) or provenance.get("*")))
        self._proofs[field] = found
        return found


@lru_cache(maxsize=1_000)
def _head(field: str, side: str) -> bytes:
    """How a fact begins, up to its value."""
    return as_json({"field": field, "side": side})[:-1] + b',"value":'


@lru_cache(maxsize=MOST_PROOFS)
def _tail(rests_on: bytes) -> Exhibit:
    """How a fact ends, after its value; a few proofs stand behind most facts."""
    said = _said(loads(rests_on) or {})
    return _STATUS[said["status"]], b"," + as_json(said)[1:]


def in_order(exhibits: Sequence[Exhibit]) -> Shown:
    """The best proven first, those proven alike written as one."""
    if len(exhibits) < 2:
        return tuple(exhibits)
    by_proof: dict[int, list[bytes]] = {}
    for proof, written in exhibits:
        by_proof.setdefault(proof, []).append(written)
    return tuple([(proof, b",".join(by_proof[proof])) for proof in sorted(by_proof)])


def evidence(because: Because, ours: Exhibits, theirs: Exhibits) -> bytes:
    """The facts behind a reason as JSON, the best proven first; of those proven alike, ours."""
    mine, other = ours[because.ours], theirs[because.theirs]
    if len(mine) == len(other) == 1:
        first, second = (mine[0], other[0]) if mine[0][0] <= other[0][0] else (other[0], mine[0])
        return b"[%s,%s]" % (first[1], second[1])
    return b"[%s]" % b",".join([written for _, written in in_order(mine + other)])


def in_brief(items: Iterable[Facts]) -> list[Facts]:
    """Needs or offers as features compare them."""
    return [{name: item[name] for name in TOLD_OF_EACH if name in item} for item in items]


def fact(facts: Facts, field: str, side: str) -> dict[str, Any]:
    """One field as evidence."""
    return {"field": field, "side": side, "value": facts[field], **proof_of(facts, field)}


def proof_of(facts: Facts, field: str) -> dict[str, Any]:
    """How a field is proven; what came without a source is a claim of whoever sent it."""
    return _said(rests_on(facts, field))


def _said(proof: Mapping[str, Any]) -> dict[str, Any]:
    said = {name: proof[name] for name in ("source", "date", "documented") if name in proof}
    return said | {"status": proof.get("status", FactStatus.CLAIM)}


def rests_on(facts: Facts, field: str) -> Mapping[str, Any]:
    """Source, date and status of a field, or of the whole record; empty where none is on file."""
    provenance: Mapping[str, Any] = facts.get("provenance") or {}
    found: Mapping[str, Any] = provenance.get(field) or provenance.get("*") or {}
    return found
