"""What many operations have in common: problems by status, headers, parameters, tags."""

from typing import Any

Facts = dict[str, Any]
PROBLEM = "application/problem+json"

DESCRIPTION = """Given a place, which peers and which international collaborations fit, why, and
what stands in the way?

Ids are strings: `gn:3128026` (GeoNames), `iso:ES-PV` (ISO 3166-2), `cp:…` (the project's own
tables), `x:…` (your own), and any other scheme that a record has among its `external_ids`, such as
`wikidata:Q8692`. An unknown field of a body and an unknown parameter are refused, never ignored.
Answers may get new fields and enums new values at any time: read what you know and pass over the
rest. Every error is `application/problem+json`; its `type` leads to a page about it.
"""
TAGS = {
    "matching": "Which peers and which collaborations fit a place, and why.",
    "decisions": "Matches as records: read, replayed, compared; what became of them.",
    "catalogue": "The places and collaborations on file.",
    "reference": "What a score is made of, and the words that are used.",
    "reconciliation": "The W3C reconciliation API v0.2: which record does a name mean?",
    "portfolio": "An officer's commitments, reviewed together.",
    "convening": "Rosters, admissions, screenings, cohorts and pairings of one network.",
    "ingest": "Records and files in, snapshots out.",
    "events": "Webhooks: what happened, told to your server and signed.",
    "session": "Signing in to the pages.",
    "health": "Is it alive, can it answer, how is it doing?",
}
# Title, type and an example of what each status says.
PROBLEMS: dict[int, tuple[str, str, str]] = {
    400: ("Bad request", "bad-request", "There was an error parsing the body"),
    401: ("Key missing or wrong", "unauthorised", "Send a valid key: Authorization: Bearer cp_…"),
    403: ("Scope missing", "missing-scope", "This key does not have the scope 'match'."),
    404: ("Place not found", "place-not-found", "No place has the id 'gn:1'."),
    406: ("Not acceptable", "not-acceptable", "This answer is no list: ask for JSON."),
    409: ("Conflict", "conflict", "What was asked contradicts what is stored."),
    410: ("Cursor is stale", "stale-cursor", "The catalogue has changed since this cursor."),
    412: ("Changed meanwhile", "precondition-failed", "It is no longer as If-Match says."),
    413: ("Request too large", "request-too-large", "A request here has at most 2,000,000 bytes."),
    422: ("Invalid input", "invalid-input", "/limit: less than or equal to 200, got 500"),
    429: ("Too many requests", "too-many-requests", "Wait as long as Retry-After says."),
    503: ("Not ready", "not-ready", "No snapshot has been published yet."),
}
WAITING = (429, 503)
_STRING: Facts = {"type": "string"}
HEADERS: dict[str, Facts] = {
    "X-Request-Id": {
        "description": "The id of the request, as it stands in the log; yours where you sent one.",
        "schema": _STRING,
    },
    "ETag": {
        "description": "What If-None-Match (reading) and If-Match (writing) may be sent with.",
        "schema": _STRING,
    },
    "Content-Language": {"description": "The language of the texts.", "schema": _STRING},
    "Location": {"description": "Where what was made can be read.", "schema": _STRING},
    "Link": {"description": 'Links such as rel="next" (RFC 8288).', "schema": _STRING},
    "Retry-After": {
        "description": "Seconds to wait before asking again.",
        "schema": {"type": "integer", "minimum": 0},
    },
    "RateLimit": {
        "description": "What is left of your limit, and in how many seconds it is whole again.",
        "schema": _STRING,
    },
    "RateLimit-Policy": {"description": "The limits in force.", "schema": _STRING},
    "Idempotent-Replayed": {
        "description": "`true` where this is the answer kept from the first request.",
        "schema": _STRING,
    },
}


def _header(name: str, description: str, **schema: Any) -> Facts:
    return {
        "name": name,
        "in": "header",
        "required": False,
        "description": description,
        "schema": _STRING | schema,
    }


PARAMETERS: dict[str, Facts] = {
    "IfNoneMatch": _header("If-None-Match", "An ETag: 304 where the answer is still the same."),
    "IfMatch": _header("If-Match", "An ETag: 412 where somebody else has written since."),
    "IdempotencyKey": _header(
        "Idempotency-Key",
        "A value of your own, such as a UUID: sent again with the same body, the answer is the one "
        "kept from the first request, and nothing is done twice.",
        maxLength=255,
    ),
    "Format": {
        "name": "format",
        "in": "query",
        "required": False,
        "description": "The list as a table or a map; `Accept` does the same.",
        "schema": {"type": "string", "enum": ["json", "csv", "xlsx", "ndjson", "geojson"]},
    },
}


def problem_response(status: int) -> Facts:
    """A problem as a response of the document, with an example."""
    title, kind, detail = PROBLEMS[status]
    example: Facts = {
        "type": f"/problems/{kind}",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": "/v1/places",
        "request_id": "3f0c2c1e9d0b4e0f8f3a5d2c7b6a1908",
    }
    if status == 422:
        example["errors"] = [
            {"pointer": "/limit", "detail": detail, "code": "less_than_equal", "example": 200}
        ]
    headers = ["X-Request-Id", *(["Retry-After"] if status in WAITING else [])]
    return {
        "description": title,
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in headers},
        "content": {
            PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}
        },
    }
