"""Templates into sentences, with numbers, lists, places and money as the language has them.

A template is a text with typed places, such as "{hours:number}" or "{sectors:sector}", or, where
its grammar depends on a number, a mapping `{by: hours, one: ..., other: ...}`.
"""

import re
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from functools import lru_cache, partial
from pathlib import Path
from string import Formatter
from typing import Any

import orjson
import yaml
from babel import Locale
from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal

LANGUAGES = ("en", "es", "fr", "pt")
# English dates and lists as most of the world writes them: 2 March 2026; a, b and c.
_LOCALES = {"en": "en_001"}
FOLDER = Path(__file__).parent
# Remembered per language: some 20 MB when full.
SENTENCES = 50_000
# Arguments of which there are as many as places, and those that take long to write.
OF_ONE, LONG = {"name", "number"}, {"money", "date", "day"}
# From here all languages group digits; some leave four in a row.
GROUPED_BY_ALL = 10_000
# A longer list is cut, and how many more there are is said.
SHOWN = 8
# Before a word that begins with the sound "i", Spanish "y" becomes "e".
_SPANISH_AND = re.compile(r" y (?=[iíIÍ]|[hH][iíIÍ](?![aeAE]))")
# Quotation marks inside a quotation, in pairs or not, would end it for the reader.
_INNER_QUOTES = str.maketrans('“„«”»"', "‘‘‘’’'")
_SINGLE = (str, int, float)
# A text, the argument that follows it, and how that is written; None where none follows.
Slot = tuple[str, str, Callable[[Any], str] | None]
_ACCEPTED = re.compile(r"([a-z]{1,8}|\*)(?:-[a-z0-9-]*)?\s*(?:;\s*q=(0(?:\.\d*)?|1(?:\.0*)?)\s*)?$")


