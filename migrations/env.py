"""Alembic's environment: migrations run on the engine they are given, whole or not at all."""

from typing import Any

from alembic import context
from sqlalchemy import Connection

from models.database import connect
from models.settings import Settings
from models.tables import Table

engine = context.config.attributes.get("engine") or connect(Settings().url)


def begin(connection: Connection) -> None:
    """Begin the one transaction of all migrations; nobody else migrates meanwhile."""
    if connection.dialect.name == "postgresql":
        # A lock that cannot be had soon is given up, not queued in front of readers.
        connection.exec_driver_sql("SET LOCAL lock_timeout = '4s'")
        connection.exec_driver_sql("SET LOCAL statement_timeout = '5s'")
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(72616331)")
    elif connection.dialect.name == "sqlite":
        # By itself the driver commits before each change of the schema.
        connection.exec_driver_sql("BEGIN IMMEDIATE")


with engine.connect() as connection:
    driver: Any = connection.connection.driver_connection
    on_sqlite = connection.dialect.name == "sqlite"
    if on_sqlite:
        driver.isolation_level = None
        # A table that is changed is made anew: dropping the old one would take what refers to it.
        driver.execute("PRAGMA foreign_keys=OFF")
    context.configure(
        connection=connection,
        target_metadata=Table.metadata,
        render_as_batch=True,
        compare_type=True,
        transactional_ddl=True,
    )
    try:
        with context.begin_transaction():
            begin(connection)
            context.run_migrations()
    finally:
        if on_sqlite:
            driver.execute("PRAGMA foreign_keys=ON")
            driver.isolation_level = ""
