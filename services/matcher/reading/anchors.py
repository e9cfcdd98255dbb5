"""The phrases that free text is held against: several for each sector and each stage.

They stand in `data/need_anchors.csv`. A row without a value describes none of its kind: small
talk beside the sectors, a need that tells no stage beside the stages.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from models.data_tables import DATA, rows
from models.embedding import Embedder, Vectors
from models.taxonomy import Sector, Stage

ANCHORS = DATA / "need_anchors.csv"


@dataclass(frozen=True)
class Anchor:
    """One phrase and what it stands for; None stands for no sector, or no stage."""

    kind: type[Sector] | type[Stage]
    value: Sector | Stage | None
    language: str
    phrase: str


def read_anchors(path: Path = ANCHORS) -> list[Anchor]:
    """The anchors of a file, in its order; an unknown sector or stage is an error."""
    return [_anchor(row) for row in rows(path)]


def _anchor(row: dict[str, str]) -> Anchor:
    kinds: dict[str, type[Sector] | type[Stage]] = {"sector": Sector, "stage": Stage}
    kind = kinds[row["kind"]]
    value = kind(row["value"]) if row["value"] else None
    return Anchor(kind, value, row["language"], row["phrase"])


def anchor_vectors(anchors: Sequence[Anchor], embedder: Embedder) -> Vectors:
    """One vector an anchor, in their order: costly, so keep them with the embedder's name."""
    return embedder.encode([anchor.phrase for anchor in anchors], "passage")
