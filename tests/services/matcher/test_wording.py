"""Sentences: every template can be said, in every language there is."""

from string import Formatter
from typing import Any

import pytest

from services.matcher.wording import LANGUAGES, choose_language, wording

each_language = pytest.mark.parametrize("language", LANGUAGES)
NUMBER_SPECS = {"number", "money", "date", "year"}


def holes(template: Any) -> set[str]:
    """The arguments of a template, all its plural forms together."""
    texts = (
        [v for k, v in template.items() if k != "by"] if isinstance(template, dict) else [template]
    )
    return {name for text in texts for _, name, _, _ in Formatter().parse(text) if name}


@each_language
def test_all_languages_say_the_same_things(language: str) -> None:
    english, other = wording("en"), wording(language)
    assert set(other.templates) == set(english.templates)
    for code, template in english.templates.items():
        assert holes(other.templates[code]) <= holes(template) | {"name"}, code


@each_language
def test_every_place_of_a_template_names_a_known_vocabulary(language: str) -> None:
    words = wording(language)
    plain = NUMBER_SPECS | {"", "country", "language", "name"}
    for code, template in words.templates.items():
        texts = template.values() if isinstance(template, dict) else [template]
        for text in texts:
            specs = {spec for _, name, spec, _ in Formatter().parse(text) if name}
            assert specs <= plain | set(words.terms), code


@each_language
def test_no_sentence_speaks_of_donors_or_of_your_city(language: str) -> None:
    for code, template in wording(language).templates.items():
        texts = template.values() if isinstance(template, dict) else [template]
        for text in texts:
            for word in ("donor", "recipient", "your city", "NaN"):
                assert word.casefold() not in text.casefold(), code


def test_numbers_money_lists_and_dates_are_those_of_the_language() -> None:
    words = wording("en")
    assert words.format_field(1234567, "number") == "1,234,567"
    assert words.money({"amount": 2500.0, "currency": "EUR"}) == "€2,500"
    assert words.money({"amount": 2500.5, "currency": "EUR"}) == "€2,500.50"
    assert words.joined(["a", "b", "c"]) == "a, b, and c"
    assert words.format_field("2020-01-31", "date") == "January 31, 2020"
    assert words.format_field("2020-01-31", "year") == "2020"
    assert words.format_field("GH", "country") == "Ghana"


def test_one_hour_is_not_one_hours() -> None:
    words = wording("en")
    assert "1 hour of" in words.text("shared_working_hours.some", {"hours": 1})
    assert "2 hours of" in words.text("shared_working_hours.some", {"hours": 2})


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("xx", "en"),
        ("en-GB,en;q=0.8", "en"),
        ("xx;q=1,en;q=0.2", "en"),
        ("en;q=nonsense", "en"),
        ("*", "en"),
    ],
)
def test_the_language_is_chosen_from_those_there_are(accept: str | None, language: str) -> None:
    assert choose_language(accept) == language


def test_every_language_there_is_can_be_asked_for() -> None:
    for language in LANGUAGES:
        assert choose_language(f"xx, {language};q=0.5") == language
