"""Databases of PostgreSQL for one test each: emptied after one test, and had by another."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import OperationalError

# What a change of the schema, of a right or of a setting leaves its mark in.
_CATALOGS = [
    *("pg_class", "pg_attribute", "pg_attrdef", "pg_constraint", "pg_description"),
    *("pg_extension", "pg_index", "pg_namespace", "pg_policy", "pg_proc", "pg_trigger", "pg_type"),
]
_OWN = "setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())"
_OTHERS = "datname = :name AND pid <> pg_backend_pid()"
_TABLES = """
    SELECT oid::regclass::text FROM pg_class
    WHERE relkind = 'r' AND relnamespace::regnamespace::text NOT IN
    ('pg_catalog', 'information_schema') ORDER BY 1
"""


class Databases:
    """Databases like a template, as good as new.

    To make one takes a third of a second of processor time, many times as much as to empty one.
    What a test changed beyond rows is found by what the catalogs hold, and its database dropped.
    """

    def __init__(self, server: URL, template: str) -> None:
        self._server, self._template = server, template
        self._had: list[str] = []
        with connected(server.set(database=template)) as connection:
            tables = connection.scalars(text(_TABLES)).all()
            is_empty = "SELECT NOT EXISTS (SELECT FROM {})"
            self._empty = [t for t in tables if connection.scalar(text(is_empty.format(t)))]
            self._full = sorted(set(tables) - set(self._empty))
            self._new = self._state(connection)

    @contextmanager
    def one(self) -> Iterator[URL]:
        """A database for as long as a test runs."""
        name = self._emptied() or self._made()
        yield self._server.set(database=name)
        self._had.append(name)

    def _made(self) -> str:
        name = new_name()
        administer(self._server, f"CREATE DATABASE {name} TEMPLATE {self._template}")
        return name

    def _emptied(self) -> str | None:
        """One that a test has had; by another name, since what that test left may come back."""
        if not self._had:
            return None
        old, name = self._had.pop(), new_name()
        try:
            self._rename(old, name)
        except OperationalError:
            drop(self._server, old)
            return None
        with connected(self._server.set(database=name)) as connection:
            is_new = self._without_rows(connection) == self._new
        if not is_new:
            drop(self._server, name)
        return name if is_new else None

    def _rename(self, old: str, name: str) -> None:
        with connected(self._server) as connection:
            ended = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {_OTHERS}"
            connection.execute(text(ended), {"name": old})
            connection.execute(text(f"ALTER DATABASE {old} RENAME TO {name}"))

    def _without_rows(self, connection: Connection) -> list[str]:
        """The state of a database once all rows are gone that the template has not."""
        statements = (
            # Neither the order of what refers to what counts then, nor what forbids to forget.
            "SET session_replication_role = replica",
            *(f"DELETE FROM {table}" for table in self._empty),
            "SELECT setval(seqrelid, seqstart, false) FROM pg_sequence",
        )
        connection.exec_driver_sql("; ".join(statements))
        return self._state(connection)

    def _state(self, connection: Connection) -> list[str]:
        """All that is there beside rows of tables that are empty at first."""
        marks = (f"SELECT count(*) || ' ' || sum(xmin::text::bigint) FROM {c}" for c in _CATALOGS)
        rows = (f"SELECT string_agg(t::text, ' ' ORDER BY t::text) FROM {t} t" for t in self._full)
        asked = (*marks, *rows, f"SELECT count(*) || '' FROM pg_db_role_setting WHERE {_OWN}")
        array = ", ".join(f"({one})" for one in asked)
        return list(connection.exec_driver_sql(f"SELECT ARRAY[{array}]").scalar_one())


@contextmanager
def database_of(server: URL, template: str = "template1") -> Iterator[URL]:
    """A database of its own, like a template; gone afterwards, whoever is still connected."""
    name = new_name()
    administer(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield server.set(database=name)
    drop(server, name)


def new_name() -> str:
    return f"test_{uuid4().hex}"


def drop(server: URL, name: str) -> None:
    administer(server, f"DROP DATABASE {name} WITH (FORCE)")


def administer(server: URL, statement: str) -> None:
    with connected(server) as connection:
        connection.execute(text(statement))


@contextmanager
def connected(url: URL) -> Iterator[Connection]:
    """A connection that commits each statement."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()
