"""Lists in pages: a cursor is bound to its snapshot and question, or to an entry.

A stale one is refused, and one that another question gave.
"""

import hashlib
from base64 import b64decode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

import orjson
from fastapi import Query

from models.errors import InvalidInput, StaleCursor

Limit = Annotated[int, Query(ge=1, le=200)]
Cursor = Annotated[str | None, Query(max_length=200)]
# How many entries of one's own come at once where nobody says: lists of them are short.
OWN = 200
Item = TypeVar("Item")


@dataclass(frozen=True)
class Listed:
    """What a list is of: which things, for whom, and by which filters, as a snapshot has them."""

    snapshot_id: str
    question: tuple[str | None, ...]

    @property
    def mark(self) -> str:
        """What tells this question from others."""
        return hashlib.sha256(orjson.dumps(self.question)).hexdigest()[:16]


def page(
    items: Sequence[Item],
    listed: Listed,
    limit: int,
    cursor: str | None,
    show: Callable[[Item], dict[str, Any]],
) -> dict[str, Any]:
    """One page of a list in its fixed order."""
    start = _start(cursor, listed)
    shown = [show(item) for item in items[start : start + limit]]
    more = start + limit < len(items)
    return {"items": shown, "next": _cursor(listed, start + limit) if more else None}


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
        raise _no_cursor() from None


def gone() -> StaleCursor:
    return StaleCursor("What this cursor stood at is not there any more")


def _no_cursor() -> InvalidInput:
    return InvalidInput.at("?cursor", "not a cursor of this API", "bad_cursor")


def _cursor(listed: Listed, start: int) -> str:
    return urlsafe_b64encode(f"{listed.snapshot_id}.{start}.{listed.mark}".encode()).decode()


def _start(cursor: str | None, listed: Listed) -> int:
    if cursor is None:
        return 0
    try:
        snapshot_id, start, *mark = urlsafe_b64decode(cursor.encode()).decode().split(".")
        at = int(start)
    except ValueError:
        raise _no_cursor() from None
    if snapshot_id != listed.snapshot_id:
        raise StaleCursor()
    if mark != [listed.mark]:
        detail = "a cursor of another search: send it with the filters that gave it"
        raise InvalidInput.at("?cursor", detail, "other_search")
    if at < 0:
        raise _no_cursor()
    return at
