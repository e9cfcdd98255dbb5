"""Texts for people: codes with arguments, rendered from one set of templates per language."""

from services.matcher.wording.wording import LANGUAGES, Wording, choose_language, wording

__all__ = ["LANGUAGES", "Wording", "choose_language", "wording"]
