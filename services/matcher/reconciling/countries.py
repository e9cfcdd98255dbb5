"""Countries as people write them: a code, or a name in one of many languages."""

from functools import lru_cache

from babel import Locale

from models.countries import code_meant, countries
from models.names import fold

# The languages in which a sheet is likely to name countries; CLDR has all of them.
_LANGUAGES = (
    "en es fr pt de it nl ca gl eu sv da nb fi is et lv lt pl cs sk hu ro bg hr sl sr "
    "mk sq el tr ru uk be ka hy az kk uz mn ar fa ur he hi bn ta te mr ne si th lo km "
    "my vi id ms fil zh ja ko sw am so ha yo zu af "
)
_SHORT = {"uk": "GB", "england": "GB", "scotland": "GB", "wales": "GB", "usa": "US", "uae": "AE"}


@lru_cache(maxsize=1)
def _by_name() -> dict[str, str]:
    known = countries()
    found = {fold(country.name): code for code, country in known.items()} | _SHORT
    for language in _LANGUAGES.split():
        for code, name in Locale.parse(language).territories.items():
            if code in known:
                found.setdefault(fold(name), code)
    return found


def read_country(text: str) -> str | None:
    """The code of a country written as a code or a name; None where it is neither."""
    code = text.strip().upper()
    if code in countries():
        return code
    return code_meant(text) or _by_name().get(fold(text))


def is_country_name(text: str) -> bool:
    """Whether a text may mean a whole country, which is no place here."""
    return fold(text) in _by_name()
