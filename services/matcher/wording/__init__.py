"""Texts for people: codes with arguments, rendered from one set of templates per language."""

from services.matcher.wording.languages import LANGUAGES, choose_language
from services.matcher.wording.pattern import Pattern
from services.matcher.wording.wording import Wording, wording

__all__ = ["LANGUAGES", "Pattern", "Wording", "choose_language", "wording"]
