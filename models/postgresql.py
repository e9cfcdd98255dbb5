"""An engine for PostgreSQL that gives a connection up where the server is silent for too long."""

from contextlib import suppress
from math import ceil
from typing import Any

import psycopg
from psycopg.abc import PQGen
from sqlalchemy import URL, Engine, create_engine, event

from models.database_seconds import seconds_to_wait

CONNECT_SECONDS = 5
LEAST_SECONDS = 2  # as the driver has it


class Connection(psycopg.Connection[Any]):
    """A connection on which a request waits no longer than it may."""

    def wait(self, gen: PQGen[Any], interval: float = 0.1, timeout: float | None = None) -> Any:
        """As the driver waits, or else an error, and nobody uses the connection again."""
        limit = seconds_to_wait()
        if limit is None or timeout is not None:
            return super().wait(gen, interval, timeout)
        try:
            return super().wait(gen, interval, limit)
        except psycopg.OperationalError as error:
            if error.sqlstate is None:
                # What was asked may still be answered: nobody else may read that.
                with suppress(psycopg.Error):
                    self.pgconn.finish()
            raise


def engine_of(url: URL) -> Engine:
    """The engine; its connections are tried before they are used."""
    engine = create_engine(
        url,
        pool_pre_ping=True,
        hide_parameters=True,
        pool_timeout=CONNECT_SECONDS,
        connect_args={"connect_timeout": CONNECT_SECONDS},
    )

    @event.listens_for(engine, "do_connect")
    def _connect(_: object, __: object, args: tuple[Any, ...], more: dict[str, Any]) -> Connection:
        limit = seconds_to_wait()
        if limit is not None:
            more = more | {"connect_timeout": min(CONNECT_SECONDS, max(LEAST_SECONDS, ceil(limit)))}
        return Connection.connect(*args, **more)

    return engine
