"""What is wrong with a row of a sheet, as the desk says it."""

from services.files.rows import RowError
from services.matcher.pages.views.desk import said
from services.matcher.pages.words import page_wording

WORDS = page_wording("en")


def test_a_row_that_repeats_another_names_it() -> None:
    error = RowError.at(9, "duplicate", "it is the same applicant", "name", "Turin")
    assert said(error.repeating(4), WORDS).endswith("the same as row 4")


def test_what_was_seen_is_shown() -> None:
    error = RowError.at(9, "unreadable", "expected a whole number", "population", "ca. 300000")
    assert "“ca. 300000”" in said(error, WORDS)
