"""What the ingest service holds while it runs: sessions, the job queue, the text embedder."""

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Annotated, BinaryIO
from uuid import uuid4

from fastapi import Depends, Request
from sqlalchemy import Engine

from models.database import Sessions, why_not
from models.embedding import Embedder, load_embedder
from models.file_lock import FileLock
from models.settings import Settings
from models.snapshot import SnapshotStore
from models.snapshot.remote import share
from services.ingest.embed import TextReader, read_new_texts
from services.ingest.files import Upload, load
from services.ingest.jobs import Jobs, Report
from services.ingest.machine_jobs import MachineJobs
from services.ingest.orders import Order
from services.ingest.publish import anchors, publish
from services.ingest.queue_tables import is_ready, is_shared
from services.ingest.shared_jobs import SharedJobs


@dataclass
class Ingest:
    """The service behind its routes."""

    settings: Settings
    engine: Engine
    sessions: Sessions
    every_tenant: Sessions
    jobs: Jobs = field(init=False)
    _embedder: Embedder | None = None
    _loading: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        if is_shared(self.engine):
            self.jobs = SharedJobs(self.every_tenant, self.engine, self.carry_out, self.uploads)
        elif self.has_others:
            turn = FileLock(self.settings.var / "jobs.lock")
            self.jobs = MachineJobs(self.every_tenant, self.carry_out, self.uploads, turn)
        else:
            self.jobs = Jobs(self.every_tenant)

    @property
    def store(self) -> SnapshotStore:
        return SnapshotStore(self.settings.snapshots)

    @property
    def uploads(self) -> Path:
        return uploads_of(self.settings)

    @property
    def has_others(self) -> bool:
        """Whether other workers of this machine do the same."""
        return self.settings.workers > 1

    def start(self) -> None:
        """Put in order what an earlier process left behind, and begin."""
        if not self.has_others:
            put_in_order(self.settings)
        if not self.not_ready():
            self.jobs.start()

    def stop(self) -> None:
        self.jobs.stop()

    def not_ready(self) -> list[str]:
        """The reasons why the service cannot work now."""
        reasons = why_not(self.engine)
        if not reasons and is_shared(self.engine) and not is_ready(self.engine):
            return ["The tables of shared jobs are not there: run `counterpart migrate`."]
        return reasons

    def keep(self, content: BinaryIO) -> Path:
        """Keep an upload until its job has read it."""
        self.uploads.mkdir(parents=True, exist_ok=True)
        path = self.uploads / uuid4().hex
        with path.open("wb") as kept:
            shutil.copyfileobj(content, kept)
        return path

    def order(self, upload: Upload | None = None) -> Order:
        """To read a kept upload; without one, to publish."""
        return Order(self.carry_out, upload)

    def carry_out(self, order: Order, report: Report) -> str | None:
        """Do what a job was ordered for; a publish answers with its snapshot's id."""
        if order.upload is None:
            return self.publish(report)
        self.load(order.upload, report)
        return None

    def load(self, upload: Upload, report: Report) -> None:
        """Read a kept upload as a job."""
        try:
            load(upload, report)
        finally:
            upload.path.unlink(missing_ok=True)

    def publish(self, report: Report) -> str:
        """Publish as a job; answers with the snapshot's id."""
        settings, embedder = self.settings, self.embedder()
        reader = TextReader(embedder, settings.embedding_model, settings.executor, report.told)
        report.counts.written = read_new_texts(report.sessions, reader, anchors())
        with report.sessions.begin() as session:
            published = publish(session, self.store, embedder, settings.snapshots_kept)
        share(settings, published)
        return published

    def embedder(self) -> Embedder:
        """The embedder, loaded once, at the first text."""
        with self._loading:
            if self._embedder is None:
                self._embedder = load_embedder(self.settings.embedding_model)
            return self._embedder


def uploads_of(settings: Settings) -> Path:
    """Where uploads wait to be read."""
    return settings.var / "uploads"


def put_in_order(settings: Settings) -> None:
    """Remove the uploads that an earlier process left behind; before any worker begins."""
    shutil.rmtree(uploads_of(settings), ignore_errors=True)


def _ingest(request: Request) -> Ingest:
    found: Ingest = request.app.state.ingest
    return found


IngestDep = Annotated[Ingest, Depends(_ingest)]
