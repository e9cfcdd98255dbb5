"""What an app would be built with instead, on the same vectors and for the same job.

Each system is asked for the texts nearest to the asking place's own; the places that wrote them
are scored by the same arithmetic as the answers. PostgreSQL is also given the whole job: all ten
features of every candidate. What cannot be imported is left out and said.
"""

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from importlib import import_module
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.asking import (
    ONE_SIDED,
    Asked,
    Built,
    Table,
    best,
    exhausted,
    opened,
    questions,
    searched,
)
from benchmarks.in_postgres import VECTORS, exact_in_postgres, postgres
from models.snapshot import Places
from services.matcher.matching.peers import PeerMatch
from services.matcher.matching.question import Context
from services.matcher.schemas import PeersRequest

HEAD = ["places", "texts", "system", "p50 ms", "recall@10: text 0.1", "0.5", "0.9"]
TEXT_SHARES = (0.1, 0.5, 0.9)
NEAREST = 1000
Vectors = NDArray[np.float32]
Nearest = Callable[[Vectors], NDArray[np.int64]]
Ask = Callable[[Context, PeersRequest], list[int]]


class Case(NamedTuple):
    """A question at one share of text, and its true ten best."""

    question: PeersRequest
    true: list[int]


def _numpy(vectors: Vectors) -> Iterator[tuple[str, Nearest]]:
    count = min(NEAREST, len(vectors))

    def exact(query: Vectors) -> NDArray[np.int64]:
        scores = vectors @ query
        return np.argpartition(-scores, count - 1)[:count]

    yield "numpy, nearest texts", exact


def _sklearn(vectors: Vectors) -> Iterator[tuple[str, Nearest]]:
    neighbors = import_module("sklearn.neighbors")
    index = neighbors.NearestNeighbors(n_neighbors=min(NEAREST, len(vectors)), metric="cosine").fit(
        vectors
    )
    yield (
        "scikit-learn, nearest texts",
        lambda query: index.kneighbors(query[None], return_distance=False)[0],
    )


def _hnswlib(vectors: Vectors) -> Iterator[tuple[str, Nearest]]:
    hnswlib: Any = import_module("hnswlib")
    index = hnswlib.Index("ip", vectors.shape[1])
    index.init_index(len(vectors), M=16, ef_construction=100, random_seed=1)
    index.add_items(vectors)
    index.set_ef(NEAREST)
    count = min(NEAREST, len(vectors))
    yield "hnswlib", lambda query: index.knn_query(query, count)[0][0].astype(np.int64)


def _sqlite_vec(vectors: Vectors) -> Iterator[tuple[str, Nearest]]:
    # The sqlite3 of many a Python cannot load extensions; apsw always can.
    apsw: Any = import_module("apsw")
    base = apsw.Connection(":memory:")
    base.enable_load_extension(True)
    base.load_extension(import_module("sqlite_vec").loadable_path())
    base.execute(
        f"create virtual table v using vec0(e float[{vectors.shape[1]}] distance_metric=cosine)"
    )
    rows = ((i, v.tobytes()) for i, v in enumerate(vectors))
    with base:
        base.executemany("insert into v(rowid, e) values (?, ?)", rows)

    def ask(query: Vectors) -> NDArray[np.int64]:
        found = base.execute(
            f"select rowid from v where e match ? and k = {NEAREST}", [query.tobytes()]
        )
        return np.array([row for (row,) in found])

    yield "sqlite-vec, nearest texts", ask


def _lancedb(vectors: Vectors) -> Iterator[tuple[str, Nearest]]:
    lancedb: Any = import_module("lancedb")
    pa: Any = import_module("pyarrow")
    with tempfile.TemporaryDirectory() as folder:
        flat = pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel()), vectors.shape[1])
        columns = pa.table({"id": np.arange(len(vectors)), "vector": flat})
        table = lancedb.connect(folder).create_table("v", columns)

        def ask(query: Vectors) -> NDArray[np.int64]:
            found = table.search(query).distance_type("cosine").limit(NEAREST)
            return np.asarray(found.select(["id", "_distance"]).to_arrow()["id"].to_numpy())

        yield "LanceDB, nearest texts", ask


