"""The paper as a PDF of two pages that screen readers can read too (PDF/UA), set by Typst."""

import re
from dataclasses import asdict
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
from anyascii import anyascii

from services.matcher.briefing.parts import Paper

if TYPE_CHECKING:
    from typst import Fonts

TEMPLATE = Path(__file__).parent / "paper.typ"
# A mayor reads two pages: it is set as closely as that takes, down to what can still be read.
PAGES, SCALES = 2, (1.0, 0.95, 0.9, 0.85, 0.8, 0.76)
_PAGE = re.compile(rb"/Type\s*/Page\b")
# The scripts of the fonts that come with Typst, by the last code point of each block: Latin,
# Greek, Cyrillic, Armenian, Hebrew and Arabic; then Latin and Greek with marks, and punctuation.
_SETTABLE = ((0, 0x6FF), (0x1E00, 0x27BF))


def as_pdf(paper: Paper, pages: int = PAGES) -> bytes:
    """The paper on so many pages; what no font here can show is spelled in Latin letters."""
    from typst import TypstError

    content = asdict(paper)
    try:
        return _compiled(content, pages)
    except TypstError as error:
        if "could not be displayed" not in error.message:
            raise
        return _compiled(_spelled(content), pages)


def _compiled(content: dict[str, Any], pages: int) -> bytes:
    """The first setting that fits, else the closest one."""
    for scale in SCALES:
        pdf = _set(content, scale)
        if len(_PAGE.findall(pdf)) <= pages:
            break
    return pdf


def _set(content: dict[str, Any], scale: float) -> bytes:
    from typst import compile

    pdf = compile(
        TEMPLATE.read_bytes(),
        format="pdf",
        font_paths=_fonts(),
        # Texts go in as data and are never read as markup.
        sys_inputs={"paper": orjson.dumps(content).decode(), "scale": str(scale)},
        pdf_standards=["ua-1"],
        # The same paper has the same bytes on whichever day it is asked for.
        timestamp=datetime.fromisoformat(content["day"]).replace(tzinfo=UTC),
    )
    assert isinstance(pdf, bytes)
    return pdf


@lru_cache(maxsize=1)
def _fonts() -> "Fonts":
    """Those that come with Typst, and those of the machine for further scripts."""
    from typst import Fonts

    return Fonts(include_system_fonts=True)


def _spelled(value: Any) -> Any:
    """The same content with every sign that the fonts lack spelled in Latin letters."""
    if isinstance(value, str):
        return "".join(sign if _settable(sign) else anyascii(sign) for sign in value)
    if isinstance(value, dict):
        return {key: _spelled(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_spelled(item) for item in value]
    return value


def _settable(sign: str) -> bool:
    return any(first <= ord(sign) <= last for first, last in _SETTABLE)
