"""Sentences: every template can be said, in every language, with the values that occur."""

import re
from collections.abc import Iterator
from enum import StrEnum
from itertools import product
from string import Formatter
from typing import Any

import pytest
import yaml
from babel import Locale

from models import taxonomy
from services.matcher.wording import LANGUAGES, Wording, choose_language, wording
from services.matcher.wording.wording import FOLDER
from tests.services.matcher.sentences import faults

each_language = pytest.mark.parametrize("language", LANGUAGES)
each_translation = pytest.mark.parametrize("language", [x for x in LANGUAGES if x != "en"])
EURO, DOLLAR = {"amount": 2500.5, "currency": "EUR"}, {"amount": 100000.0, "currency": "USD"}
SAMPLES: dict[str, list[Any]] = {
    "": ["Bilbao", "2/3", "L’Hospitalet"],
    "number": [0, 1, 2, 3.4, 465866.0],
    "money": [EURO, DOLLAR, {"amount": 0, "currency": "JPY"}],
    "country": ["GB", "CI", "MM"],
    "language": ["en", ["eu", "es"], ["en"]],
    "date": ["2020-01-01", "2027-12-31"],
    "year": ["2020-01-01"],
    "name": ["Bilbao", ["Accra"], ["Accra", "Kumasi", "Milan"]],
    "quote": ["Pays “its” fee", 'Says "no', "«Sí», dijo  él"],
}
ENUMS: dict[str, type[StrEnum]] = {
    "cap_attribute": taxonomy.CapAttribute,
    "continent": taxonomy.Continent,
    "degree": taxonomy.Degree,
    "goal": taxonomy.Goal,
    "kind": taxonomy.PlaceKind,
    "level": taxonomy.NeedLevel,
    "population_basis": taxonomy.PopulationBasis,
    "power": taxonomy.Power,
    "readiness": taxonomy.Readiness,
    "role": taxonomy.CommitmentRole,
    "sector": taxonomy.Sector,
    "size_class": taxonomy.SizeClass,
    "stage": taxonomy.Stage,
    "stakeholder": taxonomy.Stakeholder,
    "theme": taxonomy.Theme,
    "tie": taxonomy.TieKind,
    "type": taxonomy.CollaborationType,
    "verdict": taxonomy.Verdict,
}
OTHER_WORDS = {
    "clarity": {"duration", "duties", "outcomes"},
    "income_group": {"low", "lower_middle", "upper_middle", "high"},
    "period": {"year", "month", "once", "event"},
    "population_basis": {"metropolitan", "unstated"},
}
ENGLISH = re.compile(r"\b(the|of|you|they|with|is|are|its|and|what|for|theirs?)\b", re.IGNORECASE)
# Said within another sentence, so no sentences by themselves.
PARTS = ("learns.soft", "learns.hard", "convening.cohort", "convening.value")


def own(language: str) -> dict[str, Any]:
    """The templates and terms of a language's own file: English stands in for none of them."""
    content: dict[str, Any] = yaml.safe_load((FOLDER / f"{language}.yaml").read_text("utf-8"))
    return content


def forms(template: Any) -> list[str]:
    """The texts of a template, one for each plural form."""
    if isinstance(template, dict):
        return [text for key, text in template.items() if key != "by"]
    return [template]


def holes(text: str) -> list[tuple[str, str]]:
    """The arguments of a text, each with how it is written."""
    return sorted({(name, spec or "") for _, name, spec, _ in Formatter().parse(text) if name})


def values(spec: str, terms: dict[str, dict[str, str]]) -> list[Any]:
    """Realistic values of one kind: one, two and five of an enum, and none known."""
    words = list(terms.get(spec, ()))
    return SAMPLES.get(spec) or [words[0], words[:1], words[:2], words[:5], words]


def said(words: Wording, code: str) -> Iterator[str]:
    """A template with every value once, the others at their first; plural forms included."""
    terms = words.terms
    for text in forms(words.templates[code]):
        kinds = dict(holes(text))
        samples = {name: values(spec, terms) for name, spec in kinds.items()}
        counted = isinstance(words.templates[code], dict)
        for at in range(max(map(len, samples.values()), default=1)):
            args = {name: given[at % len(given)] for name, given in samples.items()}
            if counted:
                args[words.templates[code]["by"]] = at
            yield words.text(code, args)


