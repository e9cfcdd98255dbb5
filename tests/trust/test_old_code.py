"""Check 24: the code of before goes on working while its database has the schema of today already.

What an older release knows of the database is what its own schema says: its tables and columns are
read at each older revision, and it then writes, reads, changes and removes rows at the newest one.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine, MetaData, Table
from sqlalchemy.exc import SQLAlchemyError

from models.database import migrate, revisions
from models.row_security import grant
from models.tenancy import EVERY, SETTING
from tests.conftest import APP_ROLE
from tests.trust.report import Tried

OWN_BOOKS = "alembic_version"
# It is only added to, by every release.
LOG = "audit"
# A commitment has a partner or a collaboration, never both.
LEFT_EMPTY = {("commitment", "partner_id")}
VALUES: dict[type, Callable[[], Any]] = {
    str: lambda: uuid4().hex[:12],
    int: lambda: uuid4().int % 1_000_000,
    float: lambda: 0.5,
    bool: lambda: True,
    bytes: lambda: b"x",
    datetime: lambda: datetime.now(UTC),
    date: lambda: datetime.now(UTC).date(),
    dict: lambda: {"a": 1},
}


def known_at(engine: Engine, revision: str) -> list[Table]:
    """The tables as the code of a revision knows them, those first that others point to."""
    migrate(engine, revision)
    found = MetaData()
    found.reflect(engine)
    return [table for table in found.sorted_tables if table.name != OWN_BOOKS]


def row_for(table: Table, rows: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """A row with every column that the table has, pointing to the rows that are there."""
    row: dict[str, Any] = {}
    for column in table.columns:
        if (table.name, column.name) in LEFT_EMPTY:
            row[column.name] = None
        elif column.foreign_keys:
            target = next(iter(column.foreign_keys)).column
            row[column.name] = rows[target.table.name][target.name]
        else:
            value = VALUES[column.type.python_type]()
            length = getattr(column.type, "length", None)
            row[column.name] = value[:length] if length else value
    return row


def works(connection: sa.Connection, tables: list[Table]) -> Iterator[tuple[str, str]]:
    """What goes wrong where rows are written, read, changed and removed as those tables say."""
    rows: dict[str, dict[str, Any]] = {}
    connection.execute(sa.select(sa.func.set_config(SETTING, EVERY, False)))
    for table in tables:
        row = rows[table.name] = row_for(table, rows)
        here = sa.and_(*(c == row[c.name] for c in table.primary_key))
        again = {c.name: row[c.name] for c in table.columns if not c.primary_key}
        steps: list[Any] = [sa.insert(table).values(**row), sa.select(table).where(here)]
        if again and table.name != LOG:
            steps.append(sa.update(table).where(here).values(**again))
        for step in steps:
            yield from tried_step(connection, table.name, step)
    for table in reversed(tables):
        if table.name != LOG:
            here = sa.and_(*(c == rows[table.name][c.name] for c in table.primary_key))
            yield from tried_step(connection, table.name, sa.delete(table).where(here))


def tried_step(connection: sa.Connection, table: str, step: Any) -> Iterator[tuple[str, str]]:
    try:
        with connection.begin_nested():
            connection.execute(step)
        yield table, ""
    except SQLAlchemyError as error:
        yield table, f"{step.__visit_name__} of {table}: {error!s:.200}"


@contextmanager
def tried_out(engine: Engine) -> Iterator[sa.Connection]:
    """A connection that keeps nothing of what is done by it."""
    with engine.connect() as connection:
        yield connection
        connection.rollback()


@pytest.mark.check(24, "Older code writes and reads at today's schema", few=2, full=99)
def test_code_of_before_works_on_the_schema_of_today(
    empty: Engine, count: int, tried: Tried
) -> None:
    older = revisions()[:-1][-count:]
    known = {revision: known_at(empty, revision) for revision in older}
    migrate(empty)
    grant(empty, APP_ROLE)
    for revision, tables in known.items():
        assert tables
        with tried_out(empty) as connection:
            connection.exec_driver_sql(f"SET LOCAL ROLE {APP_ROLE}")
            for _, wrong in works(connection, tables):
                tried(not wrong, f"as of {revision}: {wrong}")
    tried.note(f"{len(known)} revisions")


@pytest.mark.planted(24, "a column renamed, dropped, demanded or narrowed in one step")
def test_planted_steps_that_break_older_code_are_found(empty: Engine) -> None:
    tables = known_at(empty, revisions()[-2])
    migrate(empty)
    grant(empty, APP_ROLE)
    for change in (
        "RENAME COLUMN detail TO details",
        "DROP COLUMN detail",
        "ADD COLUMN planted text NOT NULL",
        "ADD CONSTRAINT planted CHECK (state IN ('queued', 'over'))",
        "ALTER COLUMN kind TYPE varchar(3)",
    ):
        with tried_out(empty) as connection:
            connection.exec_driver_sql(f"ALTER TABLE job {change}")
            connection.exec_driver_sql(f"SET LOCAL ROLE {APP_ROLE}")
            assert "job" in {table for table, wrong in works(connection, tables) if wrong}, change
