"""Metrics of ranked answers, with bootstrap intervals over the places that asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

METRICS = ("mrr", "recall@10", "recall@100", "ndcg@10", "median_percentile")
RESAMPLES = 1000
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Ranks:
    """Where one question's true answers came: ranks from 1, among `pool` candidates."""

    cluster: int
    ranks: tuple[int, ...]
    pool: int


@dataclass(frozen=True)
class Figure:
    """A value and its bootstrap interval."""

    value: float
    low: float
    high: float

    def as_json(self) -> dict[str, float]:
        return {"value": self.value, "low": self.low, "high": self.high}


def ranks_of(
    scores: NDArray[np.float64], truths: Sequence[int], order: NDArray[np.float64]
) -> tuple[int, ...]:
    """The rank of each true position; equal scores stand in the order given, lowest first."""
    found = []
    for at in truths:
        better = scores > scores[at]
        same = (scores == scores[at]) & (order < order[at])
        found.append(1 + int(better.sum()) + int(same.sum()))
    return tuple(sorted(found))


def table(asked: Sequence[Ranks]) -> dict[str, NDArray[np.float64]]:
    """The metrics of each question."""
    return {
        "mrr": np.array([1 / q.ranks[0] for q in asked]),
        "recall@10": np.array([_recall(q, 10) for q in asked]),
        "recall@100": np.array([_recall(q, 100) for q in asked]),
        "ndcg@10": np.array([_ndcg(q, 10) for q in asked]),
        "median_percentile": np.array([_percentile(q) for q in asked]),
    }


def _recall(asked: Ranks, depth: int) -> float:
    return sum(rank <= depth for rank in asked.ranks) / len(asked.ranks)


def _ndcg(asked: Ranks, depth: int) -> float:
    gain = sum(1 / np.log2(rank + 1) for rank in asked.ranks if rank <= depth)
    ideal = sum(1 / np.log2(i + 2) for i in range(min(len(asked.ranks), depth)))
    return float(gain / ideal)


def _percentile(asked: Ranks) -> float:
    """The share of the false candidates that the middle true one is ranked above, in per cent."""
    false = max(asked.pool - len(asked.ranks), 1)
    above = [max(1 - (rank - 1 - i) / false, 0) for i, rank in enumerate(asked.ranks)]
    return 100 * float(np.median(above))


def summary(asked: Sequence[Ranks], seed: int = 0) -> dict[str, Figure]:
    """Each metric over all questions, with its interval."""
    values = table(asked)
    samples = resampled([q.cluster for q in asked], seed)
    return {name: _figure(name, values[name], samples) for name in METRICS}


def _figure(name: str, values: NDArray[np.float64], samples: list[NDArray[np.intp]]) -> Figure:
    middle = np.median if name == "median_percentile" else np.mean
    drawn = [float(middle(values[sample])) for sample in samples]
    return Figure(float(middle(values)), *_interval(drawn))


def difference(ours: Sequence[Ranks], theirs: Sequence[Ranks], seed: int = 0) -> dict[str, Figure]:
    """How much better ours is than theirs on the same questions (paired bootstrap)."""
    mine, other = table(ours), table(theirs)
    samples = resampled([q.cluster for q in ours], seed)
    found = {}
    for name in METRICS:
        middle = np.median if name == "median_percentile" else np.mean
        drawn = [float(middle(mine[name][s]) - middle(other[name][s])) for s in samples]
        found[name] = Figure(float(middle(mine[name]) - middle(other[name])), *_interval(drawn))
    return found


def resampled(clusters: Sequence[int], seed: int) -> list[NDArray[np.intp]]:
    """Questions drawn anew by cluster: those of one asking place come and go together."""
    members: dict[int, list[int]] = {}
    for at, cluster in enumerate(clusters):
        members.setdefault(cluster, []).append(at)
    groups = [np.array(rows, np.intp) for rows in members.values()]
    random = np.random.default_rng(seed)
    return [
        np.concatenate([groups[i] for i in random.integers(len(groups), size=len(groups))])
        for _ in range(RESAMPLES)
    ]


def _interval(drawn: Sequence[float]) -> tuple[float, float]:
    low, high = np.quantile(drawn, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return float(low), float(high)


def gini(counts: Sequence[float]) -> float:
    """How unevenly suggestions are spread: 0 all alike, towards 1 all to one place."""
    values = np.sort(np.asarray(counts, float))
    total = values.sum()
    if total == 0:
        return 0.0
    ranks = np.arange(1, len(values) + 1)
    return float(
        (2 * (ranks * values).sum() / (len(values) * total)) - (len(values) + 1) / len(values)
    )


def as_json(figures: Mapping[str, Figure]) -> dict[str, dict[str, float]]:
    return {name: figure.as_json() for name, figure in figures.items()}
