"""Reasons: a feature's share of the score, in words, with the facts it rests on.

They are written as JSON where they are told: what was told before is written already.
"""

from collections.abc import Iterable
from itertools import islice
from operator import itemgetter
from textwrap import shorten
from typing import Any, Self

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
    Facts,
    Feature,
)
from services.matcher.features.feature import close
from services.matcher.scoring import Share
from services.matcher.wording import Wording
from services.written_json import as_json

FEATURES: dict[str, Feature] = {f.name: f for f in (*PEER_FEATURES, *COLLABORATION_FEATURES)}
MIRRORED = {feature.name for feature in PEER_FEATURES if feature.mirrored}
BY_FIELD = {name: (feature.by_field,) for name, feature in FEATURES.items() if feature.by_field}
# What was told of two values of such a field, some 10 MB when full.
MOST_TOLD = 5_000
_told: dict[tuple[Any, ...], bytes] = {}
# From this value on two texts are told to speak of like things.
ALIKE_TEXT = 0.4
QUOTE_WIDTH = 160
_contribution = itemgetter(3)


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
        self._told: dict[tuple[str, float, bool], bytes] = {}

    def by(self, shapes: Shapes) -> Self:
        """The same, for values that count by these shapes."""
        self.shapes = shapes
        return self

    def reasons(self, found: Iterable[Share], mirrored: bool = False) -> list[dict[str, Any]]:
        """The reasons as data, for who reads them."""
        told: list[dict[str, Any]] = orjson.loads(self.written(found, mirrored))
        return told

    def written(self, found: Iterable[Share], mirrored: bool = False) -> bytes:
        """A reason for each feature that told, the largest contribution first, as JSON.

        `mirrored` ones say why the other side has its score; all are told to the asking place.
        """
        # Of like contributions the one first by name comes first.
        ordered = sorted(sorted(found), key=_contribution, reverse=True)
        return b"[%s]" % b",".join([self._reason(share, mirrored) for share in ordered])

    def _reason(self, share: Share, mirrored: bool) -> bytes:
        feature, weight, value, contribution = share
        # Most is told of either side alike: in words it is told once.
        mirrored = mirrored and feature in MIRRORED
        figures = orjson.dumps(
            {"feature": feature, "weight": weight, "value": value, "contribution": contribution}
        )
        return figures[:-1] + self._remembered(feature, value, mirrored)

    def _remembered(self, feature: str, value: float, mirrored: bool) -> bytes:
        """What is told of a feature's value, from memory where it was told before.

        Where it rests on a field of few values, that of any answer; else this one's.
        """
        memory: dict[tuple[Any, ...], bytes] = self._told
        key: tuple[Any, ...] = (feature, value, mirrored)
        field = BY_FIELD.get(feature)
        if field is not None:
            memory, ours, theirs = _told, self._ours[field], self._theirs[field]
            key = (self.words, feature, value, self.shapes.get(feature), ours, theirs)
        told = memory.get(key)
        if told is None:
            if len(memory) >= MOST_TOLD:
                memory.clear()
            told = memory[key] = self._tell(feature, value, mirrored)
        return told

    def _tell(self, feature: str, value: float, mirrored: bool) -> bytes:
        """What is said of a feature's value, and the facts behind it: the rest of a reason."""
        because = self._because(feature, value, mirrored)
        if feature == SIMILAR_TEXT:
            # It rests on what was written, not on the sector and stage of it.
            shown = as_json([fact(self.theirs, field, "theirs") for field in because.theirs])
        else:
            shown = evidence(because, self._ours, self._theirs)
        told = {
            "code": because.code,
            "args": because.args,
            "text": self.words.text(because.code, because.args),
            "evidence": orjson.Fragment(shown),
        }
        return b"," + as_json(told)[1:]

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


def quote_of(facts: Facts, at: int | None) -> WrittenText | None:
    """The text of a record at its place among the record's texts."""
    return None if at is None else next(islice(written_texts(facts), at, None))
