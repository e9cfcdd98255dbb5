"""The first few of each country in a walk down a ranking."""

import numpy as np
import pytest

from services.matcher.matching.by_country import within


@pytest.mark.parametrize(
    ("countries", "most", "kept"),
    [
        ([], 1, []),
        ([7], 1, [True]),
        ([7, 7, 3, 7, 3], 1, [True, False, True, False, False]),
        ([7, 7, 3, 7, 3], 2, [True, True, True, False, True]),
        ([5, 5, 5], 9, [True, True, True]),
    ],
)
def test_the_first_of_each_country_are_kept(
    countries: list[int], most: int, kept: list[bool]
) -> None:
    assert within(np.array(countries, np.intp), most).tolist() == kept
