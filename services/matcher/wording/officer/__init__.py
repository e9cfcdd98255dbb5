"""The sentences of portfolios, decisions and briefings, one file per language."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from models.yaml_files import read_yaml
from services.matcher.wording.languages import LANGUAGES
from services.matcher.wording.wording import Wording

FOLDER = Path(__file__).parent


class OfficerWording(Wording):
    """A language's wording with the officer's sentences; English stands in for what is missing."""

    def __init__(self, language: str) -> None:
        super().__init__(language)
        for source in dict.fromkeys(("en", language)):
            content: dict[str, Any] = read_yaml(FOLDER / f"{source}.yaml")
            self.templates = self.templates | content["templates"]
            for vocabulary, terms in content["terms"].items():
                self.terms = {**self.terms, vocabulary: self.terms.get(vocabulary, {}) | terms}


@lru_cache(maxsize=len(LANGUAGES))
def officer_wording(language: str) -> OfficerWording:
    """The officer's wording of one of the languages."""
    return OfficerWording(language)
