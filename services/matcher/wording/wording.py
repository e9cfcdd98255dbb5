"""Templates into sentences, with numbers, lists, places and money as the language has them.

A template is a text with typed places, such as "{hours:number}" or "{sectors:sector}", or, where
its grammar depends on a number, a mapping `{by: hours, one: ..., other: ...}`.
"""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from pathlib import Path
from string import Formatter
from typing import Any

import yaml
from babel import Locale
from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal

LANGUAGES = ("en",)
_FOLDER = Path(__file__).parent


class Wording(Formatter):
    """One language's templates and terms."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.locale = Locale.parse(language)
        content = yaml.safe_load((_FOLDER / f"{language}.yaml").read_text(encoding="utf-8"))
        self.templates: dict[str, Any] = content["templates"]
        self.terms: dict[str, dict[str, str]] = content["terms"]

    def text(self, code: str, args: dict[str, Any]) -> str:
        """The sentence of a code with its arguments."""
        template = self.templates[code]
        if isinstance(template, dict):
            number = args[template["by"]]
            count = len(number) if isinstance(number, list) else number
            template = template.get(self.locale.plural_form(count), template["other"])
        return self.vformat(template, (), args)

    def term(self, vocabulary: str, value: str) -> str:
        """The word for a value of an enum; the value itself where there is none."""
        return self.terms.get(vocabulary, {}).get(value, value)

    def format_field(self, value: Any, spec: str) -> str:
        if spec == "" or value is None:
            return str(value)
        if isinstance(value, list | tuple | set):
            return self.joined(self.format_field(item, spec) for item in value)
        return self._one(value, spec)

    def joined(self, parts: Iterable[str]) -> str:
        """Parts as a list in the language, such as "a, b and c"."""
        return str(format_list(list(parts), locale=self.locale))

    def _one(self, value: Any, spec: str) -> str:
        if spec == "number":
            return str(format_decimal(value, locale=self.locale))
        if spec == "money":
            return self.money(value)
        if spec == "country":
            return str(self.locale.territories.get(value, value))
        if spec == "language":
            return str(self.locale.languages.get(value, value))
        if spec == "date":
            return str(format_date(date.fromisoformat(str(value)), "long", locale=self.locale))
        if spec == "year":
            return str(value)[:4]
        return self.term(spec, str(value))

    def money(self, value: dict[str, Any]) -> str:
        """An amount with its currency, without empty cents."""
        whole = float(value["amount"]).is_integer()
        text = format_currency(
            value["amount"],
            value["currency"],
            locale=self.locale,
            format_type="standard",
            currency_digits=not whole,
            format=None,
        )
        return str(text).removesuffix(".00").removesuffix(",00")


@lru_cache(maxsize=len(LANGUAGES))
def wording(language: str) -> Wording:
    """The wording of one of LANGUAGES."""
    return Wording(language)


def choose_language(accept: str | None) -> str:
    """The best of LANGUAGES for an Accept-Language header; English where none fits."""
    wanted = []
    for part in (accept or "").split(","):
        tag, _, quality = part.strip().partition(";q=")
        try:
            wanted.append((-float(quality or 1), tag.split("-")[0].lower()))
        except ValueError:
            continue
    return next(
        (tag for q, tag in sorted(wanted, key=lambda w: w[0]) if tag in LANGUAGES and q), "en"
    )
