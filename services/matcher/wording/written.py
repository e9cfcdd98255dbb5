"""Numbers, lists and names of countries and languages, as a language writes them.

Babel looks all of these up in its own data each time, which took half the time of an answer: so
they are remembered.
"""

import re
from collections.abc import Callable
from functools import lru_cache

from babel import Locale
from babel.lists import format_list
from babel.numbers import format_decimal

from services.matcher.wording.languages import LANGUAGES

# English dates and lists as most of the world writes them: 2 March 2026; a, b and c.
_LOCALES = {"en": "en_001"}
# From here all languages group digits; some leave four in a row.
GROUPED_BY_ALL = 10_000
# Before a word that begins with the sound "i", Spanish "y" becomes "e".
_SPANISH_AND = re.compile(r" y (?=[iíIÍ]|[hH][iíIÍ](?![aeAE]))")


@lru_cache(maxsize=len(LANGUAGES))
def locale_of(language: str) -> Locale:
    return Locale.parse(_LOCALES.get(language, language))


def number_writer(language: str) -> Callable[[float], str]:
    """How numbers are written: all four languages write whole ones in threes."""
    between = _between_thousands(language)
    ungrouped = 1_000 if between in _looked_up(language, 1_000) else GROUPED_BY_ALL

    def write(value: float) -> str:
        if type(value) is float and value.is_integer():
            value = int(value)
        if type(value) is not int or value < 0:
            return _looked_up(language, value)
        if value < ungrouped:
            return str(value)
        return f"{value:,}" if between == "," else f"{value:,}".replace(",", between)

    return write


@lru_cache(maxsize=20_000)
def _looked_up(language: str, value: float) -> str:
    return str(format_decimal(value, locale=locale_of(language)))


@lru_cache(maxsize=len(LANGUAGES))
def _between_thousands(language: str) -> str:
    return _looked_up(language, GROUPED_BY_ALL).removeprefix("10").removesuffix("000")


@lru_cache(maxsize=10_000)
def listed(parts: tuple[str, ...], language: str) -> str:
    text = str(format_list(parts, locale=locale_of(language)))
    return _SPANISH_AND.sub(" e ", text) if language == "es" else text


@lru_cache(maxsize=len(LANGUAGES))
def countries_of(language: str) -> dict[str, str]:
    return {str(code): str(name) for code, name in locale_of(language).territories.items()}


@lru_cache(maxsize=len(LANGUAGES))
def languages_of(language: str) -> dict[str, str]:
    return {str(code): str(name) for code, name in locale_of(language).languages.items()}