@each_translation
def test_all_languages_say_the_same_things(language: str) -> None:
    english, other = own("en"), own(language)
    assert set(other["templates"]) == set(english["templates"])
    for code, template in english["templates"].items():
        translated = other["templates"][code]
        assert isinstance(translated, dict) == isinstance(template, dict), code
        for text, same in product(forms(template), forms(translated)):
            assert holes(same) == holes(text), code


@each_translation
def test_all_languages_have_the_same_terms(language: str) -> None:
    english, other = own("en")["terms"], own(language)["terms"]
    assert {k: set(v) for k, v in other.items()} == {k: set(v) for k, v in english.items()}


@each_language
def test_every_term_is_a_word(language: str) -> None:
    for vocabulary, terms in own(language)["terms"].items():
        for value, word in terms.items():
            assert isinstance(value, str), (vocabulary, value)
            assert isinstance(word, str), (vocabulary, value)
            assert word.strip("\u00a0") == word or vocabulary == "quote"


@each_language
@pytest.mark.parametrize("vocabulary", ENUMS)
def test_every_value_that_is_shown_has_a_term(language: str, vocabulary: str) -> None:
    terms = own(language)["terms"][vocabulary]
    wanted = {str(v) for v in ENUMS[vocabulary]} | OTHER_WORDS.get(vocabulary, set())
    assert wanted <= set(terms)
    shown = [terms[value] for value in wanted]
    assert len(set(shown)) == len(shown), "two values have the same word"


@each_language
@pytest.mark.parametrize("vocabulary", [v for v in OTHER_WORDS if v not in ENUMS])
def test_every_other_word_that_is_shown_has_a_term(language: str, vocabulary: str) -> None:
    assert set(own(language)["terms"][vocabulary]) == OTHER_WORDS[vocabulary]


@each_language
def test_a_term_of_a_list_holds_no_and_of_its_own(language: str) -> None:
    word = {"en": "and", "es": "y", "fr": "et", "pt": "e"}[language]
    for vocabulary in ("sector", "stage", "goal", "power", "stakeholder", "level", "kind"):
        for term in own(language)["terms"][vocabulary].values():
            assert not {word, ","} & set(term.replace(",", " , ").split()), term


@each_language
def test_every_place_of_a_template_names_a_known_kind(language: str) -> None:
    words = wording(language)
    for code, template in words.templates.items():
        for text in forms(template):
            for _, spec in holes(text):
                assert spec in SAMPLES or spec in words.terms, code


@each_language
def test_plural_forms_are_those_of_the_language(language: str) -> None:
    known = Locale.parse(language).plural_form.tags | {"other", "by"}
    for code, template in own(language)["templates"].items():
        if isinstance(template, dict):
            assert {"by", "one", "other"} <= set(template) <= known, code
            assert template["by"] in dict(holes(template["other"])) or code.endswith("opens")


@each_language
def test_every_template_reads_well_with_every_value(language: str) -> None:
    words = wording(language)
    for code in words.templates:
        for text in said(words, code):
            assert not faults(text), (code, text)
            if not code.startswith(PARTS):
                assert text[-1] in ".”»", (code, text)
                assert text[0] == text[0].upper(), (code, text)


@each_translation
def test_no_english_is_left_in_a_translation(language: str) -> None:
    english = own("en")["templates"]
    for code, template in own(language)["templates"].items():
        assert template != english[code], code
        for text in forms(template):
            plain = re.sub(r"\{[^}]*\}", "", text)
            assert not ENGLISH.search(plain), code


@each_language
def test_no_sentence_speaks_of_donors_or_of_your_city(language: str) -> None:
    banned = r"donor|recipient|donante|receptor|donateur|bénéficiaire|doador|beneficiário|" + (
        r"your city|su ciudad|votre ville|(sua|sua) cidade|nan\b"
    )
    for code, template in wording(language).templates.items():
        for text in forms(template):
            assert not re.search(banned, text, re.IGNORECASE), code


def test_the_template_of_a_number_goes_by_the_number() -> None:
    expected = {"en": "1 hour of", "es": "1 hora de", "fr": "1 heure d", "pt": "1 hora de"}
    many = {"en": "3 hours of", "es": "3 horas de", "fr": "3 heures d", "pt": "3 horas de"}
    for language in LANGUAGES:
        words = wording(language)
        assert expected[language] in words.text("shared_working_hours.some", {"hours": 1})
        assert many[language] in words.text("shared_working_hours.some", {"hours": 3})


