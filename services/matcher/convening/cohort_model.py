"""The cohort as a model of yes/no choices for CP-SAT, and what to relax where it has no solution.

Maximised: the fit of the members, the needs of members that another member can meet, and
variety (how many different countries, continents, kinds, sizes and sectors there are). All are
whole numbers, so that the optimum is exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ortools.sat.python import cp_model


Facts = dict[str, Any]
# What one thing is worth, in thousandths of a perfect fit.
FIT = 1_000
NEED_MET = 250
NEW_VALUE = 500
NEW_SECTOR = 250
SEED = 1
# Units of the solver's own clock in a second, on a slow machine.
DETERMINISTIC = 0.1


@dataclass(frozen=True)
class Member:
    """A possible member: what it is worth alone, what it needs and offers, what it counts as."""

    key: str
    fit: float
    needs: frozenset[str] = frozenset()
    offers: frozenset[str] = frozenset()
    values: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True)
class Bound:
    """A rule as linear constraints: for each, `sum(weight x chosen) <= limit`."""

    name: str
    facts: Facts
    lines: list[tuple[dict[int, int], int]]


@dataclass(frozen=True)
class Problem:
    members: list[Member]
    bounds: list[Bound]
    variety: float = 0.5
    # What the roster shows already, so that a new member need not bring it.
    present: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True)
class Solution:
    """What was chosen, whether it is proved best, and what it is worth."""

    status: str
    chosen: list[int]
    objective: int = 0
    bound: int = 0
    relaxed: list[Bound] = field(default_factory=list)

    @property
    def gap(self) -> float:
        """How much better an unseen cohort could at most be, as a share of this one's worth."""
        return (self.bound - self.objective) / max(self.objective, 1)


def worth(problem: Problem, chosen: Sequence[int]) -> dict[str, int]:
    """What a set of members is worth, part by part."""
    members = [problem.members[i] for i in chosen]
    met = sum(
        any(need in other.offers for other in members if other is not one)
        for one in members
        for need in one.needs
    )
    shown = {value for one in members for value in one.values} - problem.present
    return {
        "fit": sum(round(FIT * one.fit) for one in members),
        "learning": NEED_MET * met,
        "variety": sum(_bonus(problem, value) for value in shown),
    }


def _bonus(problem: Problem, value: tuple[str, str]) -> int:
    return round(problem.variety * (NEW_SECTOR if value[0] == "sector" else NEW_VALUE))


def solve(problem: Problem, seconds: float) -> Solution:
    """The best cohort within the time; where none is possible, the fewest rules to relax."""
    # A matcher starts without the solvers; the first question that needs one loads it.
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    chosen = [model.new_bool_var(one.key) for one in problem.members]
    for bound in problem.bounds:
        for weights, limit in bound.lines:
            model.add(_sum(chosen, weights) <= limit)
    model.maximize(_objective(model, problem, chosen))
    for i in _greedy(problem):
        model.add_hint(chosen[i], 1)
    solver = limited_solver(seconds)
    status = solver.solve(model)
    if status == cp_model.INFEASIBLE:
        return Solution("infeasible", [], relaxed=_relaxed(problem, seconds))
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Solution("unknown", [])
    return Solution(
        "optimal" if status == cp_model.OPTIMAL else "feasible",
        [i for i, one in enumerate(chosen) if solver.value(one)],
        round(solver.objective_value),
        round(solver.best_objective_bound),
    )


def limited_solver(seconds: float) -> cp_model.CpSolver:
    """One worker, a fixed seed and a limit in deterministic time: the same answer twice."""
    # A matcher starts without the solvers; the first question that needs one loads it.
    from ortools.sat.python import cp_model

    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = SEED
    # Without the linear relaxation of every constraint the bound stays far off.
    solver.parameters.linearization_level = 2
    solver.parameters.max_deterministic_time = DETERMINISTIC * seconds
    # A safety net for a busy machine; where it strikes, the answer says "feasible".
    solver.parameters.max_time_in_seconds = seconds
    return solver


def _sum(chosen: Sequence[Any], weights: dict[int, int]) -> Any:
    return sum(weight * chosen[i] for i, weight in weights.items())


def _objective(model: cp_model.CpModel, problem: Problem, chosen: Sequence[Any]) -> Any:
    terms: list[Any] = [
        round(FIT * one.fit) * x for one, x in zip(problem.members, chosen, strict=True)
    ]
    terms += _needs_met(model, problem, chosen)
    for value in sorted({v for one in problem.members for v in one.values} - problem.present):
        bonus = _bonus(problem, value)
        if bonus:
            shown = model.new_bool_var(f"shown-{value}")
            bringing = (
                x for x, m in zip(chosen, problem.members, strict=True) if value in m.values
            )
            model.add(shown <= sum(bringing))
            terms.append(bonus * shown)
    return sum(terms)


def _needs_met(model: cp_model.CpModel, problem: Problem, chosen: Sequence[Any]) -> list[Any]:
    """A choice per need: it counts where its member and another one that can meet it are in."""
    givers: dict[str, list[int]] = {}
    for i, one in enumerate(problem.members):
        for offer in one.offers:
            givers.setdefault(offer, []).append(i)
    offered = {}
    for name in sorted(givers):
        offered[name] = model.new_bool_var(f"offered-{name}")
        model.add(offered[name] <= sum(chosen[i] for i in givers[name]))
    terms = []
    for i, one in enumerate(problem.members):
        for need in sorted(one.needs & givers.keys()):
            others = [j for j in givers[need] if j != i]
            if not others:
                continue
            met = model.new_bool_var(f"met-{i}-{need}")
            model.add(met <= chosen[i])
            alone = len(others) < len(givers[need])
            model.add(met <= (sum(chosen[j] for j in others) if alone else offered[need]))
            terms.append(NEED_MET * met)
    return terms


def _greedy(problem: Problem) -> list[int]:
    """A first cohort to start from: the best fits that upper limits allow."""
    lines = [line for bound in problem.bounds for line in bound.lines]
    taken: list[int] = []
    order = sorted(range(len(problem.members)), key=lambda i: (-problem.members[i].fit, i))
    for i in order:
        together = [*taken, i]
        if all(
            limit < 0 or sum(weights.get(j, 0) for j in together) <= limit
            for weights, limit in lines
        ):
            taken = together
    return taken


def _relaxed(problem: Problem, seconds: float) -> list[Bound]:
    """The fewest rules whose relaxing leaves a solution; of equally few, the first ones."""
    # A matcher starts without the solvers; the first question that needs one loads it.
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    chosen = [model.new_bool_var(one.key) for one in problem.members]
    dropped = []
    for bound in problem.bounds:
        drop = model.new_bool_var(f"drop-{bound.name}")
        dropped.append(drop)
        for weights, limit in bound.lines:
            model.add(_sum(chosen, weights) <= limit).only_enforce_if(~drop)
    many = len(dropped) * len(dropped)
    # First as few as possible, then those that stand last: what the convener asked for itself.
    model.minimize(sum((many + len(dropped) - at) * drop for at, drop in enumerate(dropped)))
    solver = limited_solver(seconds)
    if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return []
    return [b for b, drop in zip(problem.bounds, dropped, strict=True) if solver.value(drop)]
