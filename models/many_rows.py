"""Many rows of a table at once, as the driver takes them.

SQLAlchemy goes through each row by the names of its columns, which takes longer than SQLite does.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Dialect, Table

# Rows are made ready before the first is written, and meanwhile nobody is answered.
AT_ONCE = 50
Bound = Callable[[Any], Any]


def insert_new(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> int:
    """Add those rows, each with all its columns, whose keys are not there; says how many."""
    as_said = itemgetter(*table.columns.keys())
    statement, bounds = _statement(table, connection.dialect)
    new = 0
    for at in range(0, len(rows), AT_ONCE):
        by_column = list(zip(*map(as_said, rows[at : at + AT_ONCE]), strict=True))
        for column, bound in bounds:
            by_column[column] = tuple(map(bound, by_column[column]))
        values = list(zip(*by_column, strict=True))
        new += connection.exec_driver_sql(statement, values).rowcount
    return new


@lru_cache(maxsize=8)
def _statement(table: Table, dialect: Dialect) -> tuple[str, list[tuple[int, Bound]]]:
    """What is said to the driver, and what makes of a column's values what it takes."""
    quoted = dialect.identifier_preparer
    names = ", ".join(quoted.format_column(column) for column in table.columns)
    mark = "?" if dialect.paramstyle == "qmark" else "%s"
    marks = ", ".join([mark] * len(table.columns))
    types = [column.type.dialect_impl(dialect) for column in table.columns]
    bounds = [(at, type.bind_processor(dialect)) for at, type in enumerate(types)]
    into = f"INSERT INTO {quoted.format_table(table)} ({names}) VALUES ({marks})"
    return f"{into} ON CONFLICT DO NOTHING", [(at, bound) for at, bound in bounds if bound]