def test_a_million_takes_the_common_form_where_the_language_has_one_of_its_own() -> None:
    text = wording("es").text("caution.member_count", {"value": 10**6, "when": "2020-01-01"})
    assert text == "1.000.000 miembros, según lo que se sabía en 2020."


@pytest.mark.parametrize(
    ("language", "euros", "cents", "none", "yen"),
    [
        ("en", "€2,500", "€2,500.50", "$0", "¥1,000,000,000"),
        ("es", "2.500 €", "2.500,50 €", "0 US$", "1.000.000.000 JPY"),
        ("fr", "2 500 €", "2 500,50 €", "0 $US", "1 000 000 000 JPY"),
        ("pt", "€ 2.500", "€ 2.500,50", "US$ 0", "JP¥ 1.000.000.000"),
    ],
)
def test_money_is_written_as_in_the_language(
    language: str, euros: str, cents: str, none: str, yen: str
) -> None:
    given = [(2500, "EUR"), (2500.5, "EUR"), (0.0, "USD"), (1e9, "JPY")]
    found = [wording(language).money({"amount": a, "currency": c}) for a, c in given]
    spaces = str.maketrans("\u00a0\u202f", "  ")
    assert [text.translate(spaces) for text in found] == [euros, cents, none, yen]


def test_lists_are_those_of_the_language_and_long_ones_are_cut() -> None:
    assert wording("en").joined(["a", "b", "c"]) == "a, b and c"
    assert wording("es").joined(["clima", "inclusión"]) == "clima e inclusión"
    assert wording("es").joined(["clima", "hielo"]) == "clima y hielo"
    assert wording("fr").joined(["a"]) == "a"
    assert wording("en").joined([]) == "not known"
    assert wording("pt").joined([str(n) for n in range(9)]).endswith("7 e 8")
    assert wording("pt").joined([str(n) for n in range(12)]).endswith("7 e mais 4")


def test_a_year_of_which_no_more_is_known_is_a_year() -> None:
    words = wording("en")
    assert words.text("rule.ended", {"ends": "2020-01-01"}) == "It has ended (2020)."
    assert words.text("rule.ended", {"ends": "2020-12-31"}) == "It has ended (31 December 2020)."
    assert wording("fr").format_field("2019-07-01", "date") == "1er juillet 2019"
    assert wording("fr").format_field("2019-07-11", "date") == "11 juillet 2019"
    assert wording("es").format_field("2019-07-01", "date") == "1 de julio de 2019"


def test_a_quotation_cannot_be_closed_from_inside() -> None:
    assert wording("en").quoted('say “yes” and "no') == "“say ‘yes’ and 'no”"
    assert wording("fr").quoted("« oui »") == "«\u00a0‘ oui ’\u00a0»"


def test_braces_in_the_words_of_others_are_left_alone() -> None:
    text = wording("es").text("caution.disputed", {"note": "a {name} of {0}"})
    assert text == "Una nota sobre el país: “a {name} of {0}”"


def test_what_is_not_known_is_said_and_never_none() -> None:
    assert wording("pt").format_field(None, "number") == "não consta"
    assert wording("en").format_field(None, "") == "not known"


def test_a_role_without_a_term_is_told_in_the_words_of_its_id() -> None:
    assert wording("fr").term("role", "chief_heat_officer") == "chief heat officer"


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("xx", "en"),
        ("en-GB,en;q=0.8", "en"),
        ("pt-BR", "pt"),
        ("es-419,es;q=0.9,en;q=0.5", "es"),
        ("FR-ca", "fr"),
        ("de, fr;q=0.3, pt ; q=0.7", "pt"),
        ("xx;q=1,en;q=0.2", "en"),
        ("es;q=0.1, fr;q=0.1", "es"),
        ("fr-CA;q=0.2, es;q=0.5, fr;q=0.9", "fr"),
        ("en;q=nonsense", "en"),
        ("es;q=nan, fr;q=0.1", "fr"),
        ("es;q=7", "en"),
        ("es;q=0", "en"),
        ("*", "en"),
        ("de, *;q=0.5", "en"),
        ("en;q=0, *", "es"),
        (";;,=,q=1", "en"),
        ("é" * 5000, "en"),
    ],
)
def test_the_language_is_chosen_from_those_there_are(accept: str | None, language: str) -> None:
    assert choose_language(accept) == language


def test_every_language_there_is_can_be_asked_for() -> None:
    for language in LANGUAGES:
        assert choose_language(f"xx, {language};q=0.5") == language
