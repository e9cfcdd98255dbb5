"""A check that cannot fail does not count: each has a planted fault beside it."""

import json
import re
from pathlib import Path

import pytest

from tests.trust.report import BEGIN, DATA, END, PAGE, Tried, is_there, table

CHECKS = sorted(Path(__file__).parent.glob("test_*.py"))


@pytest.mark.parametrize("path", CHECKS, ids=lambda path: path.stem)
def test_every_check_has_a_planted_fault(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    checks = set(re.findall(r"mark\.check\((\d+)", source))
    planted = set(re.findall(r"mark\.planted\((\d+)", source))
    assert checks <= planted


def test_failures_are_counted_and_told() -> None:
    tried = Tried()
    for number in range(3):
        tried(number != 1, f"number {number}")
    with pytest.raises(AssertionError, match="1 of 3 failed, such as number 1"):
        tried.done()


def test_the_page_shows_the_counts_that_were_kept() -> None:
    shown = PAGE.read_text(encoding="utf-8").split(BEGIN)[1].split(END)[0].strip()
    assert shown == table(json.loads(DATA.read_text(encoding="utf-8")))


def test_what_is_told_of_tests_that_are_gone_goes() -> None:
    here = Path(__file__).name
    assert is_there(f"{here}::test_failures_are_counted_and_told")
    assert is_there(f"{here}::test_every_check_has_a_planted_fault[test_frame]")
    assert not is_there(f"{here}::test_of_before")
    assert not is_there("test_of_before.py::test_failures_are_counted_and_told")
