"""Templates into sentences, with numbers, lists, places and money as the language has them.

A template is a text with typed places, such as "{hours:number}" or "{sectors:sector}", or, where
its grammar depends on a number, a mapping `{by: hours, one: ..., other: ...}`.
"""

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from string import Formatter
from typing import Any

import orjson
from babel.dates import format_date
from babel.numbers import format_currency

from models.yaml_files import read_yaml
from services.matcher.wording.languages import LANGUAGES
from services.matcher.wording.pattern import Hole, Pattern
from services.matcher.wording.written import (
    countries_of,
    languages_of,
    listed,
    locale_of,
    number_writer,
)

FOLDER = Path(__file__).parent
# Remembered per language: some 20 MB when full.
SENTENCES = 50_000
# Of each vocabulary.
WORDS = 1_000
# Arguments of which there are as many as places, and those that take long to write.
OF_ONE, LONG = {"name", "number"}, {"money", "date", "day"}
# A longer list is cut, and how many more there are is said.
SHOWN = 8
# Quotation marks inside a quotation, in pairs or not, would end it for the reader.
_INNER_QUOTES = str.maketrans('“„«”»"', "‘‘‘’’'")
_SINGLE = (str, int, float)
Slot = tuple[str, Callable[[Any], str], str]
"""An argument, how it is written where it is a single word or number, and its type."""

Sentence = tuple[str, list[Slot]]
"""A text with "%s" where arguments stand, and these."""


class _Words(dict[Any, str]):
    """The words of a vocabulary; of a value that has none, those of its id."""

    def __missing__(self, value: Any) -> str:
        return str(value).replace("_", " ")


class Wording:
    """One language's templates and terms; English stands in for a template not yet there."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.locale = locale_of(language)
        content, english = _content(language), _content("en")
        self.templates: dict[str, Any] = english["templates"] | content["templates"]
        self.terms: dict[str, dict[str, str]] = english["terms"] | content["terms"]
        self._sentences: dict[str, Sentence] = {}
        self._said = lru_cache(maxsize=SENTENCES)(self._say_again)
        self._ways = self._ways_to_write()
        self._of_one = {code for code, one in self.templates.items() if _is_of_one(one)}
        self._read_of_one: dict[str, Sentence] = {}
        self._patterns: dict[str, Pattern] = {}

    def text(self, code: str, args: dict[str, Any]) -> str:
        """The sentence of a code with its arguments; what was said before is said from memory."""
        of_one = self._read_of_one.get(code)
        if of_one is None and code in self._of_one:
            of_one = self._read_of_one[code] = self._read(self.templates[code])
        if of_one is not None:
            return self._filled(of_one, args)
        # As text: bytes that orjson hands out take 4 KB, and would be kept to remember by.
        with_what = orjson.dumps(args, option=orjson.OPT_SERIALIZE_NUMPY).decode() if args else "{}"
        return self._said(code, with_what)

    def pattern(self, code: str, args: Iterable[str]) -> Pattern:
        """A code, its arguments and its sentence as the inside of an object of JSON.

        For sentences of single words and numbers on which no grammar depends.
        """
        found = self._patterns.get(code)
        if found is None:
            names = list(args)
            sentence, slots = self._read(self.templates[code])
            each = ",".join([f'"{name}":%s' for name in names])
            json = f'"code":"{code}","args":{{{each}}},"text":'.encode() + orjson.dumps(sentence)
            holes: list[Hole] = [(name, orjson.dumps) for name in names]
            holes += [(name, self._inside(spec, write)) for name, write, spec in slots]
            found = self._patterns[code] = Pattern(json, holes)
        return found

    def _inside(self, spec: str, write: Callable[[Any], str]) -> Callable[[Any], bytes]:
        """How an argument is written within a sentence that is JSON."""
        if spec == "number":
            # Nothing in it has to be written otherwise there.
            return lambda value: write(value).encode()

        def written(value: Any) -> bytes:
            return orjson.dumps(write(value))[1:-1]

        # The words of a vocabulary are few.
        return lru_cache(maxsize=WORDS)(written) if spec in self.terms else written

    def of_catalogue(self, text: str) -> str | None:
        """What the catalogue says in English, in this language; None where that has no text."""
        return text if self.language == "en" else catalogue_texts(self.language).get(text)

    def _say_again(self, code: str, asked_with: str) -> str:
        return self._say(code, orjson.loads(asked_with))

    def _say(self, code: str, args: dict[str, Any]) -> str:
        template = self.templates[code]
        if isinstance(template, dict):
            number = args[template["by"]]
            count = len(number) if isinstance(number, list) else number
            template = template.get(self.locale.plural_form(count), template["other"])
        sentence = self._sentences.get(template)
        if sentence is None:
            sentence = self._sentences[template] = self._read(template)
        return self._filled(sentence, args)

    def _filled(self, sentence: Sentence, args: dict[str, Any]) -> str:
        """A sentence with its arguments: most are single words or numbers and take a short way."""
        pattern, slots = sentence
        return pattern % tuple(
            [
                write(value)
                if type(value := args[name]) in _SINGLE
                else self.format_field(value, spec)
                for name, write, spec in slots
            ]
        )

    def _read(self, template: str) -> Sentence:
        """A template as a pattern, and what is put into its places."""
        pattern, slots = "", []
        for before, name, spec, _ in Formatter().parse(template):
            pattern += before.replace("%", "%%")
            if name is not None:
                pattern += "%s"
                slots.append((name, self._writer(spec or ""), spec or ""))
        return pattern, slots

    def _writer(self, spec: str) -> Callable[[Any], str]:
        """How a single word or number is written."""
        if not spec:
            return str
        return self._ways.get(spec) or _Words(self.terms[spec]).__getitem__

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
        return listed(tuple(shown), self.language)

    def _one(self, value: Any, spec: str) -> str:
        write = self._ways.get(spec)
        return self.term(spec, value) if write is None else write(value)

    def _ways_to_write(self) -> dict[str, Callable[[Any], str]]:
        """How each kind of argument is written; what is not here is a word of a vocabulary."""
        language = self.language
        countries, languages = countries_of(language), languages_of(language)
        return {
            "name": str,
            "quote": lambda value: self.quoted(str(value)),
            "number": number_writer(language),
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
def _content(language: str) -> dict[str, Any]:
    content: dict[str, Any] = read_yaml(FOLDER / f"{language}.yaml")
    return content


@lru_cache(maxsize=len(LANGUAGES))
def catalogue_texts(language: str) -> dict[str, str]:
    """What the default catalogue says in English of rules and duties, in another language."""
    path = FOLDER / "catalogue" / f"{language}.yaml"
    if not path.exists():
        return {}
    content: dict[str, str] = read_yaml(path)
    return content


@lru_cache(maxsize=len(LANGUAGES))
def wording(language: str) -> Wording:
    """The wording of one of LANGUAGES."""
    return Wording(language)
