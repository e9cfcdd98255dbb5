"""Collaborative filtering by `implicit` (extra `eval`), as a baseline of memberships.

Each question has a model of its own, fitted without the memberships that it asks about, so
that nothing of the answer is in it.
"""

import warnings
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

Scores = NDArray[np.float64]
Networks = Mapping[int, set[int]]
"""By place, the networks it is known to be in."""
Model = Callable[[Networks, int, set[int], int], Scores]
"""From what all are known to be in, who asks, what that one is known to be in, and how many
networks there are: a score for each."""

NEIGHBOURS, FACTORS, ROUNDS = 20, 16, 10


def models() -> dict[str, Model]:
    """The baselines there are: none where `implicit` is not installed."""
    if find_spec("implicit") is None:
        return {}
    return {
        "implicit: networks joined together": _model(_neighbours),
        "implicit: matrix factorisation": _model(_factors),
    }


def _neighbours() -> Any:
    from implicit.nearest_neighbours import CosineRecommender  # type: ignore[import-untyped]

    return CosineRecommender(K=NEIGHBOURS, num_threads=1)


def _factors() -> Any:
    from implicit.als import AlternatingLeastSquares  # type: ignore[import-untyped]

    return AlternatingLeastSquares(
        factors=FACTORS, iterations=ROUNDS, random_state=0, num_threads=1
    )


def _model(make: Callable[[], Any]) -> Model:
    def scores(known: Networks, asker: int, history: set[int], count: int) -> Scores:
        """Without a history, nothing is told."""
        found = np.zeros(count)
        if not history:
            return found
        others = [networks for place, networks in sorted(known.items()) if place != asker]
        table = _table([history, *others], count)
        with threadpool_limits(1, "blas"), warnings.catch_warnings():
            # It warns of the form in which one of its own parts hands a table to another.
            warnings.filterwarnings("ignore", "Method expects CSR input")
            model = make()
            model.fit(table, show_progress=False)
            networks, values = model.recommend(
                0, table[0], N=count, filter_already_liked_items=False
            )
        told = networks >= 0
        found[networks[told]] = values[told]
        return found

    return scores


def _table(lists: list[set[int]], count: int) -> Any:
    """Places by networks: 1 for a membership."""
    from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

    rows = np.repeat(np.arange(len(lists)), [len(networks) for networks in lists])
    columns = np.array([network for networks in lists for network in sorted(networks)], np.intp)
    ones = np.ones(len(rows), np.float32)
    return csr_matrix((ones, (rows, columns)), shape=(len(lists), count))
