"""Texts into vectors: each text that somebody wrote, once per content and model."""

import hashlib
from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from models.embedding import Embedder
from models.tables import TextVector

BATCH = 64
Progress = Callable[[int, int], None]
"""Called with (done, total) as work goes on."""


def no_progress(done: int, total: int) -> None:
    """Nobody watches."""


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def embed_texts(
    session: Session,
    texts: Sequence[str],
    embedder: Embedder,
    progress: Progress = no_progress,
) -> NDArray[np.float32]:
    """Vectors (texts, dimension) of the texts as passages; only new ones are computed."""
    hashes = [_hash(text) for text in texts]
    known = _known(session, embedder, set(hashes))
    missing = {h: t for h, t in zip(hashes, texts, strict=True) if h not in known}
    # Texts of like length waste the least padding in a batch.
    pending = sorted(missing.items(), key=lambda item: len(item[1]))
    for start in range(0, len(pending), BATCH):
        batch = pending[start : start + BATCH]
        vectors = embedder.encode([text for _, text in batch], "passage")
        rows = [
            {"model": embedder.name, "content_hash": h, "vector": v.astype("<f4").tobytes()}
            for (h, _), v in zip(batch, vectors, strict=True)
        ]
        session.execute(insert(TextVector), rows)
        known.update((row["content_hash"], row["vector"]) for row in rows)
        progress(start + len(batch), len(pending))
    table = np.empty((len(texts), embedder.dimension), np.float32)
    for i, h in enumerate(hashes):
        table[i] = np.frombuffer(known[h], "<f4")
    return table


def _known(session: Session, embedder: Embedder, hashes: Iterable[str]) -> dict[str, bytes]:
    wanted = sorted(hashes)
    known: dict[str, bytes] = {}
    for start in range(0, len(wanted), 500):
        rows = session.execute(
            select(TextVector.content_hash, TextVector.vector).where(
                TextVector.model == embedder.name,
                TextVector.content_hash.in_(wanted[start : start + 500]),
            )
        )
        known.update({row.content_hash: row.vector for row in rows})
    return known
