"""`counterpart backup` and `restore`: database, snapshots, signed head and secret, all or nothing.

A backup is a folder: a file of JSON lines for each table, the snapshots as they are, and a
manifest, written last, with the SHA-256 of every file. It is the same for both databases.
"""

import shutil
import sqlite3
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson
from alembic.runtime.migration import MigrationContext
from pydantic import BaseModel, ValidationError
from sqlalchemy import Connection, Engine, TypeDecorator, func, insert, select
from sqlalchemy import Table as SqlTable
from sqlalchemy.engine import make_url

from models.database import connect, migrate
from models.errors import Problem
from models.settings import Settings
from models.snapshot.manifest import FileEntry, entry, read_manifest
from models.snapshot.store import CURRENT, SnapshotStore
from models.tables import Table
from models.tenancy import EVERY, tell
from services.matcher.decisions.decisions import head_file

FORMAT = 1
MANIFEST, TABLES, SNAPSHOTS, STATE = "backup.json", "tables", "snapshots", "state"
ROWS = 500
_STATE = ("secret", "catalogue.stamp", "erased.jsonl")


class BackupRefused(Problem):
    status, title, type = 409, "Backup refused", "backup-refused"


class BackupManifest(BaseModel):
    """What a backup holds; a folder without one is no backup."""

    format: int = FORMAT
    software: str
    schema_revision: str
    made_at: datetime
    rows: dict[str, int]
    files: dict[str, FileEntry]


def back_up(settings: Settings, folder: Path) -> BackupManifest:
    """Write a backup while the service goes on."""
    if folder.exists() and any(folder.iterdir()):
        raise BackupRefused(f"{folder} is not empty: a backup is made in a folder of its own.")
    for name in (TABLES, SNAPSHOTS, STATE):
        (folder / name).mkdir(parents=True, exist_ok=True)
    with _standing(settings, folder / STATE / "audit-head.json") as connection:
        revision = MigrationContext.configure(connection).get_current_revision()
        rows = {
            table.name: _dump(connection, table, folder / TABLES / f"{table.name}.jsonl")
            for table in Table.metadata.sorted_tables
        }
    _copy_snapshots(settings.snapshots, folder / SNAPSHOTS)
    for name in _STATE:
        if (settings.var / name).is_file():
            shutil.copy2(settings.var / name, folder / STATE / name)
    manifest = BackupManifest(
        software=version("counterpart"),
        schema_revision=str(revision),
        made_at=datetime.now(UTC),
        rows=rows,
        files={str(p.relative_to(folder)): entry(p) for p in sorted(_files(folder))},
    )
    (folder / MANIFEST).write_bytes(manifest.model_dump_json(indent=1).encode())
    return manifest


def restore(settings: Settings, folder: Path) -> BackupManifest:
    """Put a backup into a new data directory and an empty database, after every file is checked."""
    manifest = _checked(folder)
    if SnapshotStore(settings.snapshots).current() or settings.audit_head_file.exists():
        raise BackupRefused("Something lives here already: restore into a new data directory.")
    engine = connect(settings.url)
    migrate(engine)
    with engine.begin() as connection:
        tell(connection, EVERY)
        revision = MigrationContext.configure(connection).get_current_revision()
        if revision != manifest.schema_revision:
            raise BackupRefused(
                f"The backup was made with counterpart {manifest.software}, whose schema is "
                f"another one: restore it with that version, then migrate."
            )
        for table in Table.metadata.sorted_tables:
            if connection.scalar(select(func.count()).select_from(table)):
                raise BackupRefused(f"The database is not empty: {table.name} has rows.")
            _load(connection, table, folder / TABLES / f"{table.name}.jsonl")
    engine.dispose()
    _put_back(settings, folder)
    return manifest


def _put_back(settings: Settings, folder: Path) -> None:
    shutil.copytree(folder / SNAPSHOTS, settings.snapshots, dirs_exist_ok=True)
    for needed in (settings.var, settings.audit_head_file.parent):
        needed.mkdir(parents=True, exist_ok=True)
    for path in (folder / STATE).iterdir():
        is_head = path.name == "audit-head.json"
        shutil.copy2(path, settings.audit_head_file if is_head else settings.var / path.name)


