"""The asking place as the features see it: its facts, their columns, and its texts as vectors."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.embedding import Embedder
from models.errors import PlaceNotFound
from models.snapshot import Snapshot
from models.snapshot.columns import ProfileColumns
from models.snapshot.texts import written_texts
from services.matcher.features import Facts

LoadEmbedder = Callable[[], Embedder]


@dataclass(frozen=True)
class Profile:
    """The asking side of a query. `row` is its row in the snapshot, None if it is not stored."""

    facts: Facts
    values: ProfileColumns
    texts: NDArray[np.float32]
    row: int | None
    inferred: list[dict[str, Any]]
    as_stored: bool
    """Whether its facts are those on file, with nothing that the question asks laid over them."""

    @property
    def id(self) -> str | None:
        return self.facts.get("id")


def stored_facts(snapshot: Snapshot, place_id: str, tenant: str) -> tuple[int, Facts]:
    """A stored place's row and facts, with the ties known of it as commitments."""
    row = snapshot.places.row(place_id, tenant)
    if row is None:
        raise PlaceNotFound(place_id)
    facts = snapshot.places.facts(row)
    ties = [t.record for t in snapshot.ties.of_place(row) if t.tenant in ("public", tenant)]
    if ties:
        facts["commitments"] = ties
    return row, facts


def vectors(
    snapshot: Snapshot, facts: Facts, row: int | None, asked: Sequence[str], load: LoadEmbedder
) -> NDArray[np.float32]:
    """The texts of the question as vectors, or those of the place where the question has none.

    The embedder is loaded only where there is a text without a vector.
    """
    new = list(asked)
    if not new and row is None:
        new = [text.text for text in written_texts(facts)]
    if new:
        return load().encode(new, "query")
    if row is not None:
        return snapshot.places.texts.of(row)
    return np.empty((0, snapshot.manifest.embedding.dimension), np.float32)
