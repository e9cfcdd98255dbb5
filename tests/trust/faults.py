"""The same work with a fault in it, which the checks must find: planted, never in the service."""

import sqlite3
from importlib import import_module
from typing import Any

from sqlalchemy import Connection

from models.database import Sessions
from models.settings import Settings
from models.snapshot import SnapshotStore, store
from services.ingest import files
from services.ingest.upsert import Counts
from services.matcher.decisions import head
from services.matcher.decisions.head import Head, HeadFile
from tests.trust.work import deciding, importing, migrating, publishing, serving, serving_both


def importing_too_early(settings: Settings, opened: Sessions) -> None:
    """The fault: a batch is acknowledged when only the one before it is committed."""
    write = files._write
    held: list[tuple[object, ...]] = []

    def behind(session: object, *batch: object) -> Counts:
        for waiting in held:
            write(session, *waiting)  # type: ignore[arg-type]
        held[:] = [batch]
        return Counts(written=len(batch[0]))  # type: ignore[arg-type]

    files._write = behind  # type: ignore[assignment]
    importing(settings, opened)


def importing_swallowing(settings: Settings, opened: Sessions) -> None:
    """The fault: a commit that failed is taken for one that did not."""
    dialect = opened.kw["bind"].dialect
    commit = dialect.do_commit

    def anyway(connection: Any) -> None:
        try:
            commit(connection)
        except sqlite3.Error:
            connection.rollback()

    dialect.do_commit = anyway
    importing(settings, opened)


def publishing_carelessly(settings: Settings, opened: Sessions) -> None:
    """The fault: the old snapshot goes before the new one counts."""
    point = SnapshotStore._point

    def once_the_old_is_gone(old: SnapshotStore, snapshot_id: str) -> None:
        old._remove(old.path(old.current() or ""))
        point(old, snapshot_id)

    SnapshotStore._point = once_the_old_is_gone  # type: ignore[method-assign,assignment]
    publishing(settings, opened)


def publishing_unsynced(settings: Settings, opened: Sessions) -> None:
    """The fault: files of a snapshot are not put on disk."""
    store._sync = lambda path: None  # noqa: ARG005
    publishing(settings, opened)


def serving_forgetful(settings: Settings, opened: Sessions) -> None:
    """The fault: an effect is committed before the key it came with."""
    idempotency = import_module("services.web.idempotency")
    commit = idempotency.Attempt.commit

    def late(attempt: Any, told: Any) -> None:
        attempt.session.commit()
        commit(attempt, told)

    idempotency.Attempt.commit = late
    serving(settings, opened)


def serving_both_careless(settings: Settings, opened: Sessions) -> None:
    """The fault: nobody looks after jobs that an earlier process left behind."""
    import_module("services.ingest.queries").fail_unfinished = lambda _: None  # type: ignore[attr-defined]
    serving_both(settings, opened)


def serving_nearly(settings: Settings, opened: Sessions) -> None:
    """The fault: what was answered is answered anew from the newest snapshot."""
    replaying = import_module("services.matcher.decisions.replay")
    current = import_module("services.matcher.current").Current
    newest = current(SnapshotStore(settings.snapshots)).get()

    def nearly(row: Any, _: Any, context_of: Any) -> bytes:
        answer: bytes = replaying._again(row, context_of(newest, row)).answer
        return answer

    import_module("services.matcher.routes.decisions").replay = nearly  # type: ignore[attr-defined]
    serving(settings, opened)


def migrating_piecemeal(settings: Settings, opened: Sessions) -> None:
    """The fault: each change of the schema is committed by itself."""
    execute = Connection.exec_driver_sql

    def unbegun(connection: Connection, statement: str, *more: Any, **other: Any) -> Any:
        said = "SELECT 1" if statement.startswith("BEGIN") else statement
        return execute(connection, said, *more, **other)

    Connection.exec_driver_sql = unbegun  # type: ignore[method-assign,assignment]
    migrating(settings, opened)


def deciding_too_early(settings: Settings, opened: Sessions) -> None:
    """The fault: the head says that an entry is there which is not committed yet."""
    write = HeadFile.write

    def at_once(file: HeadFile, before: Head, intended: Head | None = None) -> None:
        write(file, intended or before)

    HeadFile.write = at_once  # type: ignore[method-assign,assignment]
    deciding(settings, opened)


def deciding_unsynced(settings: Settings, opened: Sessions) -> None:
    """The fault: names are not put on disk."""
    head._sync_names = lambda folder: None  # noqa: ARG005
    deciding(settings, opened)
