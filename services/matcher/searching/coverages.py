"""Coverage ** gamma as a table: powers would take most of a search's time."""

from functools import lru_cache

import numpy as np

from services.matcher.features import Scores

# Steps of the table, read from above.
COVERAGES = 1024


@lru_cache(maxsize=8)
def coverage_table(gamma: float) -> Scores:
    """Coverage ** gamma at the end of each step; 1 for whatever is not less than 1."""
    table = np.ones(COVERAGES + 2)
    table[:COVERAGES] = (np.arange(1, COVERAGES + 1) / COVERAGES) ** gamma
    return table
