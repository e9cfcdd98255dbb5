"""Texts of the pages: all four languages say all of it, each in its own words."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from models.taxonomy import Band, ExecutiveForm, FactStatus, Intake, Lever, Mode, Operator
from services.matcher.catalogue import COLLABORATION_NAMES, PEER_NAMES
from services.matcher.pages.views.profile import GROUPS
from services.matcher.pages.views.rule_words import asked_by
from services.matcher.pages.words import (
    FOLDER,
    groups,
    own_texts,
    page_wording,
)
from services.matcher.wording import LANGUAGES
from services.matcher.wording.wording import catalogue_texts
from tests.services.matcher.test_wording import forms, holes

COLLABORATIONS = Path(__file__).parents[4] / "data" / "collaborations"
OTHERS = [language for language in LANGUAGES if language != "en"]
# The same in two languages and right in both: names, and words that they share.
SHARED = set((FOLDER.parent / "shared_words.txt").read_text(encoding="utf-8").splitlines())
ENGLISH = re.compile(
    r"\b(the|of|you|your|they|with|is|are|and|what|which|for|this)\b", re.IGNORECASE
)


def texts(content: dict[str, Any]) -> dict[str, Any]:
    """All that a file says, by code."""
    flat = {f"text {key}": text for key, text in content["texts"].items()}
    for name, terms in content.get("terms", {}).items():
        flat |= {f"term {name} {key}": text for key, text in terms.items()}
    return flat


@pytest.mark.parametrize("group", groups())
@pytest.mark.parametrize("language", OTHERS)
def test_every_language_says_all_of_it_with_the_same_arguments(language: str, group: str) -> None:
    english, other = texts(own_texts("en", group)), texts(own_texts(language, group))
    assert set(other) == set(english)
    for code, text in english.items():
        for same in forms(other[code]):
            assert holes(same) == holes(forms(text)[0]), code


@pytest.mark.parametrize("language", OTHERS)
def test_nothing_is_left_untranslated(language: str) -> None:
    english = {group: texts(own_texts("en", group)) for group in groups()}
    untranslated = [
        f"{group} {code}: {text}"
        for group in groups()
        for code, said in texts(own_texts(language, group)).items()
        for text in forms(said)
        if ENGLISH.search(re.sub(r"\{[^}]*\}", "", text))
        or (text in forms(english[group][code]) and text not in SHARED)
    ]
    assert untranslated == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_value_that_a_page_shows_has_a_word(language: str) -> None:
    terms = page_wording(language).terms
    wanted: dict[str, Iterable[str]] = {
        "feature": PEER_NAMES | COLLABORATION_NAMES,
        "mode": Mode,
        "band": Band,
        "status": FactStatus,
        "lever": Lever,
        "executive_form": ExecutiveForm,
        "intake": Intake,
        "field": {field for fields in GROUPS.values() for field in fields},
        "fact_group": GROUPS,
        "yes_no": ("yes", "no"),
        "checked": ("yes", "no", "unknown"),
    }
    for vocabulary, values in wanted.items():
        assert {str(value) for value in values} <= set(terms[vocabulary]), vocabulary


def test_a_text_is_no_true_or_false() -> None:
    for language in LANGUAGES:
        for group in groups():
            for code, text in texts(own_texts(language, group)).items():
                assert all(isinstance(form, str) and form.strip() for form in forms(text)), code
            for terms in own_texts(language, group).get("terms", {}).values():
                assert all(isinstance(value, str) for value in terms), terms


def test_a_group_is_found_by_its_name() -> None:
    assert page_wording("fr").text("site.continue", {}) == "Continuer"


def said_by_the_catalogue() -> Iterator[str]:
    """What the default catalogue says in English of rules, what would change them, and duties."""
    for path in sorted(COLLABORATIONS.glob("*.yaml")):
        for record in yaml.safe_load(path.read_text(encoding="utf-8")):
            calls = record.get("calls", ())
            for rule in [*record.get("rules", ()), *(r for c in calls for r in c.get("rules", ()))]:
                yield from (rule[name] for name in ("text", "remedy") if rule.get(name))
            yield from record.get("obligations", ())


@pytest.mark.parametrize("language", OTHERS)
def test_the_default_catalogue_has_rules_and_duties_in_every_language(language: str) -> None:
    said = list(said_by_the_catalogue())
    assert len(said) > 30
    words = page_wording(language)
    assert [text for text in said if words.of_catalogue(text) is None] == []
    assert [text for text in catalogue_texts(language) if text not in said] == []
    left = [text for text in catalogue_texts(language).values() if ENGLISH.search(text)]
    assert left == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("operator", Operator)
def test_a_rule_in_no_language_is_said_from_what_it_is_made_of(
    language: str, operator: str
) -> None:
    values: dict[str, Any] = {"between": [100000, 200000], "in": ["city"], "not_in": ["region"],
                              "has": "eu"}  # fmt: skip
    fields = {"in": "kind", "not_in": "kind", "has": "country_group"}
    rule = {"field": fields.get(operator, "population"), "operator": operator}
    said = asked_by(rule | {"value": values.get(operator, 150000)}, page_wording(language))
    words = page_wording(language).term("rule_field", rule["field"])
    assert said.startswith(words)
    assert len(said) > len(words) + 2
    assert not re.search(r"\d{6}|[{}\[\]_]", said)
