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
        return np.searchsorted(self.owners, rows), np.searchsorted(self.owners, rows, "right")

    def of(self, row: int) -> NDArray[np.float32]:
        """The vectors of one row's texts (texts, dimension)."""
        first, last = self._range(np.array([row]))
        return self.vectors[first[0] : last[0]]

    def nearest(self, row: int, queries: NDArray[np.float32]) -> int | None:
        """Which of a row's texts is nearest to any of the queries; None where it has none."""
        vectors = self.of(row)
        if not len(vectors) or not len(queries):
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

    def top(self, queries: NDArray[np.float32], count: int) -> tuple[NDArray[np.int32], float]:
        """Rows that own the texts nearest to any query, and the most that another text reaches."""
        count = min(count, self.index.ntotal)
        if not count or not len(queries):
            return np.empty(0, np.int32), -1.0
        scores, ids = self.index.search(queries, count)
        last = -1.0 if count == self.index.ntotal else float(scores[:, -1].max())
        return np.unique(self.owners[ids[ids >= 0]]), last


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
