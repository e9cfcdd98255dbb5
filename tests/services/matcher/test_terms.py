"""What the terms of a score tell of single rows."""

import numpy as np

from services.matcher.terms import RowTerm, parts, summed


def test_a_feature_of_single_rows_tells_nothing_of_the_others() -> None:
    term = RowTerm("f", 2.0, np.array([1, 4]), np.array([0.5, 1.0]))
    told, worth = summed(parts([term], np.arange(5)))
    assert list(told) == [0, 2, 0, 0, 2]
    assert list(worth) == [0, 1, 0, 0, 2]
    none = RowTerm("f", 2.0, np.empty(0, np.intp), np.empty(0))
    assert list(summed(parts([none], np.arange(2)))[0]) == [0, 0]
