"""Size and rank: how many residents, and where in the country's order of places."""

from collections.abc import Iterator, Sequence

import numpy as np

from services.matcher.features.feature import (
    Beside,
    Between,
    Facts,
    Feature,
    Scores,
    Seen,
    Values,
    close,
)

# One unit is a factor of e: at 2.7 times the residents the value has fallen to 0.37.
SIZE_TOLERANCE = 1.0
RANK_TOLERANCE = 1.2
# "About the same number" is said up to this many times as many, however little the score falls.
SAME_NUMBER = 1.5


def similar_size(ours: Values, theirs: Values) -> Scores:
    """The two places have about as many residents (metropolitan where known)."""
    gap = (ours[:, 0] - theirs[:, 0]).astype(np.float64) / SIZE_TOLERANCE
    return np.exp(-(gap**2))


def similar_rank(ours: Values, theirs: Values) -> Scores:
    """The two places hold about the same rank in their countries' order of size."""
    gap = np.abs(ours[:, 0] - theirs[:, 0]).astype(np.float64)
    return np.exp(-gap / RANK_TOLERANCE)


def size_field(facts: Facts) -> str:
    """The field that a place's size is read from."""
    return "metro_population" if facts.get("metro_population") else "population"


def _residents(facts: Facts) -> Seen:
    field = size_field(facts)
    count = facts[field]
    return {"ours": count, "ours_what": counted_as(facts, field)}, (field,), count


def _same_number(ours: float, others: Sequence[Facts], values: Sequence[float]) -> Iterator[Beside]:
    for facts, value in zip(others, values, strict=True):
        field = size_field(facts)
        count, word = facts[field], close(value)
        if word == "alike" and max(ours, count) > SAME_NUMBER * min(ours, count):
            word = "roughly"
        yield word, {"theirs": count, "theirs_what": counted_as(facts, field)}, (field,)


def counted_as(facts: Facts, field: str) -> str:
    """What a figure counts, as a word that the templates know."""
    if field == "metro_population":
        return "metropolitan"
    return str(facts.get("population_basis", "unstated"))


_RANK = ("national_rank",)


def _rank(facts: Facts) -> Seen:
    return {"ours": facts["national_rank"]}, _RANK, None


def _same_rank(_ours: None, others: Sequence[Facts], values: Sequence[float]) -> Iterator[Beside]:
    for facts, value in zip(others, values, strict=True):
        yield close(value), {"theirs": facts["national_rank"]}, _RANK


_WHY_SIZE = Between(
    "similar_size", ("ours", "theirs", "ours_what", "theirs_what"), _residents, _same_number
)
_WHY_RANK = Between("similar_rank", ("ours", "theirs"), _rank, _same_rank)
SIZE = Feature(similar_size, "size", "size", _WHY_SIZE, mutual=True)
RANK = Feature(similar_rank, "rank", "rank", _WHY_RANK, mutual=True)
