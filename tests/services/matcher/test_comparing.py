"""The laws of values as they count."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from services.matcher.comparing import shaped

value = st.one_of(st.just(float("nan")), st.floats(0, 1))


@settings(max_examples=60)
@given(st.lists(value, min_size=2, max_size=8), st.floats(0.1, 8))
def test_a_shape_keeps_the_order_the_ends_and_what_is_unknown(
    values: list[float], exponent: float
) -> None:
    before = np.array([0.0, *sorted(values, key=lambda v: (np.isnan(v), v)), 1.0])
    after = shaped(before, exponent)
    assert (np.isnan(after) == np.isnan(before)).all()
    known = after[~np.isnan(after)][:-1]
    assert (np.diff(known) >= 0).all()
    assert (after[0], after[-1]) == (0, 1)
