"""Columns, countries and kinds of a sheet as people head and write them."""

import pytest

from services.matcher.pages.sheet_words import country_code, guessed, kind_of


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("City name", "name"),
        ("Name of the municipality", "name"),
        ("Nombre de la ciudad", "name"),
        ("Nombre d'habitants", "population"),
        ("Population 2020", "population"),
        ("País", "country"),
        ("Type of place", "kind"),
        ("Residents of the metropolitan area", "metro_population"),
        ("Habitantes del área metropolitana", "metro_population"),
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


@pytest.mark.parametrize(
    ("written", "kind"),
    [("Région", "region"), ("Comunidad Autónoma", "region"), ("Ville", "city"), ("CITY", "city"),
     ("club", "club")],
)  # fmt: skip
def test_a_kind_is_read_by_a_word_for_it(written: str, kind: str) -> None:
    assert kind_of(written) == kind
