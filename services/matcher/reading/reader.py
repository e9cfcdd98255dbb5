"""Reads sectors and stages out of free text, each with a confidence.

Cosines of the multilingual model all lie high and close together. So text and anchors are
compared after the anchors' mean is taken off, relative to the text's mean likeness to all anchors
and in units of the anchors' own spread; a softmax then gives confidences that add up to one.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from models.embedding import Embedder, Vectors
from models.taxonomy import Sector, Stage
from services.matcher.reading.anchors import ANCHORS, Anchor, anchor_vectors, read_anchors

Scores = NDArray[np.float64]

MAX_READINGS = 5
# Each sentence costs one reading by the model; a text of more is still read as a whole.
MAX_SENTENCES = 6
SENTENCE_ENDS = re.compile("(?<=[.!?\u061f])\\s+|(?<=[\u3002\uff01\uff1f])|\n+")
# Parts so short between semicolons are a list of topics, each to be read; longer ones are clauses.
LISTED_WORDS = 5
# Fitted on tests/golden/needs.csv with the default model; docs/embedding.md says how.
SECTOR_SHARPNESS = 9.0
STAGE_SHARPNESS = 8.0
LEAST_CONFIDENCE = 0.02
LEAST_STAGE_CONFIDENCE = 0.5


@dataclass(frozen=True)
class Reading:
    """One need read out of a text; no stage where the text does not tell one."""

    sector: Sector
    stage: Stage | None
    confidence: float


class NeedReader:
    """Holds texts against anchors whose vectors are computed once, or brought along."""

    def __init__(self, embedder: Embedder, anchors_path: Path = ANCHORS) -> None:
        anchors = read_anchors(anchors_path)
        self._prepare(anchors, anchor_vectors(anchors, embedder), embedder)

    @classmethod
    def from_vectors(cls, anchors: Sequence[Anchor], vectors: Vectors, embedder: Embedder) -> Self:
        """A reader with vectors that the same embedder made of the same anchors before."""
        if vectors.shape != (len(anchors), embedder.dimension):
            raise ValueError(
                f"{len(anchors)} anchors of dimension {embedder.dimension} "
                f"do not go with vectors of shape {vectors.shape}."
            )
        reader = cls.__new__(cls)
        reader._prepare(anchors, vectors, embedder)
        return reader

    def _prepare(self, anchors: Sequence[Anchor], vectors: Vectors, embedder: Embedder) -> None:
        self._embedder = embedder
        self._sectors = _Choice(Sector, SECTOR_SHARPNESS, anchors, vectors)
        self._stages = _Choice(Stage, STAGE_SHARPNESS, anchors, vectors)

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
        sharpness: float,
        anchors: Sequence[Anchor],
        vectors: Vectors,
    ) -> None:
        rows = [row for row, anchor in enumerate(anchors) if anchor.kind is kind]
        self._sharpness = sharpness
        self._mean = vectors[rows].mean(axis=0)
        self._anchors = _unit(vectors[rows] - self._mean)
        likeness = self._anchors @ self._anchors.T
        self._spread = float(likeness[~np.eye(len(rows), dtype=bool)].std())
        of_row = [anchors[row].value for row in rows]
        self.values: list[Sector | Stage | None] = [*kind, None]
        self._columns = [
            [row for row, value in enumerate(of_row) if value == wanted] for wanted in self.values
        ]

    def confidences(self, texts: Vectors) -> Scores:
        """One row a text, one column a value; each row adds up to one."""
        likeness = (_unit(texts - self._mean) @ self._anchors.T).astype(np.float64)
        likeness = (likeness - likeness.mean(axis=1, keepdims=True)) / self._spread
        scores = np.stack([_nearness(likeness[:, rows]) for rows in self._columns], axis=1)
        powers = np.exp(self._sharpness * (scores - scores.max(axis=1, keepdims=True)))
        return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def _nearness(likeness: Scores) -> Scores:
    """Half the two nearest anchors, half all of them: one odd phrase must not decide."""
    nearest = np.sort(likeness, axis=1)[:, -2:]
    return np.asarray((nearest.mean(axis=1) + likeness.mean(axis=1)) / 2)


def _unit(vectors: NDArray[Any]) -> NDArray[Any]:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-12))
