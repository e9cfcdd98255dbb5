"""Texts into vectors: each text that somebody wrote, once per content and model.

New texts are read before a publish (`read_new_texts`), where there are many by the executor, and
their vectors are kept as they come: what was read stays read, whatever happens next.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from time import monotonic

import numpy as np
import orjson
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from models.database import Sessions
from models.embedding import Embedder, load_embedder
from models.errors import ExecutorUnavailable
from models.failpoints import reached
from models.machine import cores
from models.snapshot.texts import written_texts
from models.tables import CollaborationRow, PlaceRow, TextVector
from services.executor import LOCAL, Workers, workers

# How many texts a worker takes at once: a second or two of the slowest model.
PIECE = 64
# What takes less is read here before other processes have started and loaded a model; of what
# takes longer, this process reads on until they have.
SECONDS_WORTH_IT = 20.0
# So many cores the threads of this process keep as busy as other processes would.
FEW_CORES = 2
# Vectors are written by so many: a commit costs as much as reading a few texts.
KEPT_AT_ONCE = 512
# In seconds: longer calls spare nothing more, and would show progress late.
QUICK = 0.5
_LOOKED_UP = 500
_FETCHED = 5_000

Text = tuple[str, str]
"""The hash of a text, and the text."""
Vectors = NDArray[np.float32]
Read = tuple[tuple[Text, ...], Vectors]
Progress = Callable[[int, int], None]
"""Called with (done, total) as work goes on."""


def no_progress(done: int, total: int) -> None:
    """Nobody watches."""


@dataclass(frozen=True)
class TextReader:
    """The model that reads texts here, the setting that workers load it by, and who they are."""

    embedder: Embedder
    model: str
    executor: str
    progress: Progress = no_progress


@dataclass(frozen=True)
class Piece:
    """Some texts for a worker, and the model that must read them."""

    model: str
    name: str
    texts: tuple[Text, ...]


def read_new_texts(sessions: Sessions, reader: TextReader, phrases: Iterable[str] = ()) -> int:
    """Keep a vector of each text on file, and of the phrases; answers with how many were new."""
    with sessions() as session:
        texts = {_hash(text): text for text in (*_texts_on_file(session), *phrases)}
        known = _known_hashes(session, reader.embedder, texts)
    new = [(h, text) for h, text in texts.items() if h not in known]
    done, unkept = 0, list[Read]()
    reader.progress(0, len(new))
    try:
        for read in _read(new, reader):
            unkept.append(read)
            waiting = sum(len(texts) for texts, _ in unkept)
            if waiting >= KEPT_AT_ONCE:
                done, waiting = done + _keep(sessions, reader.embedder, unkept), 0
            reader.progress(done + waiting, len(new))
    finally:
        done += _keep(sessions, reader.embedder, unkept)
    return done


def _texts_on_file(session: Session) -> Iterator[str]:
    """The texts of all records, each as often as it stands there."""
    for table in (PlaceRow, CollaborationRow):
        # Most places wrote nothing: what has no such field is not even fetched.
        fields = ('"description":', '"text":', '"strategic_goals":')
        told = or_(*(table.record.contains(field, autoescape=True) for field in fields))
        query = select(table.record).where(told).execution_options(yield_per=_FETCHED)
        for record in session.scalars(query):
            yield from (written.text for written in written_texts(orjson.loads(record)))


def _read(new: Sequence[Text], reader: TextReader) -> Iterator[Read]:
    """The texts piece by piece with their vectors."""
    pieces = list(_pieces(new, reader))
    # A piece of middling texts tells how long the rest would take here.
    first = pieces[len(pieces) // 2 :][:1]
    start = monotonic()
    yield from _read_here(first, reader.embedder)
    expected = (monotonic() - start) * (len(pieces) - 1)
    rest = [piece for piece in pieces if piece not in first]
    if not _is_worth_handing_out(expected, reader.executor):
        yield from _read_all_here(rest, reader.embedder)
        return
    with workers(reader.executor) as found:
        yield from _read_meanwhile(found, rest, reader)
        for piece, vectors in found.run(read_piece, rest):
            yield piece.texts, vectors


def _is_worth_handing_out(seconds: float, executor: str) -> bool:
    """Whether others would be done sooner with what takes so long here; who names a number of
    processes, or a cluster, is taken at his word."""
    return seconds >= SECONDS_WORTH_IT and (executor != LOCAL or cores() > FEW_CORES)


def _read_meanwhile(found: Workers, rest: list[Piece], reader: TextReader) -> Iterator[Read]:
    """Read the last pieces of the rest here, for as long as no worker has loaded the model."""
    ready = found.begin(_load, reader.model)
    while rest and not ready():
        yield from _read_here([rest.pop()], reader.embedder)


def _read_here(pieces: Iterable[Piece], embedder: Embedder) -> Iterator[Read]:
    for piece in pieces:
        yield piece.texts, embedder.encode_many([text for _, text in piece.texts], "passage")


def _read_all_here(rest: list[Piece], embedder: Embedder) -> Iterator[Read]:
    """Read pieces, more of them at once for as long as that is quick: each call has its costs."""
    at_once = 1
    while rest:
        some, rest = rest[:at_once], rest[at_once:]
        texts = tuple(text for piece in some for text in piece.texts)
        start = monotonic()
        vectors = embedder.encode_many([text for _, text in texts], "passage")
        if monotonic() - start < QUICK:
            at_once = min(2 * at_once, max(KEPT_AT_ONCE // PIECE, 1))
        yield texts, vectors


def _pieces(texts: Sequence[Text], reader: TextReader) -> Iterator[Piece]:
    """Texts of like length together, since a batch takes as long as its longest; these first."""
    ordered = sorted(texts, key=lambda text: (-len(text[1]), text))
    for start in range(0, len(ordered), PIECE):
        some = tuple(ordered[start : start + PIECE])
        yield Piece(reader.model, reader.embedder.name, some)


def _load(model: str) -> None:
    """Load the model in the process of a worker; a model cannot be sent back, so nothing is."""
    _embedder(model)


def read_piece(piece: Piece) -> Vectors:
    """Read a piece, in the process of a worker."""
    embedder = _embedder(piece.model)
    if embedder.name != piece.name:
        raise ExecutorUnavailable(
            f"A worker reads texts with {embedder.name}, this service with {piece.name}: "
            "their vectors cannot be compared. Install the same versions on both."
        )
    return embedder.encode_many([text for _, text in piece.texts], "passage")


@lru_cache(maxsize=1)
def _embedder(model: str) -> Embedder:
    """The model of this process, loaded at its first piece."""
    return load_embedder(model)


def _keep(sessions: Sessions, embedder: Embedder, unkept: list[Read]) -> int:
    """Write vectors down at once; answers with how many."""
    with sessions.begin() as session:
        for texts, vectors in unkept:
            _insert(session, embedder, [h for h, _ in texts], vectors)
        reached("embed-before-commit")
    reached("embed-kept")
    count = sum(len(texts) for texts, _ in unkept)
    unkept.clear()
    return count


def embed_texts(session: Session, texts: Sequence[str], embedder: Embedder) -> Vectors:
    """Vectors (texts, dimension) of the texts as passages; those not on file are read and kept."""
    hashes = [_hash(text) for text in texts]
    known = _known(session, embedder, set(hashes))
    missing = {h: t for h, t in zip(hashes, texts, strict=True) if h not in known}
    pending = sorted(missing.items(), key=lambda item: (-len(item[1]), item))
    for start in range(0, len(pending), PIECE):
        batch = pending[start : start + PIECE]
        vectors = embedder.encode_many([text for _, text in batch], "passage")
        _insert(session, embedder, [h for h, _ in batch], vectors)
        known.update(
            {h: v.astype("<f4").tobytes() for (h, _), v in zip(batch, vectors, strict=True)}
        )
    table = np.frombuffer(b"".join(known[h] for h in hashes), "<f4")
    return table.reshape(len(texts), embedder.dimension)


def _insert(session: Session, embedder: Embedder, hashes: Sequence[str], vectors: Vectors) -> None:
    """Write vectors down, but for those that somebody else wrote meanwhile."""
    rows = [
        {"model": embedder.name, "content_hash": h, "vector": vector.astype("<f4").tobytes()}
        for h, vector in zip(hashes, vectors, strict=True)
    ]
    on_sqlite = session.get_bind().dialect.name == "sqlite"
    insert = sqlite.insert(TextVector) if on_sqlite else postgresql.insert(TextVector)
    session.execute(insert.on_conflict_do_nothing(), rows)


def _known(session: Session, embedder: Embedder, hashes: Iterable[str]) -> dict[str, bytes]:
    """The vectors on file of the texts with these hashes."""
    query = select(TextVector.content_hash, TextVector.vector)
    rows = (session.execute(query.where(these)) for these in _these(embedder, hashes))
    return {row.content_hash: row.vector for some in rows for row in some}


def _known_hashes(session: Session, embedder: Embedder, hashes: Iterable[str]) -> set[str]:
    query = select(TextVector.content_hash)
    found = (session.scalars(query.where(these)) for these in _these(embedder, hashes))
    return {content_hash for some in found for content_hash in some}


def _these(embedder: Embedder, hashes: Iterable[str]) -> Iterator[ColumnElement[bool]]:
    """Conditions that name some of the hashes each: a statement takes so many and no more."""
    wanted = sorted(hashes)
    for start in range(0, len(wanted), _LOOKED_UP):
        some = TextVector.content_hash.in_(wanted[start : start + _LOOKED_UP])
        yield and_(TextVector.model == embedder.name, some)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
