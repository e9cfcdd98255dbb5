"""Values by the straight lines between places as a table: the search looks up thousands."""

from functools import lru_cache

import numpy as np

from services.matcher.features import Scores
from services.matcher.terms import ByLine

# Steps of the table: of the root of what a line lacks of the longest, by which values change
# evenly.
STEPS = 4096
# What is read in proportion between two steps may be off by so much.
LOOSE = 2.5e-5


@lru_cache(maxsize=64)
def line_table(by_line: ByLine) -> Scores:
    """The values at each step, and once more past the last."""
    lacking = np.minimum(np.arange(STEPS + 2) / STEPS, 1)
    return by_line(1 - lacking**2)
