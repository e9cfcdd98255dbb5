"""The snapshot in force: noticed when it changes, swapped without failing a request."""

import logging
from threading import Lock

from models.errors import NotReady, Problem, SnapshotRefused
from models.snapshot import Snapshot, SnapshotStore
from services.matcher.catalogue import Catalogue
from services.matcher.collector import let_stay

log = logging.getLogger(__name__)


class Current:
    """Answers with the catalogue in force; a request takes it once and keeps it to its end."""

    def __init__(self, store: SnapshotStore) -> None:
        self.store = store
        self._catalogue: Catalogue | None = None
        self._refused: str | None = None
        self._lock = Lock()

    def held(self) -> Catalogue | None:
        """The catalogue in force, where nothing has to be opened first."""
        held, wanted = self._catalogue, self.store.current()
        return held if held is not None and wanted in (held.snapshot.id, self._refused) else None

    def get(self) -> Catalogue:
        """The catalogue of the current snapshot; the one before where the new one is refused."""
        in_force = self.held()
        if in_force is not None:
            return in_force
        wanted, held = self.store.current(), self._catalogue
        # Whoever comes while a new snapshot is opened is answered from the one before.
        if not self._lock.acquire(blocking=held is None):
            assert held is not None
            return held
        try:
            return self._open(wanted)
        finally:
            self._lock.release()

    def _open(self, wanted: str | None) -> Catalogue:
        held = self._catalogue
        if held is not None and wanted == held.snapshot.id:
            return held
        if wanted is None:
            raise NotReady("No snapshot has been published yet: run `counterpart publish`.")
        try:
            self._catalogue = self._opened(wanted)
            let_stay()
        except Problem as error:
            log.error("snapshot refused: %s", error.detail)
            if held is None:
                raise
            self._refused = wanted
            return held
        return self._catalogue

    def _opened(self, wanted: str) -> Catalogue:
        try:
            return Catalogue(Snapshot(self.store.path(wanted)))
        except (OSError, ValueError, KeyError) as error:
            log.exception("snapshot cannot be opened")
            raise SnapshotRefused(
                f"The snapshot {wanted} is not of this version's form, or a part of it is gone: "
                "run `counterpart publish`."
            ) from error

    def why_not(self) -> list[str]:
        """Why no answer can be given; empty where one can."""
        try:
            self.get()
        except Problem as error:
            return [error.detail]
        return []
