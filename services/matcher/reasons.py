"""Reasons: a feature's share of the score, in words, with the facts it rests on.

They are written as JSON where they are told: what was told before is written already.
"""

from collections.abc import Sequence
from itertools import islice
from textwrap import shorten
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from models.memory import remember
from models.snapshot.texts import TextIndex, WrittenText, written_texts
from services.matcher.comparing import PLAIN, Shapes
from services.matcher.evidence import Exhibits, Fields, evidence, fact
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
from services.matcher.scoring import Column, Shares
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


class Explainer:
    """Tells the asking place about others in one answer, one feature of all of them at a time."""

    def __init__(
        self,
        ours: Facts,
        theirs: Sequence[Facts],
        words: Wording,
        shapes: Shapes = PLAIN,
        quotes: Sequence[WrittenText | None] = (),
    ) -> None:
        """`quotes` are the others' texts nearest to the question, where it has any."""
        self.ours, self.theirs, self.quotes = ours, theirs, quotes
        self.words, self.shapes = words, shapes
        self._mine, self._others = Exhibits("ours", [ours]), Exhibits("theirs", theirs)
        self._told: dict[tuple[str, bool], tuple[Column, list[bytes]]] = {}

    def reasons(self, found: Shares, mirrored: bool = False) -> list[list[dict[str, Any]]]:
        """The reasons of each as data, for who reads them."""
        return [orjson.loads(reasons) for reasons in self.written(found, mirrored)]

    def written(self, found: Shares, mirrored: bool = False) -> list[bytes]:
        """A reason for each feature that told, the largest contribution first, as JSON.

        `mirrored` ones say why the other side has its score; all are told to the asking place.
        """
        rows = range(len(found.order))
        told = [_of_each(rows, c.at, self.of_feature(c, mirrored)) for c in found.columns]
        return [
            b"[%s]" % b",".join(filter(None, [told[c][at] for c in columns]))
            for at, columns in zip(rows, found.order, strict=True)
        ]

    def of_feature(self, column: Column, mirrored: bool = False) -> list[bytes]:
        """One feature's reasons."""
        return with_figures(column, self.said(column, mirrored)) if column.at else []

    def said(self, column: Column, mirrored: bool = False) -> list[bytes]:
        """What is told of a feature's values, and the facts behind that: the rest of reasons."""
        # Most is told of either side alike: in words it is told once.
        feature, mirrored = column.feature, mirrored and column.feature in MIRRORED
        before, told = self._told.get((feature, mirrored), (None, []))
        if before is None or (before.at, before.value) != (column.at, column.value):
            if feature in BY_FIELDS:
                told = self._remembered(column, BY_FIELDS[feature])
            elif feature in BETWEEN:
                told = self._between(column, BETWEEN[feature])
            else:
                told = [self._tell(feature, *one, mirrored) for one in column.values()]
            self._told[feature, mirrored] = column, told
        return told

    def _remembered(self, column: Column, fields: Fields) -> list[bytes]:
        """The same where it rests on fields of few values: of any answer, from memory."""
        feature = column.feature
        (ours,), theirs = self._mine.keys(fields), self._others.keys(fields)
        asked = self.words.language, feature, self.shapes.get(feature), ours
        # Of ten places most lie in one country.
        alike: dict[tuple[Any, ...], bytes] = {}
        found = []
        for at, value in column.values():
            key = value, theirs[at]
            told = alike.get(key)
            if told is None:
                told = alike[key] = self._from_memory((*asked, *key), feature, at, value)
            found.append(told)
        return found

    def _from_memory(self, key: tuple[Any, ...], feature: str, at: int, value: float) -> bytes:
        told = _told.get(key)
        if told is None:
            told = remember(_told, MOST_TOLD, key, self._tell(feature, at, value, False))
        return told

    def _between(self, column: Column, why: Between) -> list[bytes]:
        """The same where the two are compared by what is seen of each alone."""
        args, fields, compared = why.sees(self.ours)
        ours = self._mine.of(0, fields)
        places = [self.theirs[at] for at in column.at]
        seen = why.beside(compared, places, self._plain(column.feature, column.value))
        begun: dict[str, Pattern] = {}
        found = []
        for at, (word, said, fields_there) in zip(column.at, seen, strict=True):
            if word not in begun:
                begun[word] = self.words.pattern(f"{why.feature}.{word}", why.args).begun(args)
            shown = evidence(ours, self._others.of(at, fields_there))
            found.append(b',%s,"evidence":%s}' % (begun[word].filled(said), shown))
        return found

    def _plain(self, feature: str, values: list[float]) -> list[float]:
        """Values as words tell them: how alike the two are, whatever a shape says it is worth."""
        shape = self.shapes.get(feature)
        return values if shape is None else [value ** (1 / shape) for value in values]

    def _tell(self, feature: str, at: int, value: float, mirrored: bool) -> bytes:
        """What is said of one place."""
        because = self._because(feature, at, value, mirrored)
        if feature == SIMILAR_TEXT:
            # It rests on what was written, not on the sector and stage of it.
            facts = self.theirs[at]
            shown = as_json([fact(facts, field, "theirs") for field in because.theirs])
        else:
            ours = self._mine.of(0, because.ours)
            shown = evidence(ours, self._others.of(at, because.theirs))
        text = self.words.text(because.code, because.args)
        said = as_json({"code": because.code, "args": because.args, "text": text})
        return b',%s,"evidence":%s}' % (said[1:-1], shown)

    def _because(self, name: str, at: int, value: float, mirrored: bool) -> Because:
        feature = FEATURES.get(name)
        if feature is None:
            return self._because_given(name, at, value)
        because = feature.mirrored if mirrored and feature.mirrored else feature.because
        (plain,) = self._plain(name, [value])
        return because(self.ours, self.theirs[at], plain)

    def _because_given(self, name: str, at: int, value: float) -> Because:
        """Why what is not read from columns has its value."""
        quote = self.quotes[at] if self.quotes else None
        if name == SIMILAR_TEXT and quote is not None:
            word = "alike" if value >= ALIKE_TEXT else "apart"
            args = {"quote": shorten(quote.text, QUOTE_WIDTH, placeholder=" …")}
            return Because(f"similar_text.{word}", args, (), (quote.field.split("/")[0],))
        if name == EXISTING_TIE:
            return Because(f"existing_tie.{'yes' if value else 'no'}", {}, ("commitments",))
        if name == PEERS_INSIDE:
            return Because(f"peers_inside.{close(value)}", {}, ("country",))
        raise KeyError(name)


