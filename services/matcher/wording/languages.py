"""The languages there are, and the one that somebody asks for."""

import re

LANGUAGES = ("en", "es", "fr", "pt")
_ACCEPTED = re.compile(r"([a-z]{1,8}|\*)(?:-[a-z0-9-]*)?\s*(?:;\s*q=(0(?:\.\d*)?|1(?:\.0*)?)\s*)?$")


def choose_language(accept: str | None) -> str:
    """The best of LANGUAGES for an Accept-Language header; English where none fits."""
    if not accept:
        return "en"
    wanted: dict[str, float] = {}
    for part in accept.lower().split(","):
        found = _ACCEPTED.match(part.strip())
        if found:
            wanted[found[1]] = max(float(found[2] or 1), wanted.get(found[1], 0))
    ranked = sorted((tag for tag, quality in wanted.items() if quality), key=lambda t: -wanted[t])
    for tag in ranked:
        if tag in LANGUAGES:
            return tag
        if tag == "*":
            return next((free for free in LANGUAGES if free not in wanted), "en")
    return "en"
