"""Size and rank: how many residents, and where in the country's order of places."""

import numpy as np

from services.matcher.features.feature import Because, Facts, Feature, Scores, Values, close

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


def _residents(ours: Facts, theirs: Facts, value: float) -> Because:
    mine, other = size_field(ours), size_field(theirs)
    we, they = ours[mine], theirs[other]
    args = {
        "ours": we,
        "theirs": they,
        "ours_what": counted_as(ours, mine),
        "theirs_what": counted_as(theirs, other),
    }
    said = close(value)
    if said == "alike" and max(we, they) > SAME_NUMBER * min(we, they):
        said = "roughly"
    return Because(f"similar_size.{said}", args, (mine,), (other,))


def counted_as(facts: Facts, field: str) -> str:
    """What a figure counts, as a word that the templates know."""
    if field == "metro_population":
        return "metropolitan"
    return str(facts.get("population_basis", "unstated"))


def _rank(ours: Facts, theirs: Facts, value: float) -> Because:
    args = {"ours": ours["national_rank"], "theirs": theirs["national_rank"]}
    fields = ("national_rank",)
    return Because(f"similar_rank.{close(value)}", args, fields, fields)


SIZE = Feature(similar_size, "size", "size", _residents, mutual=True)
RANK = Feature(similar_rank, "rank", "rank", _rank, mutual=True)
