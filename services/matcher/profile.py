"""The asking place as the features see it: its facts, their columns, and its texts as vectors."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.embedding import Embedder
from models.errors import PlaceNotFound
from models.snapshot import Snapshot
from models.snapshot.columns import ProfileColumns, profile_columns
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

    @property
    def id(self) -> str | None:
        return self.facts.get("id")


def stored_facts(snapshot: Snapshot, place_id: str, tenant: str) -> tuple[int, Facts]:
    """A stored place's row and facts, with the ties known of it as commitments."""
    row = snapshot.places.row(place_id, tenant)
    if row is None:
        raise PlaceNotFound(place_id)
    facts = {**snapshot.places.facts(row), "id": snapshot.places.id(row)}
    ties = [t.record for t in snapshot.ties.of_place(row) if t.tenant in ("public", tenant)]
    if ties:
        facts["commitments"] = ties
    return row, facts


def make_profile(
    snapshot: Snapshot,
    facts: Facts,
    row: int | None,
    asked: Sequence[str],
    inferred: list[dict[str, Any]],
    load: LoadEmbedder,
) -> Profile:
    """A profile by the texts of the question, or of the place where the question has none.

    The embedder is loaded only where there is a text without a vector.
    """
    new = list(asked)
    if not new and row is None:
        new = [text.text for text in written_texts(facts)]
    if new:
        texts = load().encode(new, "query")
    elif row is not None:
        texts = snapshot.places.texts.of(row)
    else:
        texts = np.empty((0, snapshot.manifest.embedding.dimension), np.float32)
    return Profile(facts, profile_columns(facts), texts, row, inferred)
