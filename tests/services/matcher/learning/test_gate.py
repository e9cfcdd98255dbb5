"""The gate refuses what is worse, and what shows fewer of those seldom shown."""

from services.matcher.learning.gate import Exposure, objections
from services.matcher.learning.metrics import Ranks

GOOD = [Ranks(i, (1,), 500) for i in range(40)]
BAD = [Ranks(i, (100 + i,), 500) for i in range(40)]


def _shown(outside: float) -> Exposure:
    return Exposure(0.9, 0.3, outside, 0.5, 0.9)


def test_better_figures_and_equal_exposure_pass() -> None:
    assert objections(BAD, GOOD, {"before": _shown(0.3), "after": _shown(0.3)}) == []


def test_worse_figures_are_refused() -> None:
    found = objections(GOOD, BAD, {"before": _shown(0.3), "after": _shown(0.3)})
    assert any(text.startswith("mrr is worse") for text in found)


def test_less_exposure_outside_europe_is_refused() -> None:
    (said,) = objections(BAD, GOOD, {"before": _shown(0.3), "after": _shown(0.2)})
    assert "outside_europe" in said
