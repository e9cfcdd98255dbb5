"""Evidence: the facts behind a reason or a caution, each with what it rests on."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any

from orjson import dumps, loads

from models.snapshot import Provenance
from models.taxonomy import FactStatus
from services.matcher.features import Facts
from services.matcher.kept_json import kept_bytes
from services.written_json import as_json

# What features compare of each need and offer: their texts and proofs stand in `gives` and `gets`
# and in the record, and are no ground of a reason.
COMPARED = {"needs", "offers"}
TOLD_OF_EACH = ("sector", "stage", "level")
_STATUS: dict[str, int] = {status: i for i, status in enumerate(FactStatus)}
Exhibit = tuple[int, bytes]
"""How well a fact is proven, 0 the best, and the fact as JSON; or several proven alike."""

Frame = tuple[int, bytes, bytes]
"""How well a fact is proven, and as JSON what stands before its value and after it."""

Fields = tuple[str, ...]

Shown = tuple[Exhibit, ...]
"""Facts in the order of how well they are proven."""

_proof = itemgetter(0)
# Some 2 MB when full.
MOST_PROOFS = 5_000


class Exhibits:
    """Facts of some places as evidence, all on one side."""

    def __init__(self, side: str, places: Sequence[Facts]) -> None:
        self.side, self.facts = side, places
        self._frames = [_frames_of(facts, side) for facts in places]
        self._keys: dict[Fields, list[tuple[Any, ...]]] = {}

    def of(self, at: int, fields: Fields) -> Shown:
        """What is on file of one place in some fields, the best proven first.

        It is told as `fact` has it, but for what of needs and offers is not compared.
        """
        facts, frames, found = self.facts[at], self._frames[at], []
        for field in fields:
            if field in facts:
                value = in_brief(facts[field]) if field in COMPARED else facts[field]
                proof, head, tail = frames.get(field) or self._frame(at, field)
                found.append((proof, head + dumps(value) + tail))
        return in_order(found) if len(found) > 1 else tuple(found)

    def keys(self, fields: Fields) -> list[tuple[Any, ...]]:
        """All that is on file of each place in some fields, values and what they rest on."""
        found = self._keys.get(fields)
        if found is None:
            found = self._keys[fields] = list(zip(*map(self._on_file, fields), strict=True))
        return found

    def _on_file(self, field: str) -> list[tuple[str, bytes]]:
        """What is on file of each place in a field, and what that rests on."""
        found = []
        for at, (facts, frames) in enumerate(zip(self.facts, self._frames, strict=True)):
            value = facts.get(field)
            frame = frames.get(field) or self._frame(at, field)
            # As text: bytes that orjson hands out take 4 KB, and would be kept to remember by.
            found.append((value if type(value) is str else dumps(value).decode(), frame[2]))
        return found

    def _frame(self, at: int, field: str) -> Frame:
        """How a fact is told: most fields rest on what the record does, and it on what many do."""
        proof, tail = _tail(kept_bytes(rests_on(self.facts[at], field)))
        found = self._frames[at][field] = proof, _head(field, self.side), tail
        return found


def _frames_of(facts: Facts, side: str) -> dict[str, Frame]:
    """How facts of a record are told, as far as is known of those that rest on the same."""
    provenance = facts.get("provenance")
    return provenance.written[side] if isinstance(provenance, Provenance) else {}


@lru_cache(maxsize=1_000)
def _head(field: str, side: str) -> bytes:
    """How a fact begins, up to its value."""
    return as_json({"field": field, "side": side})[:-1] + b',"value":'


@lru_cache(maxsize=MOST_PROOFS)
def _tail(written: bytes) -> Exhibit:
    """How a fact ends that rests on this; a few proofs stand behind most facts."""
    said = _said(loads(written))
    return _STATUS[said["status"]], b"," + as_json(said)[1:]


def in_order(exhibits: Sequence[Exhibit]) -> Shown:
    """The best proven first, those proven alike written as one."""
    proofs = [proof for proof, _ in exhibits]
    if proofs and proofs.count(proofs[0]) == len(proofs):
        return ((proofs[0], b",".join([told for _, told in exhibits])),)
    ordered = sorted(exhibits, key=_proof)
    return tuple(
        [(p, b",".join([told for _, told in alike])) for p, alike in groupby(ordered, _proof)]
    )


def evidence(ours: Shown, theirs: Shown) -> bytes:
    """The facts behind a reason as JSON, the best proven first; of those proven alike, ours."""
    if len(ours) == len(theirs) == 1:
        (proof, mine), (proof_there, other) = ours[0], theirs[0]
        return b"[%s,%s]" % ((mine, other) if proof <= proof_there else (other, mine))
    return b"[%s]" % b",".join([written for _, written in in_order(ours + theirs)])


def in_brief(items: Iterable[Facts]) -> list[Facts]:
    """Needs or offers as features compare them."""
    return [{name: item[name] for name in TOLD_OF_EACH if name in item} for item in items]


def fact(facts: Facts, field: str, side: str) -> dict[str, Any]:
    """One field as evidence."""
    return {"field": field, "side": side, "value": facts[field], **_said(rests_on(facts, field))}


def _said(proof: Mapping[str, Any]) -> dict[str, Any]:
    """How a field is proven; what came without a source is a claim of whoever sent it."""
    said = {name: proof[name] for name in ("source", "date", "documented") if name in proof}
    return said | {"status": proof.get("status", FactStatus.CLAIM)}


def rests_on(facts: Facts, field: str) -> Mapping[str, Any]:
    """Source, date and status of a field, or of the whole record; empty where none is on file."""
    provenance: Mapping[str, Any] = facts.get("provenance") or {}
    found: Mapping[str, Any] = provenance.get(field) or provenance.get("*") or {}
    return found
