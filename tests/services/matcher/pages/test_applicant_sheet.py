"""Columns and countries of a sheet as people head and write them."""

import pytest

from services.matcher.pages.applicant_sheet import country_code, guessed


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("City name", "name"),
        ("Name of the municipality", "name"),
        ("Nombre de la ciudad", "name"),
        ("Nombre d'habitants", "population"),
        ("Population 2020", "population"),
        ("País", "country"),
        ("Applied on", ""),
        ("Contact name", ""),
    ],
)
def test_a_header_is_read_by_the_word_that_tells(header: str, field: str) -> None:
    assert guessed(header) == field


@pytest.mark.parametrize(
    ("written", "code"),
    [("FRA", "FR"), ("UK", "GB"), ("Brasil", "BR"), ("Deutschland", "DE"), ("Ελλάδα", "GR")],
)
def test_a_country_is_read_as_people_write_it(written: str, code: str) -> None:
    assert country_code(written) == code


def test_an_unknown_country_stays_as_it_was_written() -> None:
    assert country_code("Narnia") == "Narnia"
