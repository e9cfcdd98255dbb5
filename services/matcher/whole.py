"""The peers of a whole catalogue: one question asked for every place, on the executor.

A line a place, in the order they are done. Lines say who and how well, not why: a place's own
question tells the reasons, and is recorded. Every line is of the one snapshot the work began on.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from models.embedding import load_embedder
from models.errors import Problem
from models.snapshot import Snapshot
from services.executor import workers
from services.matcher.catalogue import Catalogue
from services.matcher.matching import Context
from services.matcher.matching.candidates import filter_conditions
from services.matcher.matching.peers import PeerMatch
from services.matcher.reading.reader import NeedReader
from services.matcher.schemas import PeerFilters, PeersRequest
from services.matcher.wording import wording

# Some seconds of work: few enough to tell how far it is, enough to be worth handing out.
PLACES_A_PIECE = 500


@dataclass(frozen=True)
class Everyone:
    """One question for many places: whose, on which day and snapshot."""

    snapshot: Path
    tenant: str
    as_of: date
    question: bytes
    embedding_model: str


@dataclass(frozen=True)
class Piece:
    """Some of the places; what a worker is handed."""

    asked: Everyone
    rows: tuple[int, ...]


def asking_rows(snapshot: Snapshot, tenant: str, asking: PeerFilters) -> list[int]:
    """The rows of the places that ask: those the tenant sees, as far as the filters say."""
    rows = np.flatnonzero(snapshot.places.visible_to(tenant))
    for condition in filter_conditions(snapshot.places, asking):
        rows = rows[condition.test.met(rows)]
    return [int(row) for row in rows]


def ask_everyone(
    asked: Everyone, rows: list[int], executor: str, told: Callable[[int], None]
) -> Iterator[bytes]:
    """Lines of answers, some hundred at a time; `told` hears how many places are done."""
    pieces = (
        Piece(asked, tuple(rows[at : at + PLACES_A_PIECE]))
        for at in range(0, len(rows), PLACES_A_PIECE)
    )
    done = 0
    with workers(executor) as found:
        for piece, lines in found.run(answer_piece, pieces):
            done += len(piece.rows)
            told(done)
            yield lines


def answer_piece(piece: Piece) -> bytes:
    """The lines of a piece's places; a worker opens the snapshot once."""
    catalogue = _catalogue(piece.asked.snapshot)
    context = _context(piece.asked, catalogue)
    question = orjson.loads(piece.asked.question)
    return b"".join(_line(context, question, row) for row in piece.rows)


def _line(context: Context, question: dict[str, Any], row: int) -> bytes:
    place_id = context.snapshot.places.id(row)
    line: dict[str, Any] = {"place_id": place_id}
    try:
        request = PeersRequest.model_validate({**question, "place_id": place_id})
        line["results"] = PeerMatch(context, request).in_brief()
    except Problem as problem:
        line["problem"] = {"type": f"/problems/{problem.type}", "detail": problem.detail}
    return orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)


@lru_cache(maxsize=1)
def _catalogue(snapshot: Path) -> Catalogue:
    return Catalogue(Snapshot(snapshot))


def _context(asked: Everyone, catalogue: Catalogue) -> Context:
    def no_reader() -> NeedReader:
        raise AssertionError("a question for all has no text of its own")

    return Context(
        catalogue=catalogue,
        tenant=asked.tenant,
        words=wording("en"),
        today=asked.as_of,
        load_embedder=partial(load_embedder, asked.embedding_model),
        load_reader=no_reader,
        sign=lambda _: "",
    )
