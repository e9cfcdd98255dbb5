"""The texts that somebody wrote, as vectors: several per owner, none for the silent."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray


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

    def of(self, row: int) -> NDArray[np.float32]:
        """The vectors of one row's texts (texts, dimension)."""
        first, last = np.searchsorted(self.owners, [row, row + 1])
        if first == last:
            return np.empty((0, self.index.d), np.float32)
        vectors: NDArray[np.float32] = self.index.reconstruct_n(int(first), int(last - first))
        return vectors

    def nearest(self, row: int, queries: NDArray[np.float32]) -> int | None:
        """Which of a row's texts is nearest to any of the queries; None where it has none."""
        vectors = self.of(row)
        if not len(vectors) or not len(queries):
            return None
        return int((vectors @ queries.T).max(axis=1).argmax())

    def best(self, queries: NDArray[np.float32]) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Each owning row and the best cosine of any of its texts with any of the queries."""
        if not len(queries) or not self.index.ntotal:
            return np.empty(0, np.int32), np.empty(0, np.float32)
        scores, ids = self.index.search(queries, self.index.ntotal)
        table = np.full((len(queries), self.index.ntotal), -1, np.float32)
        for row, (score, at) in enumerate(zip(scores, ids, strict=True)):
            table[row, at[at >= 0]] = score[at >= 0]
        best = table.max(axis=0)
        rows, starts = np.unique(self.owners, return_index=True)
        return rows, np.maximum.reduceat(best, starts)


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
