"""Questions to measure with: a snapshot opened, distinct places asking, their ten best."""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.snapshot import Snapshot, SnapshotStore
from services.matcher.catalogue import Catalogue
from services.matcher.matching.peers import PeerMatch
from services.matcher.matching.question import Context
from services.matcher.schemas import PeersRequest
from services.matcher.terms import Rows
from services.matcher.wording import wording

Table = list[list[str]]
TEXT = "similar_text"
NINE = (
    "needs_met", "gives_back", "shared_sectors", "shared_goals", "similar_size", "similar_rank",
    "similar_powers", "shared_language", "nearness",
)  # fmt: skip
ONE_SIDED, TWO_SIDED = "look_up", "sustained_pairing"
EQUAL = 0.1
"""Text as one of ten features of equal weight."""


class Built(NamedTuple):
    """A catalogue to measure with: its name, and where its snapshots are."""

    name: str
    store: Path


@dataclass(frozen=True)
class Asked:
    """How places ask: on one side or two, with what share of the weight on text."""

    mode: str = ONE_SIDED
    text: float = EQUAL
    told: bool = True
    filters: tuple[tuple[str, Any], ...] = ()


def opened(store: Path) -> Context:
    """The current snapshot of a store, as answers are made from it."""
    snapshots = SnapshotStore(store)
    current = snapshots.current()
    if current is None:
        raise SystemExit(f"No snapshot in {store}: publish the catalogue first.")

    def none() -> Any:
        raise RuntimeError("no text without a vector is asked with")

    catalogue = Catalogue(Snapshot(snapshots.path(current)))
    return Context(catalogue, "public", wording("en"), date(2026, 1, 1), none, none, lambda _: "")


def questions(snapshot: Snapshot, count: int, asked: Asked, seed: int) -> list[PeersRequest]:
    """Distinct places asking; those that wrote texts where `told`, else any."""
    owners = sorted({int(row) for row in snapshot.places.texts.owners})
    rows = owners if asked.told else range(len(snapshot.places))
    share = asked.text / (1 - asked.text) * len(NINE)
    weights = dict.fromkeys(snapshot.weights["peers"][asked.mode], 0.0)
    weights |= dict.fromkeys(NINE, 1.0) | {TEXT: share}
    chosen = random.Random(seed).sample(rows, min(count, len(rows)))
    return [
        PeersRequest.model_validate(
            {
                "place_id": snapshot.places.id(row),
                "mode": asked.mode,
                "weights": weights,
                "filters": dict(asked.filters),
            }
        )
        for row in chosen
    ]


def best(match: PeerMatch, rows: Rows) -> list[int]:
    """The ten best of some rows, by the arithmetic of the answers."""
    ranking = match.rank(rows).ranking
    return [int(row) for row in ranking.rows[ranking.best(10)]]


def searched(context: Context, question: PeersRequest) -> list[int]:
    """The ten best by the bounded search."""
    match = PeerMatch(context, question)
    return best(match, match.rows(10))


def exhausted(context: Context, question: PeersRequest) -> list[int]:
    """The ten best by scoring every candidate with numpy."""
    match = PeerMatch(context, question)
    return best(match, match.rows(10, exhaustive=True))


def timed(
    ask: Callable[[PeersRequest], Any], asked: Sequence[PeersRequest], warm: int = 20
) -> NDArray[np.float64]:
    """Milliseconds of each question, after some to warm up."""
    for question in asked[:warm]:
        ask(question)
    took = []
    for question in asked:
        start = time.perf_counter()
        ask(question)
        took.append((time.perf_counter() - start) * 1000)
    return np.array(took)
