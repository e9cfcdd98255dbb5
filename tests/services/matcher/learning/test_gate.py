"""The gate refuses what is worse, and what shows fewer of those seldom shown."""

from pathlib import Path

import pytest

from services.matcher.learning import gate
from services.matcher.learning.gate import Exposure, broken_cases, objections
from services.matcher.learning.metrics import Ranks

GOOD = [Ranks(i, (1,), 500) for i in range(40)]
BAD = [Ranks(i, (100 + i,), 500) for i in range(40)]


def _shown(*outside: float) -> dict[str, tuple[Exposure, Exposure]]:
    """Who is suggested before and after, to any city: so many outside Europe."""
    before, after = (Exposure(0.9, 0.3, share, 0.5, 0.9) for share in outside)
    return {"any city": (before, after)}


def test_better_figures_and_equal_exposure_pass() -> None:
    assert objections(BAD, GOOD, _shown(0.3, 0.3)) == []


def test_worse_figures_are_refused() -> None:
    found = objections(GOOD, BAD, _shown(0.3, 0.3))
    assert any(text.startswith("mrr is worse") for text in found)


def test_less_exposure_outside_europe_is_refused() -> None:
    (said,) = objections(BAD, GOOD, _shown(0.3, 0.2))
    assert "outside_europe" in said


def test_the_few_on_record_count_as_the_many_do() -> None:
    shown = {**_shown(0.3, 0.3), "cities with a track record": _shown(0.3, 0.2)["any city"]}
    (said,) = objections(BAD, GOOD, shown)
    assert said.endswith("asked by cities with a track record")


def test_a_figure_outside_the_interval_it_had_is_refused() -> None:
    before = [Ranks(i, (1,), 500) for i in range(400)]
    after = [*before[:-4], *(Ranks(i, (400,), 500) for i in range(396, 400))]
    found = objections(before, after, _shown(0.3, 0.3))
    assert any(text.startswith("recall@10") for text in found)


def test_without_golden_cases_nothing_passes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "GOLDEN", tmp_path / "none")
    assert broken_cases({}) == ["the golden cases are not here, so nobody can say that none breaks"]


def test_a_broken_golden_case_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    golden = tmp_path / "tests" / "golden"
    golden.mkdir(parents=True)
    reads = f"json.load(open(os.environ[{gate.CANDIDATE!r}]))['version'] == 'good'"
    (golden / "test_it.py").write_text(f"import json, os\n\ndef test_it():\n    assert {reads}\n")
    monkeypatch.setattr(gate, "GOLDEN", golden)
    assert broken_cases({"version": "good"}) == []
    (said,) = broken_cases({"version": "bad"})
    assert "test_it" in said
