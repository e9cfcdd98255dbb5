"""The frame of the trust checks: few tries in every run, all of them with `make trust`.

    @pytest.mark.check(29, "No operation answers whom it should not", few=50, full=2_000)
    def test_…(count: int, tried: Tried) -> None: …      # tries `count` times, says what failed

    @pytest.mark.planted(29, "an operation without its dependency")
    def test_…() -> None: …                              # the same check catches the fault

Numbers are those of docs/trust.md. With TRUST=full the counts go into that page.
"""

import os
import random
from collections.abc import Iterator

import pytest

from tests.trust.mortals import doomed, mortals
from tests.trust.report import Result, Tried, write

__all__ = ["doomed", "mortals"]
FULL = os.environ.get("TRUST") == "full"
SEED = int(os.environ.get("TRUST_SEED", "20261126"))
_RESULTS: dict[str, Result] = {}


@pytest.fixture
def count(request: pytest.FixtureRequest) -> int:
    """How often to try: few by default, all with `make trust`."""
    mark = request.node.get_closest_marker("check")
    return int(mark.kwargs["full" if FULL else "few"])


@pytest.fixture
def chance(request: pytest.FixtureRequest) -> random.Random:
    """Chance that can be had again: the seed is printed with a failure, TRUST_SEED takes it."""
    request.node.add_report_section("setup", "chance", f"TRUST_SEED={SEED}")
    return random.Random(f"{SEED} {request.node.name}")


@pytest.fixture
def tried(request: pytest.FixtureRequest) -> Iterator[Tried]:
    """Counts tries and failures; a test ends with `tried.done()`, and so does this."""
    found = Tried()
    request.node.stash[_TRIED] = found
    yield found
    assert found.count > 0, "nothing was tried"
    if not found.is_told:
        found.done()


_TRIED = pytest.StashKey[Tried]()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    check, planted = item.get_closest_marker("check"), item.get_closest_marker("planted")
    mark = planted or check
    if report.when != "call" or mark is None or report.skipped:
        return
    tried = item.stash.get(_TRIED, Tried())
    _RESULTS[item.nodeid.removeprefix("tests/trust/")] = Result(
        check=mark.args[0],
        says=mark.args[1],
        is_planted=planted is not None,
        passed=report.passed,
        tried=tried.count or 1,
        failed=int(report.failed) if planted else len(tried.failures),
        seconds=round(report.duration, 1),
        notes=tried.notes,
    )
    if FULL:  # at once: it takes an hour, which may be ended before
        write(_RESULTS)
