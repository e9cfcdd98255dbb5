"""What child processes do until they are killed: `python -X dev -m tests.trust.dying`.

One process imports everything once; for each line "WHAT<tab>VAR<tab>POINT" on its input it forks a
child that does the work, and says the child's number and, once that is dead, how it ended.
"""

import gc
import hashlib
import os
import socket
import sqlite3
import sys
import traceback
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import uvicorn
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import Connection

from models.database import Sessions, connect, migrate, sessions
from models.embedder import Kind, Vectors
from models.failpoints import VARIABLE
from models.settings import Settings
from models.snapshot import SnapshotStore, store
from models.tables import PUBLIC, Job
from services.access.callers import Caller, Scope
from services.ingest import files
from services.ingest.embed import TextReader, read_new_texts
from services.ingest.files import FileKind, Upload
from services.ingest.jobs import Report
from services.ingest.publish import publish
from services.ingest.upsert import Counts, ensure_tenant
from services.matcher import app as matcher
from services.matcher.current import Current
from services.matcher.decisions import head
from services.matcher.decisions import replay as replaying
from services.matcher.decisions.audit import Entry, Ledger
from services.matcher.decisions.decisions import head_file
from services.matcher.decisions.head import Head, HeadFile
from services.matcher.routes import decisions as asked
from services.web.idempotency import Attempt

ENTRIES = 20
QUIET = {"compiled_search": False, "webhook_seconds": 0, "rate_per_key": ""}
# More commits than in the service, so that more moments lie between two of them.
files.BATCH = 100
SAID = "said.txt"
"""The file in the data directory where a child says what is done."""


class Tiny:
    """An embedder that takes no time: crashes are of files and rows, not of models."""

    name, dimension, languages = "tiny", 8, "none"

    def encode(self, texts: Sequence[str], kind: Kind) -> Vectors:  # noqa: ARG002
        digests = [hashlib.sha256(text.encode()).digest()[: self.dimension] for text in texts]
        vectors = np.array([list(digest) for digest in digests], np.float32) + 1
        unit: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return unit.astype(np.float32)

    encode_many = encode


def settings_in(var: Path) -> Settings:
    """The log's head has a folder of its own: SQLite syncs that of its database anyway."""
    head = str(var / "head" / "audit-head.json")
    return Settings(_env_file=None, var=var, secret=SecretStr("of the tests"), audit_head=head)


def importing(settings: Settings, opened: Sessions) -> None:
    """Read a sheet as a job; says how many rows are acknowledged as it goes on."""
    caller = Caller(PUBLIC, frozenset({Scope.ADMIN}), has_key=True)
    with opened.begin() as session:
        ensure_tenant(session, PUBLIC)
        session.merge(
            Job(id="job", tenant_id=PUBLIC, kind="places", rows_written=0, rows_unchanged=0)
        )
    path = settings.var / "places.csv"
    report = Report("job", opened, Event())
    files.load(Upload(path, path.name, FileKind.PLACES, caller, False), report)


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


def publishing(settings: Settings, opened: Sessions) -> None:
    """As a job of the service does: new texts are read and kept, then all is published."""
    embedder = Tiny()
    read_new_texts(opened, TextReader(embedder, "tiny", "local"))
    with opened.begin() as session:
        publish(session, SnapshotStore(settings.snapshots), embedder, keep=1, read_texts=False)


def publishing_carelessly(settings: Settings, opened: Sessions) -> None:
    """The fault: the old snapshot goes before the new one counts."""
    point = SnapshotStore._point

    def once_the_old_is_gone(old: SnapshotStore, snapshot_id: str) -> None:
        old._remove(old.path(old.current() or ""))
        point(old, snapshot_id)

    SnapshotStore._point = once_the_old_is_gone  # type: ignore[method-assign,assignment]
    publishing(settings, opened)


def deciding(settings: Settings, opened: Sessions) -> None:
    ledger = Ledger(opened, head_file(settings))
    with (settings.var / SAID).open("w") as said:
        for number in range(ENTRIES):
            with ledger.writing() as writing:
                writing.append(Entry(PUBLIC, "note", "key", {"number": number}))
            said.write(f"{number + 1}\n")
            said.flush()


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


def publishing_unsynced(settings: Settings, opened: Sessions) -> None:
    """The fault: files of a snapshot are not put on disk."""
    store._sync = lambda path: None  # noqa: ARG005
    publishing(settings, opened)


def serving(settings: Settings, opened: Sessions) -> None:  # noqa: ARG001
    """The matcher on a port of its own, which it says."""
    _served(matcher.create_app(settings.model_copy(update=QUIET)), settings)


def serving_both(settings: Settings, opened: Sessions) -> None:  # noqa: ARG001
    """Both services in one process, as `counterpart serve` has them."""
    # Of all that is done here, this alone needs the command line's many modules.
    create_app = import_module("services.cli").create_app
    _served(create_app(settings.model_copy(update=QUIET)), settings)


def _served(app: FastAPI, settings: Settings) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    (settings.var / SAID).write_text(f"{listener.getsockname()[1]}\n")
    uvicorn.Server(uvicorn.Config(app, log_level="critical")).run([listener])


def serving_forgetful(settings: Settings, opened: Sessions) -> None:
    """The fault: an effect is committed before the key it came with."""
    commit = Attempt.commit

    def late(attempt: Attempt, told: Any) -> None:
        attempt.session.commit()
        commit(attempt, told)

    Attempt.commit = late  # type: ignore[method-assign,assignment]
    serving(settings, opened)


def serving_nearly(settings: Settings, opened: Sessions) -> None:
    """The fault: what was answered is answered anew from the newest snapshot."""
    newest = Current(SnapshotStore(settings.snapshots)).get()

    def nearly(row: Any, _: Any, context_of: Any) -> bytes:
        return replaying._again(row, context_of(newest, row)).answer

    asked.replay = nearly  # type: ignore[attr-defined,assignment]
    serving(settings, opened)


def migrating(settings: Settings, opened: Sessions) -> None:  # noqa: ARG001
    migrate(opened.kw["bind"])


def migrating_piecemeal(settings: Settings, opened: Sessions) -> None:
    """The fault: each change of the schema is committed by itself."""
    execute = Connection.exec_driver_sql

    def unbegun(connection: Connection, statement: str, *more: Any, **other: Any) -> Any:
        said = "SELECT 1" if statement.startswith("BEGIN") else statement
        return execute(connection, said, *more, **other)

    Connection.exec_driver_sql = unbegun  # type: ignore[method-assign,assignment]
    migrating(settings, opened)


WORK: dict[str, Callable[[Settings, Sessions], None]] = {
    work.__name__: work
    for work in (
        importing,
        importing_too_early,
        importing_swallowing,
        publishing,
        publishing_carelessly,
        publishing_unsynced,
        serving,
        serving_both,
        serving_forgetful,
        serving_nearly,
        migrating,
        migrating_piecemeal,
        deciding,
        deciding_too_early,
        deciding_unsynced,
    )
}


def live(what: str, var: str, point: str) -> int:
    """The life of a child; it ends with 0, or with what went wrong on stderr."""
    os.environ[VARIABLE] = point
    # What is said there is said by the parent alone.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    settings = settings_in(Path(var))
    try:
        WORK[what](settings, sessions(connect(settings.url)))
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


def say(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


def main() -> None:
    gc.freeze()
    for line in sys.stdin:
        child = os.fork()
        if not child:
            os._exit(live(*line.rstrip("\n").split("\t")))
        say(child)
        sys.stdin.readline()  # whoever asked has a hold of it by now
        say(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


if __name__ == "__main__":
    main()
