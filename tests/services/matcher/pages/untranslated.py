"""English that is left on a page of another language: counted in what a reader sees."""

import re
from collections.abc import Iterable
from html.parser import HTMLParser

# Words of English that no sentence of the other three languages has.
ENGLISH = re.compile(
    r"\b(the|of|with|is|are|what|which|this|from|they|your|you|and|not)\b", re.IGNORECASE
)
# What stands between quotation marks is somebody's own words.
_QUOTED = re.compile(r"“[^”]*”|«[^»]*»")
_EMPTY = {"meta", "link", "input", "br", "img", "hr", "path", "circle", "rect", "line", "image",
          "polygon"}  # fmt: skip
_NOT_READ = {"script", "style", "code", "pre", "textarea"}


class _Seen(HTMLParser):
    """The texts of a page that are not said to be in another language."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self.language = language
        self.open: list[tuple[str, str | None]] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _EMPTY:
            self.open.append((tag, dict(attrs).get("lang")))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        spoken = next((lang for _, lang in reversed(self.open) if lang), self.language)
        read = not any(tag in _NOT_READ for tag, _ in self.open)
        if data.strip() and read and spoken == self.language:
            self.texts.append(" ".join(data.split()))


def english_left(page: str, language: str, names: Iterable[str]) -> list[str]:
    """Texts with English words in them, but for names and what is quoted."""
    seen = _Seen(language)
    seen.feed(page)
    found = []
    for text in seen.texts:
        said = _QUOTED.sub("", text)
        if ENGLISH.search(said):
            for name in names:
                said = said.replace(name, "")
            if ENGLISH.search(said):
                found.append(text)
    return found


def names_in(collaborations: Iterable[dict[str, object]], places: Iterable[str]) -> list[str]:
    """Names with English words in them, the longest first, so that none is cut by another."""
    named = [str(c["name"]) for c in collaborations]
    named += [str(place) for place in places]
    return sorted({name for name in named if ENGLISH.search(name)}, key=len, reverse=True)
