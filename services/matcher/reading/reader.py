"""Reads sectors and stages out of free text, each with a confidence.

Cosines of the multilingual model all lie high and close together, and texts of one language or one
manner lie closer than those of one subject. So what anchors of one value differ in is evened out;
then text and anchors are compared after the anchors' mean is taken off, relative to the text's mean
likeness to all anchors and in units of the anchors' own spread; a softmax then gives confidences
that add up to one.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.embedding import Embedder, Vectors
from models.taxonomy import Sector, Stage
from services.matcher.reading.anchors import Anchor, anchor_vectors, read_anchors

Scores = NDArray[np.float64]

MAX_READINGS = 5
# Each sentence costs one reading by the model; a text of more is still read as a whole.
MAX_SENTENCES = 6
SENTENCE_ENDS = re.compile("(?<=[.!?\u061f])\\s+|(?<=[\u3002\uff01\uff1f])|\n+")
# Parts so short between semicolons are a list of topics, each to be read; longer ones are clauses.
LISTED_WORDS = 5
LEAST_CONFIDENCE = 0.02
LEAST_STAGE_CONFIDENCE = 0.5


@dataclass(frozen=True)
class Manner:
    """How likeness becomes confidence; docs/embedding.md says how each was fitted."""

    sharpness: float
    nearest: float
    """What the two nearest anchors of a value count for, beside all of them."""
    shrinkage: float
    """How much of the evening out is held back, as few anchors tell their spread but roughly."""


# Fitted with the default model on tests/golden/needs.csv and on the half of
# needs_in_plain_words.csv that is there for it; what stages differ in is evened out in vain.
OF_SECTORS = Manner(sharpness=4.0, nearest=0.75, shrinkage=0.6)
OF_STAGES = Manner(sharpness=8.0, nearest=0.5, shrinkage=1.0)


@dataclass(frozen=True)
class Reading:
    """One need read out of a text; no stage where the text does not tell one."""

    sector: Sector
    stage: Stage | None
    confidence: float


class NeedReader:
    """Holds texts against anchors whose vectors are computed once, or brought along."""

    def __init__(self, embedder: Embedder, kept: Vectors | None = None) -> None:
        """With the anchors' vectors `kept` with a snapshot, unless there were others then."""
        anchors = read_anchors()
        fits = kept is not None and kept.shape == (len(anchors), embedder.dimension)
        vectors = kept if kept is not None and fits else anchor_vectors(anchors, embedder)
        self._embedder = embedder
        self._sectors = _Choice(Sector, OF_SECTORS, anchors, vectors)
        self._stages = _Choice(Stage, OF_STAGES, anchors, vectors)

    def read_needs(self, text: str) -> list[Reading]:
        """The needs a text speaks of, best first; none where it speaks of nothing known."""
        if not any(character.isalpha() for character in text):
            return []
        vectors = self._embedder.encode(_parts(text), "query")
        sectors = self._sectors.confidences(vectors)
        stages = [_stage(self._stages, row) for row in self._stages.confidences(vectors)]
        # A sector counts as much as in the part that speaks of it most clearly.
        parts, best = sectors.argmax(axis=0), sectors.max(axis=0)
        readings = [
            Reading(
                Sector(value), stages[parts[column]] or stages[0], round(float(best[column]), 4)
            )
            for column, value in enumerate(self._sectors.values)
            if value is not None and best[column] >= LEAST_CONFIDENCE
        ]
        return sorted(readings, key=lambda reading: -reading.confidence)[:MAX_READINGS]


def _parts(text: str) -> list[str]:
    """The whole text first, then its sentences where there are several but not too many."""
    sentences = [part for part in SENTENCE_ENDS.split(text) if part and part.strip()]
    if len(sentences) == 1:
        sentences = _listed(text) or sentences
    return [text, *sentences] if 1 < len(sentences) <= MAX_SENTENCES else [text]


def _listed(text: str) -> list[str]:
    """The topics of a list with semicolons; none where its parts are clauses."""
    parts = [part.strip() for part in text.split(";") if part.strip()]
    return parts if all(len(part.split()) <= LISTED_WORDS for part in parts) else []


def _stage(choice: "_Choice", confidences: Scores) -> Stage | None:
    best = int(confidences.argmax())
    value = choice.values[best]
    if value is None or confidences[best] < LEAST_STAGE_CONFIDENCE:
        return None
    return Stage(value)


class _Choice:
    """One question put to a text: which of these values is it nearest to, or none?"""

    def __init__(
        self,
        kind: type[Sector] | type[Stage],
        manner: Manner,
        anchors: Sequence[Anchor],
        vectors: Vectors,
    ) -> None:
        rows = [row for row, anchor in enumerate(anchors) if anchor.kind is kind]
        self._manner = manner
        of_row = [anchors[row].value for row in rows]
        self.values: list[Sector | Stage | None] = [*kind, None]
        self._columns = [
            [row for row, value in enumerate(of_row) if value == wanted] for wanted in self.values
        ]
        self._evener = _evener(
            [vectors[rows][columns] for columns in self._columns], manner.shrinkage
        )
        evened = vectors[rows] @ self._evener
        self._mean = evened.mean(axis=0)
        self._anchors = _unit(evened - self._mean)
        likeness = self._anchors @ self._anchors.T
        self._spread = float(likeness[~np.eye(len(rows), dtype=bool)].std())

    def confidences(self, texts: Vectors) -> Scores:
        """One row a text, one column a value; each row adds up to one."""
        likeness = _unit(texts @ self._evener - self._mean) @ self._anchors.T
        likeness = (likeness - likeness.mean(axis=1, keepdims=True)) / self._spread
        scores = np.stack(
            [_nearness(likeness[:, rows], self._manner.nearest) for rows in self._columns], axis=1
        )
        powers = np.exp(self._manner.sharpness * (scores - scores.max(axis=1, keepdims=True)))
        return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def _evener(groups: Sequence[Vectors], shrinkage: float) -> Scores:
    """What makes vectors differ alike in all directions in which those of one group differ.

    The whitening of a linear discriminant analysis: language and manner of speaking set apart what
    is of one subject, and count for less then. Its covariance is shrunk towards an even one.
    """
    apart = np.concatenate([group - group.mean(axis=0) for group in groups]).astype(np.float64)
    covariance = apart.T @ apart / len(apart)
    even = np.eye(len(covariance)) * np.trace(covariance) / len(covariance)
    lengths, axes = np.linalg.eigh((1 - shrinkage) * covariance + shrinkage * even)
    return np.asarray(axes / np.sqrt(lengths) @ axes.T)


def _nearness(likeness: Scores, nearest: float) -> Scores:
    """Mostly the two nearest anchors, and a part all of them: one odd phrase must not decide."""
    two = np.sort(likeness, axis=1)[:, -2:].mean(axis=1)
    return np.asarray(nearest * two + (1 - nearest) * likeness.mean(axis=1))


def _unit(vectors: NDArray[Any]) -> NDArray[Any]:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-12))