@contextmanager
def _standing(settings: Settings, head: Path) -> Iterator[Connection]:
    """The database as it stood at one moment, with the signed head of that moment."""
    engine, file = connect(settings.url), head_file(settings)
    with TemporaryDirectory(prefix="counterpart-backup-") as beside:
        with file.locked():
            if file.path.exists():
                shutil.copy2(file.path, head)
            if engine.dialect.name == "sqlite":
                engine = _copied(engine, Path(beside) / "copy.db")
            connection = engine.connect()
            if engine.dialect.name == "postgresql":
                connection.execution_options(isolation_level="REPEATABLE READ")
            tell(connection, EVERY)
            # The first read is what a snapshot of the database begins with.
            connection.scalar(select(1))
        with closing(connection):
            yield connection
    engine.dispose()


def _copied(engine: Engine, path: Path) -> Engine:
    """A copy by SQLite's own backup, so that nobody waits while it is read."""
    source = str(make_url(str(engine.url)).database)
    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(path)) as copy:
        live.backup(copy)
    engine.dispose()
    return connect(f"sqlite:///{path}")


def _dump(connection: Connection, table: SqlTable, path: Path) -> int:
    """A table's rows as lines of JSON, in the order of its key."""
    count = 0
    query = select(table).order_by(*table.primary_key.columns)
    with path.open("wb") as file:
        for row in connection.execute(query.execution_options(yield_per=ROWS)):
            values = {name: _plain(value) for name, value in row._mapping.items()}
            file.write(orjson.dumps(values) + b"\n")
            count += 1
    return count


def _load(connection: Connection, table: SqlTable, path: Path) -> None:
    with path.open("rb") as file:
        rows: list[dict[str, Any]] = []
        for line in file:
            rows.append(_typed(table, orjson.loads(line)))
            if len(rows) == ROWS:
                connection.execute(insert(table), rows)
                rows = []
        if rows:
            connection.execute(insert(table), rows)


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return b64encode(value).decode()
    return value.isoformat() if isinstance(value, date) else value


def _typed(table: SqlTable, values: dict[str, Any]) -> dict[str, Any]:
    """A row as its columns have it."""
    typed = {}
    for name, value in values.items():
        kind = _python_type(table, name)
        if value is not None and kind is bytes:
            value = b64decode(value)
        elif value is not None and issubclass(kind, date):
            value = kind.fromisoformat(value)
        typed[name] = value
    return typed


def _python_type(table: SqlTable, column: str) -> type[Any]:
    kind = table.columns[column].type
    return (kind.impl_instance if isinstance(kind, TypeDecorator) else kind).python_type


def _copy_snapshots(store: Path, into: Path) -> None:
    """Every snapshot that stands and is whole; the current one must be."""
    current = SnapshotStore(store).current()
    for path in sorted(store.iterdir()) if store.is_dir() else ():
        if not path.is_dir() or path.name.startswith("."):
            continue
        try:
            shutil.copytree(path, into / path.name)
            read_manifest(into / path.name)
        except (Problem, OSError, shutil.Error):
            shutil.rmtree(into / path.name, ignore_errors=True)
            if path.name == current:
                raise
    if current is not None:
        (into / CURRENT).write_text(current)


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST)


def _checked(folder: Path) -> BackupManifest:
    """The manifest of a backup whose every file is as it was written."""
    try:
        manifest = BackupManifest.model_validate_json((folder / MANIFEST).read_bytes())
    except (OSError, ValidationError):
        raise BackupRefused(f"{folder} holds no whole backup.") from None
    if manifest.format != FORMAT:
        raise BackupRefused(
            f"The backup has format {manifest.format}; this version reads {FORMAT}."
        )
    found = {str(path.relative_to(folder)) for path in _files(folder)}
    for name in sorted(found ^ manifest.files.keys()):
        raise BackupRefused(f"The file {name} of the backup is missing or was added.")
    for name, expected in manifest.files.items():
        if entry(folder / name) != expected:
            raise BackupRefused(f"The file {name} of the backup is damaged.")
    return manifest