def _of_each(rows: Sequence[int], at: Sequence[int], told: list[bytes]) -> list[bytes]:
    """What is told of each row; of most features something is told of all."""
    if len(at) == len(rows):
        return told
    found = dict(zip(at, told, strict=True))
    return [found.get(row, b"") for row in rows]


def with_figures(column: Column, said: Sequence[bytes]) -> list[bytes]:
    """A feature's reasons: its parts in the scores, and what is said of each."""
    feature, _, *figures = column
    return [
        orjson.dumps(
            {"feature": feature, "weight": weight, "value": value, "contribution": contribution}
        )[:-1]
        + rest
        for weight, value, contribution, rest in zip(*figures, said, strict=True)
    ]


def quotes_of(
    records: Sequence[Facts], rows: Sequence[int], texts: TextIndex, asked: NDArray[np.float32]
) -> list[WrittenText | None]:
    """Of each record its text that is nearest to what was asked; nothing where nothing was."""
    if not len(asked):
        return []
    nearest = [texts.nearest(row, asked) for row in rows]
    return [quote_of(*one) for one in zip(records, nearest, strict=True)]


def quote_of(facts: Facts, at: int | None) -> WrittenText | None:
    """The text of a record at its place among the record's texts."""
    return None if at is None else next(islice(written_texts(facts), at, None))
