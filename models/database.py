"""The database: engine, sessions, and whether its schema is current."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any, cast

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as SQLAlchemyTimeout
from sqlalchemy.orm import Session, sessionmaker

from models.tenancy import OF_ALL, OF_CALLERS, TenantSession

ROOT = Path(__file__).resolve().parent.parent
Sessions = sessionmaker[Session]

# SQLite before these versions can corrupt a WAL that two connections reset at once
# (https://sqlite.org/wal.html, "The WAL-reset bug"): a rollback journal is safe on all.
_WAL_FIXED_IN_LINE = {(3, 44): 6, (3, 50): 7}
_WAL_FIXED = (3, 51, 3)


def wal_is_safe(version: tuple[int, int, int]) -> bool:
    """Whether this SQLite may use a write-ahead log with several connections."""
    fixed = _WAL_FIXED_IN_LINE.get(version[:2])
    return version >= _WAL_FIXED or (fixed is not None and version[2] >= fixed)


def connect(url: str) -> Engine:
    """An engine for a database URL; an SQLite file's folder is made when missing."""
    parsed = make_url(url)
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    if not parsed.drivername.startswith("sqlite"):
        # The driver is loaded where it is needed: most installations have SQLite alone.
        engine_of = import_module("models.postgresql").engine_of
        return cast("Engine", engine_of(parsed))
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(parsed, connect_args={"timeout": 30}, hide_parameters=True)
    journal = "WAL" if wal_is_safe(sqlite3.sqlite_version_info[:3]) else "DELETE"

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _: object) -> None:
        connection.execute(f"PRAGMA journal_mode={journal}")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")

    return engine


def sessions(engine: Engine) -> Sessions:
    """Sessions of the service itself, which see every tenant; objects outlive the commit."""
    return _sessions(engine, OF_ALL)


@contextmanager
def database_at(url: str) -> Iterator[Sessions]:
    """The service's own sessions at a database, which is let go of afterwards."""
    engine = connect(url)
    try:
        yield sessions(engine)
    finally:
        engine.dispose()


def callers_sessions(engine: Engine) -> Sessions:
    """Sessions that see what the caller of the running request may see, and nothing without."""
    return _sessions(engine, OF_CALLERS)


def _sessions(engine: Engine, info: dict[str, Any]) -> Sessions:
    made: sessionmaker[Session] = sessionmaker(
        engine, class_=TenantSession, expire_on_commit=False, info=info
    )
    return made


def _config(engine: Engine) -> Config:
    config = Config(toml_file=str(ROOT / "pyproject.toml"))
    config.attributes["engine"] = engine
    config.set_main_option("script_location", str(ROOT / "migrations"))
    return config


def migrate(engine: Engine, revision: str = "head") -> None:
    """Bring the schema to a revision, the newest by default."""
    command.upgrade(_config(engine), revision)


def downgrade(engine: Engine, revision: str = "base") -> None:
    """Take the schema back to a revision."""
    command.downgrade(_config(engine), revision)


def drift(engine: Engine) -> None:
    """Raise where the tables of the code and the migrated schema differ."""
    command.check(_config(engine))


def is_migrated(engine: Engine) -> bool:
    """Whether the schema is the newest one."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == _newest()


@lru_cache(maxsize=1)
def _newest() -> str | None:
    return ScriptDirectory(str(ROOT / "migrations")).get_current_head()


def journal(engine: Engine) -> dict[str, str]:
    """What keeps the last commits of a database when a machine stops, and why that."""
    if engine.dialect.name != "sqlite":
        with engine.connect() as connection:
            settled = connection.exec_driver_sql("SHOW synchronous_commit").scalar_one()
        because = f"PostgreSQL writes ahead; synchronous_commit is {settled}"
        return {"engine": engine.dialect.name, "journal": "wal", "because": because}
    with engine.connect() as connection:
        found = str(connection.exec_driver_sql("PRAGMA journal_mode").scalar_one())
    is_safe = wal_is_safe(sqlite3.sqlite_version_info[:3])
    can = "keeps a write-ahead log safely" if is_safe else "may corrupt a write-ahead log"
    because = f"SQLite {sqlite3.sqlite_version} {can} with several connections"
    return {"engine": "sqlite", "journal": found, "because": because}


def revisions() -> list[str]:
    """Every revision of the schema, the oldest first."""
    scripts = ScriptDirectory(str(ROOT / "migrations")).walk_revisions()
    return [script.revision for script in scripts][::-1]


def why_not(engine: Engine) -> list[str]:
    """Why nothing can be asked of a database now; empty where it can."""
    try:
        migrated = is_migrated(engine)
    except (OperationalError, SQLAlchemyTimeout):
        return ["The database cannot be reached."]
    return [] if migrated else ["The database schema is not current: run `counterpart migrate`."]
