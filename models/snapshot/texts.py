"""The texts that somebody wrote, as vectors: several per owner, none for the silent."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import faiss
import numpy as np
from numpy.typing import NDArray

Indices = NDArray[np.intp]

# Up to here every text is multiplied out: there is nothing to save.
FEW_TEXTS = 4096
# A sketch has as many steps of as many directions; more bound closer and read longer.
STEP, STEPS = 32, 3
# Room for the rounding of sums of single precision.
ROUNDING = 1e-5


@dataclass(frozen=True)
class WrittenText:
    """One text of a record and which of its fields it stands in."""

    field: str
    text: str


def written_texts(facts: dict[str, Any]) -> Iterator[WrittenText]:
    """The texts of a place's or a collaboration's record, in a fixed order."""
    if facts.get("description"):
        yield WrittenText("description", facts["description"])
    for field in ("needs", "offers"):
        for i, item in enumerate(facts.get(field, ())):
            if item.get("text"):
                yield WrittenText(f"{field}/{i}", item["text"])
    for i, goal in enumerate(facts.get("strategic_goals", ())):
        yield WrittenText(f"strategic_goals/{i}", goal)


@dataclass(frozen=True)
class Sketch:
    """Vectors in brief: their parts along some directions, the telling ones first, and the length
    of what is left after each step of as many directions."""

    directions: NDArray[np.float32]
    leads: NDArray[np.float32]
    rests: NDArray[np.float32]


class TextIndex:
    """A flat FAISS index of normalised vectors, sorted by the row that owns them."""

    def __init__(self, folder: Path, name: str) -> None:
        self.index = faiss.read_index(str(folder / f"{name}_texts.faiss"))
        self.owners: NDArray[np.int32] = np.load(folder / f"{name}_texts.owners.npy")

    @cached_property
    def vectors(self) -> NDArray[np.float32]:
        """All vectors (texts, dimension), as they lie in the index."""
        if not self.index.ntotal:
            return np.empty((0, self.index.d), np.float32)
        flat = faiss.rev_swig_ptr(cast(Any, self.index).get_xb(), self.index.ntotal * self.index.d)
        vectors: NDArray[np.float32] = flat.reshape(self.index.ntotal, self.index.d)
        return vectors

    def _range(self, rows: NDArray[np.integer[Any]]) -> tuple[Indices, Indices]:
        """First text and the one past the last of each row."""
        rows = rows.astype(self.owners.dtype, copy=False)  # else all owners would be converted
        return np.searchsorted(self.owners, rows), np.searchsorted(self.owners, rows, "right")

    def of(self, row: int) -> NDArray[np.float32]:
        """The vectors of one row's texts (texts, dimension)."""
        owners, one = self.owners, self.owners.dtype.type(row)
        return self.vectors[owners.searchsorted(one) : owners.searchsorted(one, "right")]

    def nearest(self, row: int, queries: NDArray[np.float32]) -> int | None:
        """Which of a row's texts is nearest to any of the queries; None where it has none."""
        vectors = self.of(row) if len(queries) else queries
        if not len(vectors):
            return None
        return int((vectors @ queries.T).max(axis=1).argmax())

    def likeness(
        self, rows: NDArray[np.integer[Any]], queries: NDArray[np.float32]
    ) -> NDArray[np.float64]:
        """Per row the best cosine of any of its texts with any query; NaN where it has none."""
        best = np.full(len(rows), np.nan)
        first, last = self._range(rows)
        have = np.flatnonzero(last > first)
        if not len(have) or not len(queries):
            return best
        counts = last[have] - first[have]
        starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
        texts = np.arange(counts.sum()) - np.repeat(starts - first[have], counts)
        # One product a text and query, each summed in the same order whatever else is asked.
        cosines = np.einsum("td,qd->tq", self.vectors[texts], queries, dtype=np.float64)
        best[have] = np.maximum.reduceat(cosines.max(axis=1), starts)
        return best

    def most(self, queries: NDArray[np.float32], closely: bool) -> NDArray[np.float64]:
        """The most that each text's best cosine with any query can be.

        Read `closely`, every text is multiplied out; else, where there are many, a sketch of a
        tenth the bytes says how much it can be: leading dimensions, and the length of the rest.
        """
        if closely or self.index.ntotal <= FEW_TEXTS:
            # One query after another: a product of two narrow matrices takes twice as long.
            best = np.maximum.reduce([self.vectors @ query for query in queries])
            return best.astype(np.float64) + ROUNDING
        sketch = self.sketch
        lead = queries @ sketch.directions[:, :STEP]
        rest = np.sqrt(np.maximum((queries**2).sum(axis=1) - (lead**2).sum(axis=1), 0))
        bounds = sketch.leads[:, :STEP] @ lead.T + sketch.rests[:, :1] * rest
        return bounds.max(axis=1).astype(np.float64) + ROUNDING

    @cached_property
    def sketch(self) -> Sketch:
        """The vectors in brief; of no step where they are few."""
        steps = min(STEPS, self.index.d // STEP) if self.index.ntotal > FEW_TEXTS else 0
        sample = self.vectors[:: max(self.index.ntotal // FEW_TEXTS, 1)]
        _, directions = (
            np.linalg.eigh(sample.T @ sample)
            if steps
            else (0, np.empty((self.index.d, 0), np.float32))
        )
        leading = np.ascontiguousarray(directions[:, ::-1][:, : steps * STEP], np.float32)
        leads = self.vectors @ leading
        rests = np.empty((len(leads), steps), np.float32)
        left = (self.vectors**2).sum(axis=1)
        for step in range(steps):
            left = left - (leads[:, step * STEP : (step + 1) * STEP] ** 2).sum(axis=1)
            rests[:, step] = np.sqrt(np.maximum(left, 0))
        return Sketch(leading, leads, rests)


def write_texts(
    folder: Path, name: str, owners: Sequence[int], vectors: NDArray[np.float32]
) -> list[str]:
    """Write vectors (texts, dimension) with their owning rows, which must be sorted."""
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(np.ascontiguousarray(vectors))
    files = [f"{name}_texts.faiss", f"{name}_texts.owners.npy"]
    faiss.write_index(index, str(folder / files[0]))
    np.save(folder / files[1], np.array(owners, np.int32))
    return files
