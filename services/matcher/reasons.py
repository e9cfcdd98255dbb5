"""Reasons: a feature's share of the score, in words, with the facts it rests on."""

from collections.abc import Iterable, Mapping
from itertools import islice
from textwrap import shorten
from typing import Any, Self

from models.snapshot.texts import WrittenText, written_texts
from models.taxonomy import FactStatus
from services.matcher.comparing import PLAIN, Shapes
from services.matcher.features import (
    COLLABORATION_FEATURES,
    EXISTING_TIE,
    PEER_FEATURES,
    PEERS_INSIDE,
    SIMILAR_TEXT,
    Because,
    Facts,
    Feature,
)
from services.matcher.features.feature import close
from services.matcher.scoring import Share
from services.matcher.wording import Wording

FEATURES: dict[str, Feature] = {f.name: f for f in (*PEER_FEATURES, *COLLABORATION_FEATURES)}
MIRRORED = {feature.name for feature in PEER_FEATURES if feature.mirrored}
BY_FIELD = {name: feature.by_field for name, feature in FEATURES.items() if feature.by_field}
# What was told of two values of such a field, some 10 MB when full.
MOST_TOLD = 5_000
_told: dict[tuple[Any, ...], dict[str, Any]] = {}
# What features compare of each need and offer: their texts and proofs stand in `gives` and `gets`
# and in the record, and are no ground of a reason.
COMPARED = {"needs", "offers"}
TOLD_OF_EACH = ("sector", "stage", "level")
# From this value on two texts are told to speak of like things.
ALIKE_TEXT = 0.4
QUOTE_WIDTH = 160
_STATUS: dict[str, int] = {status: i for i, status in enumerate(FactStatus)}


class Exhibits(dict[str, dict[str, Any]]):
    """One side's facts as evidence, each made once: many reasons rest on the same few."""

    def __init__(self, facts: Facts, side: str) -> None:
        super().__init__()
        self.facts, self.side = facts, side
        self._groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
        self._keys: dict[str, tuple[Any, ...]] = {}

    def __missing__(self, field: str) -> dict[str, Any]:
        item = self[field] = fact(self.facts, field, self.side)
        if field in COMPARED:
            item["value"] = in_brief(item["value"])
        return item

    def of(self, fields: tuple[str, ...]) -> list[dict[str, Any]]:
        """The facts of several fields, of those that are there."""
        found = self._groups.get(fields)
        if found is None:
            found = self._groups[fields] = [self[name] for name in fields if name in self.facts]
        return found

    def key(self, field: str) -> tuple[Any, ...]:
        """All that is on file of a field, its value and what that rests on, to remember by."""
        found = self._keys.get(field)
        if found is None:
            value, proof = self.facts.get(field), rests_on(self.facts, field)
            shown = tuple(value) if isinstance(value, list) else value
            found = self._keys[field] = (shown, *proof.items())
        return found


