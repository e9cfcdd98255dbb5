"""How many live in a place, and the size class that makes it."""

from collections.abc import Mapping
from typing import Any

from models.taxonomy import SizeClass

SIZE_CLASS_LIMITS: dict[SizeClass, float] = {
    SizeClass.SMALL: 50_000,
    SizeClass.MEDIUM: 250_000,
    SizeClass.LARGE: 1_000_000,
    SizeClass.VERY_LARGE: float("inf"),
}


def size_class(residents: float | None) -> SizeClass | None:
    """The size class of a number of residents, or None where it is not known."""
    if residents is None:
        return None
    return next(name for name, limit in SIZE_CLASS_LIMITS.items() if residents < limit)


def residents(facts: Mapping[str, Any]) -> float | None:
    """Residents of the metropolitan area where known, else of the place itself."""
    return facts.get("metro_population") or facts.get("population")
