"""Names: one spelling to compare by, whatever the script, the accents or the case."""

import re

from anyascii import anyascii

_NOT_WORD = re.compile(r"[^a-z0-9]+")


def fold(name: str) -> str:
    """A name as plain lower-case ASCII words: "São Tomé" and "sao tome" are the same."""
    return _NOT_WORD.sub(" ", anyascii(name).casefold()).strip()
