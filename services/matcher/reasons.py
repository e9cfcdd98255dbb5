"""Reasons: a feature's share of the score, in words, with the facts it rests on.

They are written as JSON where they are told: what was told before is written already.
"""

from collections.abc import Iterable
from itertools import islice
from operator import itemgetter
from textwrap import shorten
from typing import Any

import orjson

from models.snapshot.texts import WrittenText, written_texts
from services.matcher.comparing import PLAIN, Shapes
from services.matcher.evidence import Exhibits, evidence, fact
from services.matcher.features import (
    COLLABORATION_FEATURES,
    EXISTING_TIE,
    PEER_FEATURES,
    PEERS_INSIDE,
    SIMILAR_TEXT,
    Because,
    Between,
    Facts,
    Feature,
)
from services.matcher.features.feature import close
from services.matcher.scoring import Share
from services.matcher.wording import Pattern, Wording
from services.written_json import as_json

FEATURES: dict[str, Feature] = {f.name: f for f in (*PEER_FEATURES, *COLLABORATION_FEATURES)}
MIRRORED = {feature.name for feature in PEER_FEATURES if feature.mirrored}
BY_FIELDS = {name: feature.by_fields for name, feature in FEATURES.items() if feature.by_fields}
BETWEEN = {
    name: feature.because
    for name, feature in FEATURES.items()
    if isinstance(feature.because, Between)
}
# What was told of two values of such fields, some 10 MB when full. No object that the collector of
# cycles would go through is in it.
MOST_TOLD = 10_000
_told: dict[tuple[Any, ...], bytes] = {}
# From this value on two texts are told to speak of like things.
ALIKE_TEXT = 0.4
QUOTE_WIDTH = 160
_feature, _contribution = itemgetter(0), itemgetter(3)


class OurSide:
    """What a feature sees of the asking place in one answer, and the sentences begun with it."""

    __slots__ = ("_begun", "args", "compared", "evidence", "why", "words")

    def __init__(self, why: Between, exhibits: Exhibits, words: Wording) -> None:
        self.why, self.words = why, words
        self.args, fields, self.compared = why.sees(exhibits.facts, "ours")
        self.evidence = exhibits.of(fields)
        self._begun: dict[str, Pattern] = {}

    def beside(self, theirs: Exhibits, value: float) -> bytes:
        """What is said of it beside another side, and the facts behind that."""
        args, fields, compared = self.why.sees(theirs.facts, "theirs")
        word, both = self.why.tell(self.compared, compared, value)
        begun = self._begun.get(word)
        if begun is None:
            begun = self._begun[word] = self._begin(word)
        said = begun.filled({**args, **both} if both else args)
        return b',%s,"evidence":%s}' % (said, evidence(self.evidence, theirs.of(fields)))

    def _begin(self, word: str) -> Pattern:
        """A sentence with all that is of the asking place filled in."""
        pattern = self.words.pattern(f"{self.why.feature}.{word}", self.why.args)
        return pattern.begun(self.args) if self.args else pattern


class Explainer:
    """Tells the asking place about others in one answer; what is of its side alone, once."""

    def __init__(self, ours: Facts, words: Wording, shapes: Shapes = PLAIN) -> None:
        self.ours, self.words, self.shapes = ours, words, shapes
        self.exhibits = Exhibits(ours, "ours")
        self._sides: dict[str, OurSide] = {}

    def about(self, theirs: Facts, quote: WrittenText | None = None) -> "Pair":
        """The place beside one other: `quote` is its text nearest to the question."""
        return Pair(self, theirs, quote)

    def plain(self, feature: str, value: float) -> float:
        """A value as words tell it: how alike the two are, whatever a shape says it is worth."""
        shape = self.shapes.get(feature)
        return value if shape is None else value ** (1 / shape)

    def side(self, feature: str) -> OurSide:
        """What a feature sees of the asking place."""
        found = self._sides.get(feature)
        if found is None:
            side = OurSide(BETWEEN[feature], self.exhibits, self.words)
            found = self._sides[feature] = side
        return found


