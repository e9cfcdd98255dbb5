"""The exact algorithms of pairing: most pairs first, then the greatest weight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from services.matcher.convening.cohort_model import limited_solver

if TYPE_CHECKING:
    from ortools.sat.python import cp_model


Weights = NDArray[np.float64]
Allowed = NDArray[np.bool_]
# Weights are whole millionths, so that sums compare exactly.
UNIT = 1_000_000


def two_sides(weights: Weights, allowed: Allowed) -> list[tuple[int, int]]:
    """Each of the left with at most one of the right."""
    # A matcher starts without the solvers; the first question that needs one loads it.
    from scipy.optimize import linear_sum_assignment  # type: ignore[import-untyped]

    whole = np.rint(weights * UNIT).astype(np.int64)
    # One more pair is worth more than all weights of any matching together.
    more = int(whole.max(initial=0)) * min(whole.shape) + 1
    rows, columns = linear_sum_assignment(np.where(allowed, whole + more, 0), maximize=True)
    pairs = zip(rows.tolist(), columns.tolist(), strict=True)
    return [(i, j) for i, j in pairs if allowed[i, j]]


def one_pool(weights: Weights, allowed: Allowed) -> list[tuple[int, int]]:
    """Each place with at most one other of the same list."""
    # A matcher starts without the solvers; the first question that needs one loads it.
    import rustworkx as rx

    graph: rx.PyGraph[int, int] = rx.PyGraph()
    graph.add_nodes_from(range(len(weights)))
    rows, columns = np.nonzero(np.triu(allowed, 1))
    whole = np.rint(weights * UNIT).astype(np.int64)
    graph.add_edges_from(
        list(zip(rows.tolist(), columns.tolist(), whole[rows, columns].tolist(), strict=True))
    )
    found = rx.max_weight_matching(graph, max_cardinality=True, weight_fn=int)
    return sorted((min(pair), max(pair)) for pair in found)


@dataclass(frozen=True)
class Clusters:
    """Groups, whether they are proved best, and how much better others could be."""

    groups: list[list[int]]
    status: str
    gap: float


def clusters(
    weights: Weights,
    allowed: Allowed,
    size: int,
    seconds: float,
    sides: Sequence[int] | None = None,
) -> Clusters:
    """Groups of one size whose members may all work together; both sides in each, if any."""
    # A matcher starts without the solvers; the first question that needs one loads it.
    from ortools.sat.python import cp_model

    count = len(weights)
    groups = count // size
    model = cp_model.CpModel()
    inside = [[model.new_bool_var(f"{i}-in-{g}") for g in range(groups)] for i in range(count)]
    used = _groups(model, inside, size, sides)
    terms = _together(model, weights, allowed, inside, sides)
    pairs = size * (size - 1) // 2
    more = pairs * groups * UNIT + 1
    model.maximize(sum(terms) + more * sum(used))
    for i, g in _first(allowed, size, groups, sides).items():
        model.add_hint(inside[i][g], 1)
    solver = limited_solver(seconds)
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Clusters([], "unknown", 1.0)
    found = [[i for i in range(count) if solver.value(inside[i][g])] for g in range(groups)]
    gap = (solver.best_objective_bound - solver.objective_value) / max(solver.objective_value, 1)
    name = "optimal" if status == cp_model.OPTIMAL else "feasible"
    return Clusters([group for group in found if group], name, gap)


def _groups(
    model: cp_model.CpModel,
    inside: list[list[cp_model.IntVar]],
    size: int,
    sides: Sequence[int] | None,
) -> list[cp_model.IntVar]:
    """Each place in at most one group, each group whole or empty, with both sides in it."""
    groups = len(inside[0]) if inside else 0
    used = [model.new_bool_var(f"used-{g}") for g in range(groups)]
    for i, places in enumerate(inside):
        model.add_at_most_one(places)
        # Groups are alike: the group of the first places comes first.
        for g in range(i + 1, groups):
            model.add(places[g] == 0)
    for g in range(groups):
        model.add(sum(places[g] for places in inside) == size * used[g])
        if g:
            model.add_implication(used[g], used[g - 1])
        for side in sorted(set(sides or ())):
            mine = [p[g] for i, p in enumerate(inside) if sides and sides[i] == side]
            model.add(sum(mine) >= used[g])
    return used


def _together(
    model: cp_model.CpModel,
    weights: Weights,
    allowed: Allowed,
    inside: list[list[cp_model.IntVar]],
    sides: Sequence[int] | None,
) -> list[cp_model.LinearExpr]:
    """The weight of each pair of a group; pairs of one side neither count nor are judged."""
    terms: list[cp_model.LinearExpr] = []
    for i in range(len(weights)):
        for j in range(i + 1, len(weights)):
            if sides is not None and sides[i] == sides[j]:
                continue
            for g in range(len(inside[i])):
                if not allowed[i, j]:
                    model.add_bool_or(~inside[i][g], ~inside[j][g])
                    continue
                both = model.new_bool_var(f"{i}+{j}-in-{g}")
                model.add_implication(both, inside[i][g])
                model.add_implication(both, inside[j][g])
                terms.append(round(float(weights[i, j]) * UNIT) * both)
    return terms


def _first(allowed: Allowed, size: int, groups: int, sides: Sequence[int] | None) -> dict[int, int]:
    """Groups to start from: each place to the first group that takes it."""
    found: list[list[int]] = [[] for _ in range(groups)]
    placed: dict[int, int] = {}
    for i in range(len(allowed)):
        for g, group in enumerate(found):
            fits = all(allowed[i, j] or (sides is not None and sides[i] == sides[j]) for j in group)
            if len(group) < size and fits and g <= i:
                group.append(i)
                placed[i] = g
                break
    return placed