def _pgvector(vectors: Vectors) -> Iterator[tuple[str, Nearest]]:
    with postgres() as base:
        base.execute(VECTORS.format(width=vectors.shape[1]))
        with base.cursor().copy("copy v from stdin") as copy:
            for i, vector in enumerate(vectors):
                copy.write_row((i, str(vector.tolist())))

        def ask(query: Vectors) -> NDArray[np.int64]:
            order = "select id from v order by e <#> %s::vector limit %s"
            found = base.execute(order, (str(query.tolist()), NEAREST))
            return np.array([row for (row,) in found])

        yield "pgvector, nearest texts, exact", ask
        base.execute("set maintenance_work_mem = '512MB'")
        base.execute("create index h on v using hnsw (e vector_ip_ops)")
        base.execute(f"set hnsw.ef_search = {NEAREST}")
        yield "pgvector, HNSW", ask
        base.execute("drop index h")
        lists = max(len(vectors) // 1000, 10)
        base.execute(f"create index i on v using ivfflat (e vector_ip_ops) with (lists = {lists})")
        base.execute("set ivfflat.probes = 10")
        yield "pgvector, IVF", ask


SYSTEMS = (_numpy, _sklearn, _hnswlib, _sqlite_vec, _lancedb, _pgvector)


def rival_rows(built: Built, count: int) -> Table:
    """Median time and recall of each system, and of the search on the same questions."""
    context = opened(built.store)
    places = context.snapshot.places
    cases = [_cases(context, count, share) for share in TEXT_SHARES]
    size = [built.name, f"{places.texts.index.ntotal:,}"]
    rows = [size + _measured("this search", searched, cases, context)]
    rows.append([*size, "numpy, every place scored", *_measured("", exhausted, cases, context)[1:]])
    rows.append(size + _in_postgres(context, cases))
    for system in SYSTEMS:
        try:
            for name, nearest in system(places.texts.vectors):
                ask = partial(_nearest_then_scored, places, nearest)
                rows.append(size + _measured(name, ask, cases, context))
        except (ImportError, AttributeError, RuntimeError, OSError) as error:
            rows.append([*size, f"{system.__name__[1:]}: not measured ({error})", *[""] * 4])
    return rows


def _cases(context: Context, count: int, share: float) -> list[Case]:
    asked = questions(context.snapshot, count, Asked(ONE_SIDED, share), 2)
    return [Case(question, exhausted(context, question)) for question in asked]


def _nearest_then_scored(
    places: Places, nearest: Nearest, context: Context, question: PeersRequest
) -> list[int]:
    """The candidates among the places that wrote the nearest texts, ranked as all would be."""
    match = PeerMatch(context, question)
    found = nearest(np.ascontiguousarray(match.profile.texts[0]))
    near = np.unique(places.texts.owners[found]).astype(np.intp)
    near = near[match.pool.groups[places.groups.of_row[near]]]
    return best(match, np.setdiff1d(near, match.pool.barred))


def _in_postgres(context: Context, cases: Sequence[list[Case]]) -> list[str]:
    name = "PostgreSQL with pgvector, every place scored"
    try:
        with exact_in_postgres(context.snapshot.places) as ask:
            return _measured(name, ask, [some[:10] for some in cases], context, warm=1)
    except (ImportError, RuntimeError, OSError) as error:
        return [f"{name}: not measured ({error})", *[""] * 4]


def _measured(
    name: str, ask: Ask, cases: Sequence[list[Case]], context: Context, warm: int = 5
) -> list[str]:
    """A system's name, the median of its times, and its recall in per cent at each share."""
    took, recalls = [], []
    for case in cases[0][:warm]:
        ask(context, case.question)
    for some in cases:
        hits = 0
        for question, true in some:
            start = time.perf_counter()
            found = ask(context, question)
            took.append(time.perf_counter() - start)
            hits += len(set(found) & set(true))
        recalls.append(f"{100 * hits / max(sum(len(case.true) for case in some), 1):.1f}")
    return [name, f"{np.median(took) * 1000:.2f}", *recalls]
