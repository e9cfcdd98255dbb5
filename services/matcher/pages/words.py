"""The texts of the pages: `wording/<language>/<group>.yaml`, beside the sentences of answers.

A text is asked for as `group.key`; a file's own vocabularies stand under `terms`.
"""

from functools import lru_cache
from pathlib import Path
from typing import Any

from fastapi import Request

from models.yaml_files import read_yaml
from services.matcher.wording import LANGUAGES, choose_language
from services.matcher.wording.officer import OfficerWording

FOLDER = Path(__file__).parent / "wording"
COOKIE = "lang"
NAMES = {"en": "English", "es": "Español", "fr": "Français", "pt": "Português"}


def groups() -> list[str]:
    """The groups of pages that have texts."""
    return sorted(path.stem for path in (FOLDER / "en").glob("*.yaml"))


@lru_cache(maxsize=200)
def own_texts(language: str, group: str) -> dict[str, Any]:
    """A group's file: `texts`, and `terms` where it has vocabularies of its own."""
    content: dict[str, Any] = read_yaml(FOLDER / language / f"{group}.yaml")
    return content


class PageWording(OfficerWording):
    """A language's wording with the pages' texts; none of them falls back on English."""

    def __init__(self, language: str) -> None:
        super().__init__(language)
        for group in groups():
            content = own_texts(language, group)
            own = {f"{group}.{key}": text for key, text in content["texts"].items()}
            self.templates = self.templates | own
            self.terms = self.terms | content.get("terms", {})

    def labelled(self, label: str, said: object) -> str:
        """Something with its name before it, and the colon as the language sets it."""
        return f"{label}{self.text('site.colon', {})} {said}"


def sentence(text: str) -> str:
    """A text that begins a line of its own: with a capital, also behind its number."""
    at = next((at for at, sign in enumerate(text) if sign.isalpha()), 0)
    return f"{text[:at]}{text[at : at + 1].upper()}{text[at + 1 :]}"


@lru_cache(maxsize=len(LANGUAGES))
def page_wording(language: str) -> PageWording:
    """The pages' wording of one of the languages."""
    return PageWording(language)


def language_of(request: Request) -> str:
    """The language asked for by the address, else by the cookie, else by the browser."""
    for wanted in (request.query_params.get("lang"), request.cookies.get(COOKIE)):
        if wanted in LANGUAGES:
            return wanted
    return choose_language(request.headers.get("accept-language"))