class Pair:
    """The asking place and one other side."""

    __slots__ = ("_exhibits", "_seen", "_told", "quote", "theirs", "to")

    def __init__(self, to: Explainer, theirs: Facts, quote: WrittenText | None) -> None:
        self.to, self.theirs, self.quote = to, theirs, quote
        self._exhibits = Exhibits(theirs, "theirs")
        self._told: dict[tuple[str, float, bool], bytes] = {}
        self._seen: dict[str, bytes] = {}

    def reasons(self, found: Iterable[Share], mirrored: bool = False) -> list[dict[str, Any]]:
        """The reasons as data, for who reads them."""
        told: list[dict[str, Any]] = orjson.loads(self.written(found, mirrored))
        return told

    def written(self, found: Iterable[Share], mirrored: bool = False) -> bytes:
        """A reason for each feature that told, the largest contribution first, as JSON.

        `mirrored` ones say why the other side has its score; all are told to the asking place.
        """
        parts: list[bytes] = []
        # Of like contributions the one first by name comes first.
        by_name = sorted(found, key=_feature)
        for share in sorted(by_name, key=_contribution, reverse=True):
            parts += b",", in_figures(share), self._said(share[0], share[2], mirrored)
        # A bracket in the place of the first comma.
        return b"".join([b"[", *parts[1:], b"]"])

    def _said(self, feature: str, value: float, mirrored: bool) -> bytes:
        """What is told of a feature's value, from memory where it was told before."""
        fields = BY_FIELDS.get(feature)
        if fields is not None:
            return self._remembered(fields, feature, value)
        if feature in BETWEEN:
            return self._between(feature, value)
        # Most is told of either side alike: in words it is told once.
        key = feature, value, mirrored and feature in MIRRORED
        told = self._told.get(key)
        if told is None:
            told = self._told[key] = self._tell(*key)
        return told

    def _remembered(self, fields: tuple[str, ...], feature: str, value: float) -> bytes:
        """The same where it rests on fields of few values: of any answer."""
        to = self.to
        ours, theirs = to.exhibits.key(fields), self._exhibits.key(fields)
        key = to.words.language, feature, value, to.shapes.get(feature), ours, theirs
        told = _told.get(key)
        if told is None:
            if len(_told) >= MOST_TOLD:
                _told.clear()
            told = _told[key] = self._tell(feature, value, False)
        return told

    def _between(self, feature: str, value: float) -> bytes:
        """The same where the two are compared by what is seen of each alone."""
        # All such features are mutual: of either side the same is told.
        told = self._seen.get(feature)
        if told is None:
            to = self.to
            side = to.side(feature)
            told = self._seen[feature] = side.beside(self._exhibits, to.plain(feature, value))
        return told

    def _tell(self, feature: str, value: float, mirrored: bool) -> bytes:
        """What is said of a feature's value, and the facts behind it: the rest of a reason."""
        to, because = self.to, self._because(feature, value, mirrored)
        if feature == SIMILAR_TEXT:
            # It rests on what was written, not on the sector and stage of it.
            shown = as_json([fact(self.theirs, field, "theirs") for field in because.theirs])
        else:
            shown = evidence(to.exhibits.of(because.ours), self._exhibits.of(because.theirs))
        text = to.words.text(because.code, because.args)
        said = as_json({"code": because.code, "args": because.args, "text": text})
        return b',%s,"evidence":%s}' % (said[1:-1], shown)

    def _because(self, name: str, value: float, mirrored: bool) -> Because:
        feature = FEATURES.get(name)
        if feature is None:
            return self._because_given(name, value)
        because = feature.mirrored if mirrored and feature.mirrored else feature.because
        return because(self.to.ours, self.theirs, self.to.plain(name, value))

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


def in_figures(share: Share) -> bytes:
    """How a reason begins: the feature, and its part in the score."""
    feature, weight, value, contribution = share
    return orjson.dumps(
        {"feature": feature, "weight": weight, "value": value, "contribution": contribution}
    )[:-1]


def quote_of(facts: Facts, at: int | None) -> WrittenText | None:
    """The text of a record at its place among the record's texts."""
    return None if at is None else next(islice(written_texts(facts), at, None))
