"""A screening is stored in the language it was asked in; its pages say it in their own.

Reasons and cautions are said anew from their codes, fixed sentences by what they are in the other
languages. What holds figures of a rule stays as it was said.
"""

from functools import lru_cache
from typing import Any

from services.matcher.pages.words import PageWording
from services.matcher.wording import LANGUAGES, wording
from services.matcher.wording.officer import officer_wording

Json = dict[str, Any]
_BEFORE = ("", "caution.", "convening.")
_WITH_TEXT = ("reasons", "cautions", "rules", "next_steps")


def resaid(screening: Json, words: PageWording) -> Json:
    """A screening with its texts in the page's language."""
    said = _said_again(screening, words)
    said["results"] = [_said_again(result, words) for result in screening["results"]]
    if screening.get("together"):
        said["together"] = _said_again(screening["together"], words)
    return said


def _said_again(holder: Json, words: PageWording) -> Json:
    return holder | {
        name: [item | {"text": _text(item, words)} if item.get("text") else item for item in items]
        for name, items in holder.items()
        if name in _WITH_TEXT
    }


def _text(item: Json, words: PageWording) -> str:
    text = str(item["text"])
    for before in _BEFORE:
        code = f"{before}{item.get('code')}"
        if "args" in item and code in words.templates:
            try:
                return words.text(code, item["args"])
            except KeyError:
                break
    fixed = _fixed_sentences().get(text)
    return words.text(fixed, {}) if fixed in words.templates else text


@lru_cache(maxsize=1)
def _fixed_sentences() -> dict[str, str]:
    """Every sentence without arguments, in each language, with its code."""
    found: dict[str, str] = {}
    for language in LANGUAGES:
        for words in (wording(language), officer_wording(language)):
            for code, template in words.templates.items():
                if isinstance(template, str) and "{" not in template:
                    found.setdefault(template, code)
    return found
