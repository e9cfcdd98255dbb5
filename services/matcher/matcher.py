"""What the matcher holds between requests: the snapshot in force, its models, and its lane."""

from collections.abc import Callable
from datetime import date
from functools import partial
from threading import Lock
from typing import Any

from models.embedding import Embedder, load_embedder
from models.errors import SnapshotRefused
from models.settings import Settings
from models.snapshot import Snapshot, SnapshotStore
from services.access.server_secret import server_secret
from services.load.lane import Lane
from services.matcher.catalogue import Catalogue
from services.matcher.current import Current
from services.matcher.match_ids import MatchIds
from services.matcher.matching import Context
from services.matcher.reading.reader import NeedReader
from services.matcher.wording import Wording

# One answers while another loads a model or judges a long list.
MATCH_THREADS = 2


class Matcher:
    """What the matcher's routes need: the snapshot in force, and the embedder when asked for."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.current = Current(SnapshotStore(settings.snapshots))
        self.sign: Callable[[Any], str] = MatchIds(
            server_secret(settings.secret.get_secret_value(), settings.var)
        )
        self.lane = Lane("match", MATCH_THREADS)
        self._embedder: Embedder | None = None
        self._reader: NeedReader | None = None
        self._lock = Lock()

    def context(self, catalogue: Catalogue, tenant: str, words: Wording, today: date) -> Context:
        """What an answer is made with."""
        return Context(
            catalogue=catalogue,
            tenant=tenant,
            words=words,
            today=today,
            load_embedder=partial(self.embedder, catalogue.snapshot),
            load_reader=partial(self.reader, catalogue.snapshot),
            sign=self.sign,
        )

    def embedder(self, snapshot: Snapshot) -> Embedder:
        """The embedding model, loaded at the first text without a vector; the snapshot's own."""
        with self._lock:
            if self._embedder is None:
                self._embedder = load_embedder(self.settings.embedding_model)
        made_with = snapshot.manifest.embedding.model
        if self._embedder.name != made_with:
            raise SnapshotRefused(
                f"The snapshot's texts were read by {made_with!r}, this server reads with "
                f"{self._embedder.name!r}: publish again, or set COUNTERPART_EMBEDDING_MODEL."
            )
        return self._embedder

    def reader(self, snapshot: Snapshot) -> NeedReader:
        """Reads sectors and stages from free text, by the snapshot's anchors."""
        embedder, vectors = self.embedder(snapshot), snapshot.need_anchors
        with self._lock:
            if self._reader is None:
                self._reader = NeedReader(embedder, vectors)
        return self._reader
