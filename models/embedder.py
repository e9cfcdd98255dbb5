"""What turns text into vectors: the interface, and the embedder that all backends build.

A vector means something only beside vectors of the same `name`: keep the name with the vectors.
"""

from collections.abc import Callable, Sequence
from threading import Lock
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

Kind = Literal["query", "passage"]
Vectors = NDArray[np.float32]

# Time grows with the text: about a second at this length, 22 s at 100,000 characters.
MAX_CHARACTERS = 4_000
UNIT_TOLERANCE = 1e-3


class EmbeddingModelUnavailable(Exception):
    """The embedding model asked for cannot be used here; the message says what to install."""


class Embedder(Protocol):
    """Turns texts into unit vectors; the same text gives the same bytes, alone or among others."""

    @property
    def name(self) -> str:
        """The model and its version; vectors of different names must not be compared."""

    @property
    def dimension(self) -> int:
        """How many numbers a vector has."""

    @property
    def languages(self) -> str:
        """What the model reads, and its stated limit."""

    def encode(self, texts: Sequence[str], kind: Kind) -> Vectors:
        """One unit vector a text, as rows."""

    def encode_many(self, texts: Sequence[str], kind: Kind) -> Vectors:
        """The same for texts whose vectors are kept: faster, and nearly the same numbers.

        Read in batches, the last digits of a vector may hang on what else was in the batch, and
        a backend may use numbers of less precision: the cosine with `encode` is 0.9999 or more.
        """


class Reader:
    """An embedder that reads one text at a time, so that a batch cannot change a result.

    The lock keeps threads from starting more work than there are cores, and from sharing a
    tokenizer that is not made for it.
    """

    def __init__(
        self,
        name: str,
        dimension: int,
        languages: str,
        encode_one: Callable[[str, Kind], Any],
        encode_batch: Callable[[list[str], Kind], Any] | None = None,
    ) -> None:
        self.name = name
        self.dimension = dimension
        self.languages = languages
        self._encode_one = encode_one
        self._encode_batch = encode_batch
        self._lock = Lock()

    def encode(self, texts: Sequence[str], kind: Kind) -> Vectors:
        """One unit vector a text, as rows; what stands after MAX_CHARACTERS is not read."""
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            with self._lock:
                vectors[row] = self._encode_one(readable(text), kind)
        return vectors

    def encode_many(self, texts: Sequence[str], kind: Kind) -> Vectors:
        """The same for texts whose vectors are kept, in batches where the model has them."""
        if self._encode_batch is None or not texts:
            return self.encode(texts, kind)
        with self._lock:
            vectors = self._encode_batch([readable(text) for text in texts], kind)
        return np.asarray(vectors, np.float32)


def readable(text: str) -> str:
    """The text as every backend can read it: no NUL, no lone surrogates, no endless input."""
    whole = text[:MAX_CHARACTERS].encode("utf-8", "replace").decode("utf-8")
    return whole.replace("\0", " ")


def check(embedder: Embedder) -> None:
    """Refuse a model that loads but does not answer with distinct unit vectors."""
    vectors = embedder.encode(["drinking water", "museum"], "query")
    lengths = np.linalg.norm(vectors, axis=1)
    distinct = not np.allclose(vectors[0], vectors[1])
    if not distinct or not np.allclose(lengths, 1.0, atol=UNIT_TOLERANCE):
        raise EmbeddingModelUnavailable(f"The model {embedder.name} fails its own check.")
