"""Lists in pages: a cursor is bound to its snapshot, or to an entry; a stale one is refused."""

from base64 import b64decode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar

from fastapi import Query

from models.errors import InvalidInput, StaleCursor

Limit = Annotated[int, Query(ge=1, le=200)]
Cursor = Annotated[str | None, Query(max_length=200)]
# How many entries of one's own come at once where nobody says: lists of them are short.
OWN = 200
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


def own_page(
    items: Sequence[dict[str, Any]], limit: int, cursor: str | None, key: str
) -> dict[str, Any]:
    """One page of one's own entries: the cursor names the last one shown; none comes twice."""
    start = 0
    if cursor is not None:
        last, keys = last_shown(cursor), [str(item[key]) for item in items]
        if last not in keys:
            raise gone()
        start = keys.index(last) + 1
    shown = items[start : start + limit]
    more = start + limit < len(items)
    return {"items": shown, "next": cursor_after(str(shown[-1][key])) if more else None}


def cursor_after(last: str) -> str:
    return urlsafe_b64encode(last.encode()).decode()


def last_shown(cursor: str) -> str:
    """The entry that a cursor stands at."""
    try:
        return b64decode(cursor.encode(), altchars=b"-_", validate=True).decode()
    except ValueError:
        raise InvalidInput.at("?cursor", "not a cursor of this API", "bad_cursor") from None


def gone() -> StaleCursor:
    return StaleCursor("What this cursor stood at is not there any more")


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
