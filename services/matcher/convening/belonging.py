"""Which places belong to each other: a city and the region or authority it is part of."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.taxonomy import PlaceKind

Facts = dict[str, Any]


def belonging(left: Sequence[Facts], right: Sequence[Facts]) -> NDArray[np.bool_]:
    """Where one of two places is part of the other, as a table of left by right."""
    return _part_of(left, right) | _part_of(right, left).T


def _part_of(inner: Sequence[Facts], outer: Sequence[Facts]) -> NDArray[np.bool_]:
    at: dict[str, list[int]] = {}
    for j, facts in enumerate(outer):
        for name in _names(facts):
            at.setdefault(name, []).append(j)
    table = np.zeros((len(inner), len(outer)), bool)
    for i, facts in enumerate(inner):
        for whole in _wholes(facts):
            table[i, at.get(whole, [])] = True
    return table


def _names(facts: Facts) -> set[str]:
    """The ids of a place; a region that describes itself may have said its code alone."""
    code = facts.get("region") if facts["kind"] == PlaceKind.REGION else None
    return {name for name in (facts.get("id"), code and f"iso:{code}") if name}


def _wholes(facts: Facts) -> set[str]:
    """The ids of what a place is part of."""
    code = facts.get("region") if facts["kind"] != PlaceKind.REGION else None
    return {*facts.get("part_of", ()), *([f"iso:{code}"] if code else [])}
