"""Errors in our own words. Raise one anywhere; `services/web/app.py` writes it as problem+json."""

from typing import Any, ClassVar
from urllib.parse import quote

SEND_A_KEY = "Send a key: Authorization: Bearer cp_…. `counterpart keys create` makes one."


class Problem(Exception):
    """An error with an HTTP status and a stable title; `detail` says what happened."""

    status: ClassVar[int] = 500
    title: ClassVar[str] = "Internal error"
    type: ClassVar[str] = "internal-error"

    def __init__(self, detail: str, **extra: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.extra = extra
        self.headers: dict[str, str] = {}

    def as_json(self, **of_request: str) -> dict[str, Any]:
        """As RFC 9457 writes it, with what is said of the request."""
        return {
            "type": f"/problems/{self.type}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            **of_request,
            **self.extra,
        }


class PlaceNotFound(Problem):
    status, title, type = 404, "Place not found", "place-not-found"

    def __init__(self, place_id: str) -> None:
        super().__init__(
            f"No place has the id {place_id!r}. An id is like gn:3128026; "
            f"GET /v1/places?q={quote(place_id[:60]) if ':' not in place_id else 'name'} finds it.",
            place_id=place_id,
        )


class CollaborationNotFound(Problem):
    status, title, type = 404, "Collaboration not found", "collaboration-not-found"

    def __init__(self, collaboration_id: str) -> None:
        super().__init__(
            f"No collaboration has the id or alias {collaboration_id!r}. "
            "Find ids with GET /v1/collaborations?q=name.",
            collaboration_id=collaboration_id,
        )


class NotFound(Problem):
    status, title, type = 404, "Not found", "not-found"


class InvalidInput(Problem):
    """Bad input: `errors` lists what and where, each with pointer, detail and code."""

    status, title, type = 422, "Invalid input", "invalid-input"

    def __init__(self, detail: str, errors: list[dict[str, Any]]) -> None:
        super().__init__(detail, errors=errors)

    @classmethod
    def at(cls, pointer: str, detail: str, code: str) -> "InvalidInput":
        return cls(detail, [{"pointer": pointer, "detail": detail, "code": code}])


class TooLarge(Problem):
    status, title, type = 413, "Request too large", "request-too-large"


class UnreadEncoding(Problem):
    """A body packed in a way that is not undone here: small packages unpack to very much."""

    status, title, type = 415, "Body packed", "unread-encoding"

    def __init__(self, encoding: str) -> None:
        super().__init__(f"A body with Content-Encoding {encoding!r} is not read: send it plain.")
        self.headers = {"Accept-Encoding": "identity"}


class Unauthorised(Problem):
    status, title, type = 401, "Key missing or wrong", "unauthorised"

    def __init__(self, detail: str = SEND_A_KEY) -> None:
        super().__init__(detail)
        self.headers = {"WWW-Authenticate": "Bearer"}


class MissingScope(Problem):
    status, title, type = 403, "Scope missing", "missing-scope"

    def __init__(self, scope: str) -> None:
        super().__init__(f"This key does not have the scope {scope!r}.", scope=scope)


class CsrfRefused(Problem):
    """An unsafe request with a session that no page of ours made."""

    status, title, type = 403, "Cross-site request refused", "csrf-refused"


class StaleCursor(Problem):
    status, title, type = 410, "Cursor is stale", "stale-cursor"

    def __init__(self, what: str = "The catalogue has changed since this cursor") -> None:
        super().__init__(f"{what}: start again without it.")


class NotAcceptable(Problem):
    """An answer that cannot be had in the format asked for."""

    status, title, type = 406, "Not acceptable", "not-acceptable"


class PreconditionFailed(Problem):
    """Somebody else has written since the caller read."""

    status, title, type = 412, "Changed meanwhile", "precondition-failed"


class Conflict(Problem):
    status, title, type = 409, "Conflict", "conflict"


class NotReady(Problem):
    status, title, type = 503, "Not ready", "not-ready"

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.headers = {"Retry-After": "2"}


class Overloaded(Problem):
    """More requests at once than are answered well; the next moment may have room."""

    status, title, type = 503, "Too busy", "too-busy"

    def __init__(self) -> None:
        super().__init__("Too many requests are being answered: send this one again in a second.")
        self.headers = {"Retry-After": "1"}


class TookTooLong(Problem):
    """An answer that would have come later than the deadline."""

    status, title, type = 503, "Took too long", "took-too-long"

    def __init__(self, seconds: float) -> None:
        super().__init__(f"No answer within {seconds:g} seconds: ask for less, or again later.")
        self.headers = {"Retry-After": "5"}


class SlowSender(Problem):
    """A body that does not come."""

    status, title, type = 408, "Request too slow", "request-too-slow"

    def __init__(self, seconds: float) -> None:
        super().__init__(f"The body comes too slowly: it is waited for {seconds:g} seconds.")
        self.headers = {"Connection": "close"}


class ExecutorUnavailable(Problem):
    """Whoever should do the heavy work cannot: not installed, out of reach, or dying of it."""

    status, title, type = 503, "Executor unavailable", "executor-unavailable"


class SnapshotRefused(Problem):
    """A snapshot that must not be served: damaged, or made for another format or model."""

    status, title, type = 503, "Snapshot refused", "snapshot-refused"


class TooManyRequests(Problem):
    """More requests than a key or an address may make; `Retry-After` says when there is room."""

    status, title, type = 429, "Too many requests", "too-many-requests"

    def __init__(self, policy: str, limit: int, seconds: int) -> None:
        super().__init__(f"The limit by {policy.replace('-', ' ')} is reached.", limit=limit)
        self.headers = {"Retry-After": str(seconds)}


class TooManyJobs(Problem):
    """More jobs of one tenant wait than are kept waiting; others' are not in its way."""

    status, title, type = 429, "Too many jobs", "too-many-jobs"

    def __init__(self, most: int, seconds: int) -> None:
        super().__init__(
            f"{most} of your jobs are not done yet, and no more are kept: "
            "send this again when one of them is done.",
            limit=most,
        )
        self.headers = {"Retry-After": str(seconds)}


class DatabaseNotMigrated(Problem):
    status, title, type = 503, "Database not migrated", "database-not-migrated"

    def __init__(self) -> None:
        super().__init__("The database schema is not current: run `counterpart migrate`.")


class BadFile(Problem):
    """A file that cannot be read as a whole; single bad rows are reported by row instead."""

    status, title, type = 422, "File cannot be read", "bad-file"


class MatchNotFound(Problem):
    status, title, type = 404, "Match not found", "match-not-found"

    def __init__(self, match_id: str) -> None:
        detail = (
            f"No match of yours has the id {match_id!r}: it was never asked, or its record was "
            "removed at the end of the retention time."
        )
        if match_id in ("peers", "collaborations"):
            detail = f"To ask for {match_id}, send a POST with a body."
        super().__init__(detail, match_id=match_id)


class CannotReplay(Problem):
    """A match that cannot be answered again as it was; `reason` says why in a word."""

    status, title, type = 409, "Cannot replay", "cannot-replay"

    def __init__(self, reason: str, detail: str, **extra: Any) -> None:
        super().__init__(detail, reason=reason, **extra)


class MatchDamaged(Problem):
    """What is kept of a match is no answer any more: somebody, or a disk, has changed it."""

    status, title, type = 503, "Match damaged", "match-damaged"

    def __init__(self, match_id: str) -> None:
        super().__init__(
            "What is kept of this match cannot be read any more. `counterpart audit verify` names "
            "every record that was changed; a backup holds it as it was.",
            match_id=match_id,
        )


class AuditBroken(Problem):
    """The audit log and its signed head disagree: nothing more is decided on top of it."""

    status, title, type = 503, "Audit log broken", "audit-broken"
