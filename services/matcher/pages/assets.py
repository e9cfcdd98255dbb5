"""Styles, scripts and the outline of the land: served under /assets, each by its content."""

import hashlib
import re
from functools import lru_cache
from pathlib import Path

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse

from models.errors import NotFound
from services.matcher.pages.maps.land import DETAILS, land_svg
from services.matcher.pages.third_party import INSTALLED, lock_hash

LAND = "land-"
OWN = Path(__file__).parent / "static"
FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}
HOUR = {"Cache-Control": "public, max-age=3600"}
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
MEDIA = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}

router = APIRouter(include_in_schema=False)


def _file(name: str) -> Path | None:
    """One of our own files, or one from elsewhere."""
    if not _NAME.fullmatch(name):
        return None
    for folder in (OWN, INSTALLED):
        path = folder / name
        if path.is_file() and path.suffix in MEDIA and path.parent in (OWN, INSTALLED):
            return path
    return None


@lru_cache(maxsize=100)
def _mark(path: Path, _changed: float) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def asset(name: str) -> str:
    """The address of a file; another content has another address."""
    if name.startswith(LAND):
        return f"/assets/{name}?v={lock_hash()[:12]}"
    path = _file(name)
    if path is None:
        return f"/assets/{name}"
    return f"/assets/{name}?v={_mark(path, path.stat().st_mtime)}"


@router.get("/assets/land-{detail}.svg")
def land(detail: str, request: Request) -> Response:
    """The outline of the land; the places are drawn over it by the page."""
    drawn = land_svg(detail) if detail in DETAILS else None
    if drawn is None:
        raise NotFound("There is no such map.")
    headers = FOREVER if "v" in request.query_params else HOUR
    return Response(drawn, headers=headers, media_type=MEDIA[".svg"])


@router.get("/assets/{name}")
def read(name: str, request: Request) -> Response:
    """A file that pages load."""
    path = _file(name)
    if path is None:
        raise NotFound("There is no such file.")
    headers = FOREVER if "v" in request.query_params else HOUR
    return FileResponse(path, headers=headers, media_type=MEDIA[path.suffix])
