"""Answers a recorded match again, from what was recorded, or says plainly why it cannot."""

import hashlib
from collections.abc import Callable
from typing import Any

import orjson
from pydantic import ValidationError

from models.embedding import EmbeddingModelUnavailable
from models.errors import CannotReplay, MatchDamaged, Problem
from models.tables import MatchRow
from services.matcher.catalogue import Catalogue
from services.matcher.decisions.asked import SOFTWARE, Answered, Kind, answer_match, parse_request
from services.matcher.decisions.packing import Unreadable, unpacked
from services.matcher.matching import Context

ContextOf = Callable[[Catalogue, MatchRow], Context]


def stored_answer(row: MatchRow) -> bytes:
    """The answer as it was given."""
    try:
        return unpacked(row.answer)
    except Unreadable:
        raise MatchDamaged(row.id) from None


def replay(
    row: MatchRow, catalogue_of: Callable[[str], Catalogue | None], context_of: ContextOf
) -> bytes:
    """The same bytes as the answer; never nearly the same."""
    try:
        catalogue = catalogue_of(row.snapshot_id)
        if catalogue is None:
            raise _cannot(
                row, "snapshot_gone", f"The snapshot {row.snapshot_id} is not kept any more."
            )
        answered = _again(row, context_of(catalogue, row))
    except CannotReplay:
        raise
    except EmbeddingModelUnavailable as error:
        raise _cannot(row, "model_unavailable", str(error)) from None
    except (Problem, ValidationError) as error:
        why = error.detail if isinstance(error, Problem) else "The request is not valid any more."
        raise _cannot(row, "refused", why) from None
    if not _is_as_given(row, answered.answer):
        since = "" if row.software == SOFTWARE else f" with {row.software}"
        raise _cannot(
            row,
            "answer_differs",
            f"The recorded inputs give another answer now: it was made{since}, "
            f"this is {SOFTWARE}, and what an answer is made with has changed in between.",
        )
    return answered.answer


def _is_as_given(row: MatchRow, again: bytes) -> bool:
    if row.answer_hash:
        return hashlib.sha256(again).hexdigest() == row.answer_hash
    return again == stored_answer(row)


def _again(row: MatchRow, context: Context) -> Answered:
    """The question asked again with every weight as it was then."""
    kind: Kind = "peers" if row.kind == "peers" else "collaborations"
    body = parse_request(kind, row.request)
    weights: dict[str, float] = orjson.loads(row.weights)
    return answer_match(context, kind, body, weights)


def refused_then(row: MatchRow, context: Context) -> list[dict[str, Any]]:
    """What the question ruled out when it was asked."""
    body = parse_request(row.kind, row.request).model_copy(update={"include": ["refused"]})
    kind: Kind = "peers" if row.kind == "peers" else "collaborations"
    answered = answer_match(context, kind, body, orjson.loads(row.weights))
    refused: list[dict[str, Any]] = orjson.loads(answered.answer).get("refused", [])
    return refused


def in_language(row: MatchRow, context: Context) -> dict[str, Any]:
    """A recorded match in the language of the context, all else as it was."""
    kind: Kind = "peers" if row.kind == "peers" else "collaborations"
    body = parse_request(kind, row.request)
    answered = answer_match(context, kind, body, orjson.loads(row.weights))
    answer: dict[str, Any] = orjson.loads(answered.answer)
    return answer


def _cannot(row: MatchRow, reason: str, detail: str) -> CannotReplay:
    return CannotReplay(
        reason,
        f"{detail} The answer as it was given is at GET /v1/matches/{row.id}.",
        match_id=row.id,
        snapshot_id=row.snapshot_id,
        software=row.software,
    )
