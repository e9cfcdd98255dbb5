"""Lists in pages: a cursor is bound to its snapshot, and a stale one is refused."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar

from fastapi import Query

from models.errors import InvalidInput, StaleCursor

Limit = Annotated[int, Query(ge=1, le=200)]
Cursor = Annotated[str | None, Query(max_length=200)]
Item = TypeVar("Item")


def page(
    items: Sequence[Item],
    limit: int,
    cursor: str | None,
    snapshot_id: str,
    show: Callable[[Item], dict[str, Any]],
) -> dict[str, Any]:
    """One page of a list in its fixed order."""
    start = _start(cursor, snapshot_id)
    shown = [show(item) for item in items[start : start + limit]]
    more = start + limit < len(items)
    return {"items": shown, "next": _cursor(snapshot_id, start + limit) if more else None}


def _cursor(snapshot_id: str, start: int) -> str:
    return urlsafe_b64encode(f"{snapshot_id}.{start}".encode()).decode()


def _start(cursor: str | None, snapshot_id: str) -> int:
    if cursor is None:
        return 0
    try:
        snapshot, _, start = urlsafe_b64decode(cursor.encode()).decode().partition(".")
        at = int(start)
    except ValueError:
        raise InvalidInput.at("?cursor", "not a cursor of this API", "bad_cursor") from None
    if snapshot != snapshot_id:
        raise StaleCursor()
    if at < 0:
        raise InvalidInput.at("?cursor", "not a cursor of this API", "bad_cursor")
    return at
