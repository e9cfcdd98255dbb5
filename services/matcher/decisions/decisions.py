"""What the routes need to account for what is answered and decided."""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache

from models.database import Sessions
from models.settings import Settings
from models.snapshot import Snapshot
from models.tables import MatchRow
from services.access.server_secret import secrets_before, server_secret
from services.matcher.catalogue import Catalogue
from services.matcher.current import Current
from services.matcher.decisions.asked import Kind
from services.matcher.decisions.audit import Ledger, Writing
from services.matcher.decisions.head import HeadFile
from services.matcher.decisions.marks import Marks
from services.matcher.decisions.recorder import Recorder
from services.matcher.decisions.tuning import tuned_weights
from services.matcher.schemas import MatchRequest

OPENED = 2
log = logging.getLogger(__name__)


def head_file(settings: Settings) -> HeadFile:
    """The signed head of the audit log, where the settings say."""
    setting, before = settings.secret.get_secret_value(), settings.secret_before.get_secret_value()
    secret = server_secret(setting, settings.var)
    before_it = secrets_before(before, setting, settings.var)
    return HeadFile(settings.audit_head_file, secret, before_it)


def _marks(settings: Settings) -> Marks | None:
    """What tells the workers of a service of each other's records; a full disk tells nothing."""
    if settings.workers <= 1:
        return None
    try:
        return Marks(settings.var / "recording")
    except OSError:
        log.exception("recording: other workers are not told what waits to be written")
        return None


class Decisions:
    """The recorder of matches, the audit log, and the snapshots of before."""

    def __init__(self, settings: Settings, sessions: Sessions, current: Current) -> None:
        self.sessions = sessions
        self.current = current
        self.ledger = Ledger(sessions, head_file(settings))
        self.recorder = Recorder(
            self.ledger, sessions, settings.record_retention_days, _marks(settings)
        )
        self._open: Callable[[str], Catalogue] = lru_cache(maxsize=OPENED)(self._opened)

    def catalogue(self, snapshot_id: str) -> Catalogue | None:
        """The catalogue of a snapshot; None where the snapshot is not kept any more."""
        held = self.current.get()
        if held.snapshot.id == snapshot_id:
            return held
        if not self.current.store.has(snapshot_id):
            return None
        return self._open(snapshot_id)

    @contextmanager
    def deciding_on(self, match: MatchRow | None) -> Iterator[Writing]:
        """A transaction of the log for what is decided on a match; both are on file, or neither."""
        with self.ledger.writing() as writing:
            if match is not None:
                self.recorder.keep(writing, match.tenant_id, match.id)
            yield writing

    def tuned(
        self, catalogue: Catalogue, tenant: str, kind: Kind, body: MatchRequest
    ) -> Mapping[str, float]:
        """The weights that a tenant's own outcomes have moved, for what the caller left open."""
        return tuned_weights(self.sessions, catalogue.weights, tenant, kind, body)

    def _opened(self, snapshot_id: str) -> Catalogue:
        return Catalogue(Snapshot(self.current.store.path(snapshot_id)))
