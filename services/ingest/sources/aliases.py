"""Other names of a place, kept for search in any script."""

import re
from collections.abc import Iterable

MOST = 100
_CODE = re.compile(r"[A-Z]{2,4}|[A-Z0-9]{1,6}")
_WEB = re.compile(r"https?:|www\.", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f]")
# ISO 3166-2 writes some names as in an index, with the kind of region behind a comma.
_INDEXED = re.compile(
    r"(?P<name>[^,]+), "
    r"(?P<kind>(?:Comunidad|Hlavní|Principado|Región|Région|Respublika|[Uu]nitatea)\b[^,]*)"
)


def as_said(name: str) -> str:
    """A name in the order of speech: "Murcia, Región de" is the Región de Murcia."""
    found = _INDEXED.fullmatch(name)
    return f"{found['kind']} {found['name']}" if found else name


def other_names(name: str, alternates: Iterable[str], most: int = MOST) -> list[str]:
    """Distinct other names without codes, addresses and machine transliterations."""
    seen = {name.casefold()}
    kept: list[str] = []
    for alternate in alternates:
        text = alternate.strip()
        if not _is_name(text) or text.casefold() in seen:
            continue
        seen.add(text.casefold())
        kept.append(text)
    return _fair_share(kept, most)


def _is_name(text: str) -> bool:
    """GeoNames mixes in IATA codes, links and lower-case transliterations ("bi er ba e")."""
    if not 0 < len(text) <= 300 or _CONTROL.search(text) or _WEB.search(text):
        return False
    return not _CODE.fullmatch(text) and not _transliterated(text)


def _transliterated(text: str) -> bool:
    first = next((c for c in text if c.isalpha()), "")
    return ord(first or "A") < 0x250 and first.islower() and text == text.lower()


def _fair_share(names: list[str], most: int) -> list[str]:
    """Where there are too many, Latin script gives way: the other scripts have few each."""
    if len(names) <= most:
        return names
    latin = [n for n in names if ord(n[0]) < 0x250]
    other = [n for n in names if ord(n[0]) >= 0x250]
    from_other = min(len(other), max(most // 2, most - len(latin)))
    chosen = {*latin[: most - from_other], *other[:from_other]}
    return [n for n in names if n in chosen]