class Wording:
    """One language's templates and terms; English stands in for a template not yet there."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.locale = _locale(language)
        content, english = _content(language), _content("en")
        self.templates: dict[str, Any] = english["templates"] | content["templates"]
        self.terms: dict[str, dict[str, str]] = english["terms"] | content["terms"]
        self._slots: dict[str, list[Slot]] = {}
        self._said = lru_cache(maxsize=SENTENCES)(self._say_again)
        self._ways = self._ways_to_write()
        self._of_one = {code for code, one in self.templates.items() if _is_of_one(one)}

    def text(self, code: str, args: dict[str, Any]) -> str:
        """The sentence of a code with its arguments; what was said before is said from memory."""
        if code in self._of_one:
            return self._say(code, args)
        with_what = orjson.dumps(args, option=orjson.OPT_SERIALIZE_NUMPY) if args else b"{}"
        return self._said(code, with_what)

    def of_catalogue(self, text: str) -> str | None:
        """What the catalogue says in English, in this language; None where that has no text."""
        return text if self.language == "en" else catalogue_texts(self.language).get(text)

    def _say_again(self, code: str, asked_with: bytes) -> str:
        return self._say(code, orjson.loads(asked_with))

    def _say(self, code: str, args: dict[str, Any]) -> str:
        template = self.templates[code]
        if isinstance(template, dict):
            number = args[template["by"]]
            count = len(number) if isinstance(number, list) else number
            template = template.get(self.locale.plural_form(count), template["other"])
        slots = self._slots.get(template)
        if slots is None:
            slots = self._slots[template] = self._read(template)
        return "".join(
            [
                before if write is None else before + write(args[name])
                for before, name, write in slots
            ]
        )

    def _read(self, template: str) -> list[Slot]:
        """A template as texts, each with the argument that follows it and how that is written."""
        return [
            (before, name or "", None if name is None else self._writer(spec or ""))
            for before, name, spec, _ in Formatter().parse(template)
        ]

    def _writer(self, spec: str) -> Callable[[Any], str]:
        """How an argument is written; most are single words or numbers, which take a short way."""
        one = self._ways.get(spec) or partial(self.term, spec)

        def write(value: Any) -> str:
            return one(value) if type(value) in _SINGLE else self.format_field(value, spec)

        return write if spec else partial(self.format_field, spec=spec)

    def term(self, vocabulary: str, value: str) -> str:
        """The word for a value of an enum; the words of its id where there is none."""
        return self.terms[vocabulary].get(value) or str(value).replace("_", " ")

    def format_field(self, value: Any, spec: str) -> str:
        if value is None:
            return self.term("unknown", "value")
        if spec == "":
            return str(value)
        if isinstance(value, (list, tuple, set)):
            return self.joined(self.format_field(item, spec) for item in value)
        return self._one(value, spec)

    def joined(self, parts: Iterable[str]) -> str:
        """Parts as a list in the language, such as "a, b and c"; a long one is cut."""
        shown = list(parts)
        if not shown:
            return self.term("unknown", "value")
        if len(shown) > SHOWN + 1:
            more = self.term("list", "more").format(count=len(shown) - SHOWN)
            shown = [*shown[:SHOWN], more]
        return _list(tuple(shown), self.language)

    def _one(self, value: Any, spec: str) -> str:
        write = self._ways.get(spec)
        return self.term(spec, value) if write is None else write(value)

    def _ways_to_write(self) -> dict[str, Callable[[Any], str]]:
        """How each kind of argument is written; what is not here is a word of a vocabulary."""
        language = self.language
        countries, languages = _countries(language), _languages(language)
        return {
            "name": str,
            "quote": lambda value: self.quoted(str(value)),
            "number": partial(_number, language),
            "money": self.money,
            "country": lambda value: countries.get(value, str(value)),
            "language": lambda value: languages.get(value, str(value)),
            "date": lambda value: self.day(date.fromisoformat(str(value))),
            "day": lambda value: self.exact_day(date.fromisoformat(str(value))),
            "year": lambda value: str(value)[:4],
        }

    def quoted(self, text: str) -> str:
        """Words of others, in quotation marks that nothing inside them can close."""
        inside = " ".join(text.translate(_INNER_QUOTES).split())
        return f"{self.term('quote', 'open')}{inside}{self.term('quote', 'close')}"

    def day(self, when: date) -> str:
        """A date; 1 January stands for a year of which no more is known."""
        if (when.month, when.day) == (1, 1):
            return str(when.year)
        return self.exact_day(when)

    def exact_day(self, when: date) -> str:
        """A day that somebody set, of which all is known."""
        text = str(format_date(when, "long", locale=self.locale))
        return f"1er{text[1:]}" if self.language == "fr" and when.day == 1 else text

    def money(self, value: dict[str, Any]) -> str:
        """An amount with its currency, with cents only where there are any."""
        amount = Decimal(str(value["amount"]))
        pattern = self.locale.currency_formats["standard"].pattern
        if amount == amount.to_integral_value():
            pattern = pattern.replace(".00", "")
        # In plain English, "$" is the US dollar, and other dollars are A$ or CA$.
        return str(
            format_currency(
                amount,
                value["currency"],
                locale=self.language,
                format=pattern,
                currency_digits=False,
            )
        )


def _is_of_one(template: Any) -> bool:
    """Whether a sentence is of one place or figure: hardly ever said again, so not remembered."""
    if not isinstance(template, str):
        return False
    kinds = {spec for *_, spec, _ in Formatter().parse(template)}
    return bool(kinds & OF_ONE) and not kinds & LONG


@lru_cache(maxsize=len(LANGUAGES))
def _locale(language: str) -> Locale:
    return Locale.parse(_LOCALES.get(language, language))


# Babel looks all of these up in its own data each time, which took half the time of an answer.
@lru_cache(maxsize=100_000)
def _number(language: str, value: float) -> str:
    if isinstance(value, int) and value >= GROUPED_BY_ALL:
        return f"{value:,}".replace(",", _between_thousands(language))
    return str(format_decimal(value, locale=_locale(language)))


@lru_cache(maxsize=len(LANGUAGES))
def _between_thousands(language: str) -> str:
    """What stands between thousands: all four languages write whole numbers in threes."""
    written = str(format_decimal(GROUPED_BY_ALL, locale=_locale(language)))
    return written.removeprefix("10").removesuffix("000")


@lru_cache(maxsize=10_000)
def _list(parts: tuple[str, ...], language: str) -> str:
    text = str(format_list(parts, locale=_locale(language)))
    return _SPANISH_AND.sub(" e ", text) if language == "es" else text


@lru_cache(maxsize=len(LANGUAGES))
def _countries(language: str) -> dict[str, str]:
    return {str(code): str(name) for code, name in _locale(language).territories.items()}


@lru_cache(maxsize=len(LANGUAGES))
def _languages(language: str) -> dict[str, str]:
    return {str(code): str(name) for code, name in _locale(language).languages.items()}


@lru_cache(maxsize=len(LANGUAGES))
def _content(language: str) -> dict[str, Any]:
    text = (FOLDER / f"{language}.yaml").read_text(encoding="utf-8")
    content: dict[str, Any] = yaml.safe_load(text)
    return content


@lru_cache(maxsize=len(LANGUAGES))
def catalogue_texts(language: str) -> dict[str, str]:
    """What the default catalogue says in English of rules and duties, in another language."""
    path = FOLDER / "catalogue" / f"{language}.yaml"
    if not path.exists():
        return {}
    content: dict[str, str] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return content


@lru_cache(maxsize=len(LANGUAGES))
def wording(language: str) -> Wording:
    """The wording of one of LANGUAGES."""
    return Wording(language)


def choose_language(accept: str | None) -> str:
    """The best of LANGUAGES for an Accept-Language header; English where none fits."""
    wanted: dict[str, float] = {}
    for part in (accept or "").lower().split(","):
        found = _ACCEPTED.match(part.strip())
        if found:
            wanted[found[1]] = max(float(found[2] or 1), wanted.get(found[1], 0))
    ranked = sorted((tag for tag, quality in wanted.items() if quality), key=lambda t: -wanted[t])
    for tag in ranked:
        if tag in LANGUAGES:
            return tag
        if tag == "*":
            return next((free for free in LANGUAGES if free not in wanted), "en")
    return "en"
