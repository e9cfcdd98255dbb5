"""The officer's sentences: the same in every language, and all of them used."""

from string import Formatter
from typing import Any

import pytest
import yaml

from services.matcher.wording.officer import FOLDER, officer_wording

TRANSLATIONS = ["es", "fr", "pt"]


def content(language: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = yaml.safe_load(
        (FOLDER / f"{language}.yaml").read_text(encoding="utf-8")
    )
    return found


def fields(template: str | dict[str, str]) -> set[tuple[str, str | None]]:
    """What a template asks for, whichever of its forms is said."""
    forms = template if isinstance(template, dict) else {"other": template}
    texts = [text for form, text in forms.items() if form != "by"]
    found = [(name, spec) for t in texts for _, name, spec, _ in Formatter().parse(t)]
    return {(name, spec) for name, spec in found if name is not None}


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_every_sentence_is_translated_with_the_same_places(language: str) -> None:
    english, other = content("en"), content(language)
    assert english["templates"].keys() == other["templates"].keys()
    for code, template in english["templates"].items():
        assert fields(other["templates"][code]) <= fields(template), code
        assert fields(template) - fields(other["templates"][code]) == set(), code
    for vocabulary, terms in english["terms"].items():
        assert other["terms"][vocabulary].keys() == terms.keys()


@pytest.mark.parametrize("language", ["en", *TRANSLATIONS])
def test_numbers_lists_and_what_is_unknown_can_be_said(language: str) -> None:
    words = officer_wording(language)
    for code, template in content(language)["templates"].items():
        for number in (0, 1, 5):
            args = {name: sample(spec, number) for name, spec in fields(template)}
            text = words.text(code, args | {"count": number})
            assert text.strip()
            assert "{" not in text


def sample(spec: str | None, number: int) -> Any:
    samples: dict[str | None, Any] = {
        "number": number,
        "money": {"amount": 5.5, "currency": "EUR"},
        "date": "2026-05-01",
        "day": "2026-05-01",
        "name": ["Bilbao", "Accra"],
        "sector": "mobility",
        "stage": "apply",
        "goal": "policy",
    }
    return samples.get(spec, "peer_partnership" if spec == "type" else "eligible")
