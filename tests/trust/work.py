"""What a child process does until it is killed: import, publish, decide, migrate, serve."""

import hashlib
import socket
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from threading import Event

import numpy as np
import uvicorn
from pydantic import SecretStr
from sqlalchemy import event

from models.database import Sessions, migrate
from models.embedder import Kind, Vectors
from models.failpoints import reached
from models.settings import Settings
from models.snapshot import SnapshotStore
from models.tables import PUBLIC, Job
from services.access.callers import Caller, Scope
from services.ingest import files
from services.ingest.embed import TextReader, read_new_texts
from services.ingest.files import FileKind, Upload
from services.ingest.jobs import Report
from services.ingest.publish import publish
from services.ingest.upsert import ensure_tenant
from services.matcher.decisions.audit import Entry, Ledger
from services.matcher.decisions.decisions import head_file

ENTRIES = 20
QUIET = {"compiled_search": False, "webhook_seconds": 0, "rate_per_key": ""}
# More commits than in the service, so that more moments lie between two of them.
files.BATCH = 100
STATEMENT = "migration-statement"
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


def publishing(settings: Settings, opened: Sessions) -> None:
    """As a job of the service does: new texts are read and kept, then all is published."""
    embedder = Tiny()
    read_new_texts(opened, TextReader(embedder, "tiny", "local"))
    with opened.begin() as session:
        publish(session, SnapshotStore(settings.snapshots), embedder, keep=1, read_texts=False)


def serving(settings: Settings, opened: Sessions) -> None:  # noqa: ARG001
    """The matcher on a port of its own, which it says."""
    _served(settings, "services.matcher.app")


def serving_both(settings: Settings, opened: Sessions) -> None:  # noqa: ARG001
    """Both services in one process, as `counterpart serve` has them."""
    _served(settings, "services.cli")


def _served(settings: Settings, module: str) -> None:
    # Loaded here, since most work needs none of it and is begun under a tracer.
    app = import_module(module).create_app(settings.model_copy(update=QUIET))
    listener = socket.create_server(("127.0.0.1", 0))
    (settings.var / SAID).write_text(f"{listener.getsockname()[1]}\n")
    uvicorn.Server(uvicorn.Config(app, log_level="critical")).run([listener])


def migrating(settings: Settings, opened: Sessions) -> None:
    """Migrate; each statement, and each commit, is a point to die at. Says how many there were."""
    engine, count = opened.kw["bind"], 0

    def counted(*_: object) -> None:
        nonlocal count
        count += 1
        reached(STATEMENT)

    event.listen(engine, "before_cursor_execute", counted)
    event.listen(engine, "commit", counted)
    migrate(engine)
    (settings.var / SAID).write_text(f"{count}\n")


def deciding(settings: Settings, opened: Sessions) -> None:
    ledger = Ledger(opened, head_file(settings))
    with (settings.var / SAID).open("w") as said:
        for number in range(ENTRIES):
            with ledger.writing() as writing:
                writing.append(Entry(PUBLIC, "note", "key", {"number": number}))
            said.write(f"{number + 1}\n")
            said.flush()
