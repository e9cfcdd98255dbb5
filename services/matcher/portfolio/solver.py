"""The best set of commitments, exactly: a mixed-integer programme for HiGHS.

Choices are yes or no; what an element is worth is a concave line of three pieces, so that its
pieces fill in order by themselves and need no further yes-or-no variables.
"""

from typing import Any

import numpy as np

from models.errors import Problem
from services.matcher.portfolio.worth import STEPS, Choice, Option


def best(choice: Choice) -> list[Option]:
    """The options of greatest worth within the limits; one is always to hold nothing."""
    # A matcher starts without the solvers; the first question that needs one loads it.
    from scipy.optimize import Bounds, LinearConstraint, milp  # type: ignore[import-untyped]

    options = choice.options
    if not options:
        return []
    elements = sorted(e for e, weight in choice.weights.items() if weight > 0)
    pieces = len(STEPS)
    width = len(options) + pieces * len(elements)
    cost = np.zeros(width)
    cost[: len(options)] = [-option.bonus for option in options]
    for at, element in enumerate(elements):
        first = len(options) + pieces * at
        cost[first : first + pieces] = [-choice.weights[element] * slope for slope in STEPS]
    upper = np.ones(width)
    upper[: len(options)] = [float(option.allowed) for option in options]
    integrality = np.zeros(width)
    integrality[: len(options)] = 1
    rows, limits = _rows(choice, elements, width)
    found = milp(
        cost,
        integrality=integrality,
        bounds=Bounds(0, upper),
        constraints=LinearConstraint(rows, -np.inf, limits),
        options={"mip_rel_gap": 0.0},
    )
    if found.x is None:
        raise Problem(f"The plan could not be computed: {found.message}")
    return [option for option, chosen in zip(options, found.x, strict=False) if chosen > 0.5]


def _rows(choice: Choice, elements: list[tuple[str, ...]], width: int) -> tuple[Any, list[float]]:
    """All constraints as rows of at most: coverage, slots, days, money, one level each."""
    from scipy.sparse import lil_array  # type: ignore[import-untyped]

    options, limits = choice.options, choice.limits
    spending = [
        ([float(o.level == "mayor") for o in options], limits.mayor_slots),
        ([float(o.level == "officer") for o in options], limits.officer_slots),
        ([o.days for o in options], limits.days),
        ([o.money for o in options], limits.money),
        ([float(not o.held) for o in options], limits.changes),
    ]
    spending = [(row, limit) for row, limit in spending if limit is not None]
    keys = sorted({o.key for o in options})
    several = [k for k in keys if sum(o.key == k for o in options) > 1]
    spending += [([float(o.key == key) for o in options], 1) for key in several]
    rows = lil_array((len(elements) + len(spending), width))
    for at, element in enumerate(elements):
        first = len(options) + len(STEPS) * at
        rows[at, first : first + len(STEPS)] = 1
        for column, option in enumerate(options):
            strength = option.covers.get(element, 0.0)
            if strength:
                rows[at, column] = -strength
    for at, (row, _) in enumerate(spending, len(elements)):
        rows[at, : len(options)] = row
    return rows, [0.0] * len(elements) + [float(limit or 0) for _, limit in spending]
