"""A page about each type of problem, so that the `type` of an error leads somewhere.

The text is that of docs/problems.md; the answers of the API stay problem+json.
"""

import re
from functools import lru_cache
from html import escape

from fastapi import APIRouter, Response

from models.database import ROOT
from models.errors import NotFound

DOCUMENT = ROOT / "docs" / "problems.md"
router = APIRouter(prefix="/problems", include_in_schema=False)
_SECTION = re.compile(r"^## `([a-z-]+)` \((\d{3})\)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`([^`]+)`")
_LINK = re.compile(r"\[([^\]]+)\]\([^)]+\)")
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
}


@lru_cache(maxsize=1)
def sections() -> dict[str, tuple[str, str]]:
    """Status and text of each type of problem."""
    if not DOCUMENT.exists():
        return {}
    found = _SECTION.findall(DOCUMENT.read_text(encoding="utf-8"))
    return {name: (status, text.strip()) for name, status, text in found}


@router.get("")
def every() -> Response:
    """All types of problems."""
    listed = "".join(
        f'<li><a href="problems/{name}">{name}</a> ({status})</li>'
        for name, (status, _) in sections().items()
    )
    return _page("Problems", f"<ul>{listed}</ul>")


@router.get("/{name}")
def one(name: str) -> Response:
    """What a type of problem means, and what to do about it."""
    if name not in sections():
        raise NotFound("There is no problem of this type: /problems lists them.")
    status, text = sections()[name]
    paragraphs = "".join(f"<p>{_shown(part)}</p>" for part in text.split("\n\n"))
    return _page(f"{name} ({status})", paragraphs)


def _shown(text: str) -> str:
    return _CODE.sub(r"<code>\1</code>", _LINK.sub(r"\1", escape(text, quote=False)))


def _page(title: str, body: str) -> Response:
    html = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        "<style>body{font:16px/1.5 sans-serif;max-width:42em;margin:2em auto;padding:0 1em}"
        "code{background:#f3f3f3;padding:0 .2em}</style></head>"
        f"<body><h1>{title}</h1>{body}</body></html>"
    )
    return Response(html, headers=_HEADERS, media_type="text/html; charset=utf-8")
