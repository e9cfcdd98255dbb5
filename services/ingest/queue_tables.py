"""The tables that procrastinate hands out jobs by: in a schema of their own, made by `migrate`.

They hold nothing that the jobs' own rows do not say, so that another version of procrastinate gets
them made anew, and what waits is put into them again.
"""

from importlib import import_module
from importlib.metadata import PackageNotFoundError, version

from sqlalchemy import Engine, text

SCHEMA = "queue"
_MADE_WITH = text(f"SELECT obj_description(to_regnamespace('{SCHEMA}'))")


def installed() -> str | None:
    """The version of procrastinate; None where the extra `scale` is not installed."""
    try:
        return version("procrastinate")
    except PackageNotFoundError:
        return None


def is_shared(engine: Engine) -> bool:
    """Whether the jobs of a database are done by several services."""
    return engine.dialect.name == "postgresql" and installed() is not None


def is_ready(engine: Engine) -> bool:
    """Whether the tables are there, and of the version that is installed."""
    with engine.connect() as connection:
        return bool(connection.scalar(_MADE_WITH) == installed())


def prepare(engine: Engine, role: str | None = None) -> None:
    """Make the tables on PostgreSQL where they are missing or of another version."""
    if not is_shared(engine):
        return
    if not is_ready(engine):
        _make(engine)
    if role is not None:
        _grant(engine, role)


def _make(engine: Engine) -> None:
    tables = import_module("procrastinate.schema").SchemaManager.get_schema()
    with engine.begin() as connection:
        connection.exec_driver_sql(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
        connection.exec_driver_sql(f"CREATE SCHEMA {SCHEMA}")
        connection.exec_driver_sql(f"SET LOCAL search_path = {SCHEMA}")
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.execute(tables)  # many statements at once, and percent signs that are no parameters
        connection.exec_driver_sql(f"COMMENT ON SCHEMA {SCHEMA} IS '{installed()}'")


def _grant(engine: Engine, role: str) -> None:
    name = engine.dialect.identifier_preparer.quote(role)
    with engine.begin() as connection:
        for statement in (
            f"GRANT USAGE ON SCHEMA {SCHEMA} TO {name}",
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {SCHEMA} TO {name}",
            f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {SCHEMA} TO {name}",
        ):
            connection.execute(text(statement))
