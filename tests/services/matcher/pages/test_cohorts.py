"""Cohorts from a screening: locks hold, clashing caps are named."""

import re

import pytest

from services.matcher.pages.words import page_wording
from tests.services.matcher.pages.convener import Convener
from tests.services.matcher.pages.test_desk_pages import desk_pages

WORDS = page_wording("en")


@pytest.fixture
def here(convener: Convener) -> str:
    return desk_pages(convener)["screening"]


def cohort(page: str) -> list[str]:
    """Who is in, by name."""
    table = page.partition("<tbody>")[2].partition("</tbody>")[0]
    return re.findall(r'<th scope="row"[^>]*>(?:<a[^>]*>)?([^<]+)', table)


def test_who_is_locked_in_is_in_and_who_is_locked_out_is_not(convener: Convener, here: str) -> None:
    sized = f"{here}/cohort?low=2&high=2"
    assert len(cohort(convener.get(sized))) == 2
    locked = cohort(convener.get(f"{sized}&lock=5&out=3&out=4"))
    assert "Karnataka" in locked
    assert not {"Flanders", "Scotland"} & set(locked)


def test_clashing_caps_are_named(convener: Convener, here: str) -> None:
    page = convener.get(f"{here}/cohort?low=2&high=2&cap=country&cap_most=1&lock=3&out=3")
    assert WORDS.text("cohort_page.status_infeasible", {}) in page
    assert "Flanders is to be included" in page or "Flanders is to be left out" in page


def test_a_size_that_makes_no_sense_is_told(convener: Convener, here: str) -> None:
    convener.get(f"{here}/cohort?low=9&high=2", 422)
    convener.get(f"{here}/cohort?low=2&high=3&cap=country&cap_most=1/0", 422)
