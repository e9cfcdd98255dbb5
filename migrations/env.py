"""Alembic's environment: migrations run on the engine they are given."""

from alembic import context

from models.database import connect
from models.settings import Settings
from models.tables import Table

engine = context.config.attributes.get("engine") or connect(Settings().url)

with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Table.metadata,
        render_as_batch=True,
        compare_type=True,
    )
    with context.begin_transaction():
        if connection.dialect.name == "postgresql":
            # A lock that cannot be had soon is given up, not queued in front of readers.
            connection.exec_driver_sql("SET LOCAL lock_timeout = '4s'")
            connection.exec_driver_sql("SET LOCAL statement_timeout = '5s'")
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(72616331)")
        context.run_migrations()