class Explainer:
    """Tells the asking place about one other side: `quote` is its text nearest to the question.

    Who explains several in one answer gives the asking place's `exhibits` along.
    """

    def __init__(
        self,
        ours: Facts,
        theirs: Facts,
        words: Wording,
        quote: WrittenText | None = None,
        exhibits: Exhibits | None = None,
    ) -> None:
        self.ours, self.theirs, self.words, self.quote = ours, theirs, words, quote
        self._ours = Exhibits(ours, "ours") if exhibits is None else exhibits
        self._theirs = Exhibits(theirs, "theirs")
        self.shapes: Shapes = PLAIN
        self._told: dict[tuple[str, float, bool], dict[str, Any]] = {}

    def by(self, shapes: Shapes) -> Self:
        """The same, for values that count by these shapes."""
        self.shapes = shapes
        return self

    def reasons(self, found: Iterable[Share], mirrored: bool = False) -> list[dict[str, Any]]:
        """A reason for each feature that told, the largest contribution first.

        `mirrored` ones say why the other side has its score; all are told to the asking place.
        """
        ordered = sorted(found, key=_largest_first)
        return [self._reason(share, mirrored) for share in ordered]

    def _reason(self, share: Share, mirrored: bool) -> dict[str, Any]:
        feature, weight, value, contribution = share
        # Most is told of either side alike: in words it is told once.
        mirrored = mirrored and feature in MIRRORED
        told = self._told.get((feature, value, mirrored))
        if told is None:
            told = self._remembered(feature, value, mirrored)
            self._told[feature, value, mirrored] = told
        return {
            "feature": feature,
            "weight": weight,
            "value": value,
            "contribution": contribution,
            **told,
        }

    def _remembered(self, feature: str, value: float, mirrored: bool) -> dict[str, Any]:
        """What is told of a feature's value, from memory where it rests on a field of few."""
        field = BY_FIELD.get(feature)
        if field is None:
            return self._tell(feature, value, mirrored)
        key = (
            self.words,
            feature,
            value,
            self.shapes.get(feature),
            self._ours.key(field),
            self._theirs.key(field),
        )
        told = _told.get(key)
        if told is None:
            if len(_told) >= MOST_TOLD:
                _told.clear()
            told = _told[key] = self._tell(feature, value, mirrored)
        return told

    def _tell(self, feature: str, value: float, mirrored: bool) -> dict[str, Any]:
        """What is said of a feature's value, and the facts behind it."""
        because = self._because(feature, value, mirrored)
        shown = evidence(because, self._ours, self._theirs)
        if feature == SIMILAR_TEXT:
            # It rests on what was written, not on the sector and stage of it.
            shown = [fact(self.theirs, field, "theirs") for field in because.theirs]
        return {
            "code": because.code,
            "args": because.args,
            "text": self.words.text(because.code, because.args),
            "evidence": shown,
        }

    def _because(self, name: str, value: float, mirrored: bool) -> Because:
        feature = FEATURES.get(name)
        if feature is None:
            return self._because_given(name, value)
        because = feature.mirrored if mirrored and feature.mirrored else feature.because
        # Words tell how alike the two are; a shape only says how much that is worth.
        shape = self.shapes.get(name)
        return because(self.ours, self.theirs, value if shape is None else value ** (1 / shape))

    def _because_given(self, name: str, value: float) -> Because:
        """Why what is not read from columns has its value."""
        if name == SIMILAR_TEXT and self.quote is not None:
            word = "alike" if value >= ALIKE_TEXT else "apart"
            args = {"quote": shorten(self.quote.text, QUOTE_WIDTH, placeholder=" …")}
            return Because(f"similar_text.{word}", args, (), (self.quote.field.split("/")[0],))
        if name == EXISTING_TIE:
            return Because(f"existing_tie.{'yes' if value else 'no'}", {}, ("commitments",))
        if name == PEERS_INSIDE:
            return Because(f"peers_inside.{close(value)}", {}, ("country",))
        raise KeyError(name)


def _largest_first(share: Share) -> tuple[float, str]:
    return -share.contribution, share.feature


def quote_of(facts: Facts, at: int | None) -> WrittenText | None:
    """The text of a record at its place among the record's texts."""
    return None if at is None else next(islice(written_texts(facts), at, None))


def in_brief(items: Iterable[Facts]) -> list[Facts]:
    """Needs or offers as features compare them."""
    return [{name: item[name] for name in TOLD_OF_EACH if name in item} for item in items]


def evidence(because: Because, ours: Exhibits, theirs: Exhibits) -> list[dict[str, Any]]:
    """The facts behind a reason, the best proven first."""
    items = ours.of(because.ours) + theirs.of(because.theirs)
    if len(items) > 1:
        items.sort(key=_proof)
    return items


def _proof(item: Mapping[str, Any]) -> int:
    return _STATUS[item["status"]]


def fact(facts: Facts, field: str, side: str) -> dict[str, Any]:
    """One field as evidence; what came without a source is a claim of whoever sent it."""
    proof = rests_on(facts, field)
    item = {"field": field, "side": side, "value": facts[field]}
    if "source" in proof:
        item["source"] = proof["source"]
    if "date" in proof:
        item["date"] = proof["date"]
    if "documented" in proof:
        item["documented"] = proof["documented"]
    item["status"] = proof.get("status", FactStatus.CLAIM)
    return item


def rests_on(facts: Facts, field: str) -> Mapping[str, Any]:
    """Source, date and status of a field, or of the whole record; empty where none is on file."""
    provenance: Mapping[str, Any] = facts.get("provenance") or {}
    found: Mapping[str, Any] = provenance.get(field) or provenance.get("*") or {}
    return found
