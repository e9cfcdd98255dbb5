"""Records answers in batches, so that an answer costs no write; pending ones can be read."""

import hashlib
import logging
import threading
import zlib
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from itertools import islice

from sqlalchemy import select, tuple_
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from models.database import Sessions
from models.errors import Problem
from models.tables import MatchRow
from services.matcher.decisions.asked import SOFTWARE, Answered
from services.matcher.decisions.audit import Entry, Ledger
from services.matcher.decisions.digests import digests
from services.matcher.decisions.retention import remove_old

BATCH = 200
EVERY_SECONDS = 0.5
# More than this wait only where the database cannot be written: the oldest are then let go.
WAITING = 10_000
KNOWN = 50_000
Key = tuple[str, str]
log = logging.getLogger(__name__)


class Recorder:
    """Keeps what was answered until a thread of its own has written it."""

    def __init__(self, ledger: Ledger, sessions: Sessions, retention_days: int) -> None:
        self.ledger = ledger
        self.sessions = sessions
        self.retention = timedelta(days=retention_days)
        self._waiting: dict[Key, MatchRow] = {}
        self._known: dict[Key, None] = {}
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._wake = threading.Event()
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None
        self._tidied = datetime.min.replace(tzinfo=UTC)

    def record(self, answered: Answered) -> None:
        """Take an answer in; the same question on the same snapshot is recorded once."""
        key = (answered.tenant, answered.id)
        with self._lock:
            if key in self._waiting or key in self._known:
                return
            if len(self._waiting) >= WAITING:
                log.error("match records lost: the database cannot be written")
                del self._waiting[next(iter(self._waiting))]
            self._waiting[key] = _row(answered)
            if self._thread is None and not self._closed.is_set():
                self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
                self._thread.start()
            if len(self._waiting) >= BATCH:
                self._wake.set()

    def find(self, tenant: str, match_id: str) -> MatchRow | None:
        """A record of a tenant's own, written or still waiting."""
        with self._lock:
            waiting = self._waiting.get((tenant, match_id))
        if waiting is not None:
            return waiting
        with self.sessions() as session:
            return session.get(MatchRow, (tenant, match_id))

    def flush(self) -> None:
        """Write all that waits."""
        with self._writing:
            while True:
                with self._lock:
                    batch = dict(islice(self._waiting.items(), BATCH))
                if not batch:
                    return
                self._write(batch)
                with self._lock:
                    for key in batch:
                        self._waiting.pop(key, None)
                        self._known[key] = None
                    for key in list(islice(self._known, max(0, len(self._known) - KNOWN))):
                        del self._known[key]

    def close(self) -> None:
        """Write what waits and end the thread."""
        self._closed.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
        self._try(self.flush)

    def tidy(self) -> None:
        """Remove what is older than the retention time, once a day."""
        now = datetime.now(UTC)
        if now - self._tidied < timedelta(days=1):
            return
        if remove_old(self.ledger, now - self.retention):
            with self._lock:
                self._known.clear()
        self._tidied = now

    def _run(self) -> None:
        while not self._closed.is_set():
            self._wake.wait(EVERY_SECONDS)
            self._wake.clear()
            self._try(self.flush)
            self._try(self.tidy)

    def _try(self, work: Callable[[], None]) -> None:
        try:
            work()
        except (SQLAlchemyError, Problem, OSError) as error:
            log.error("recording: %s", getattr(error, "detail", None) or type(error).__name__)

    def _write(self, batch: dict[Key, MatchRow]) -> None:
        with self.ledger.writing() as writing:
            there = _recorded(writing.session, batch)
            new = [row for key, row in batch.items() if key not in there]
            for tenant in sorted({row.tenant_id for row in new}):
                rows = [_copy(row) for row in new if row.tenant_id == tenant]
                writing.session.add_all(rows)
                writing.append(Entry(tenant, "matches", "service", {"rows": digests(*rows)}))


def _recorded(session: Session, keys: Iterable[Key]) -> set[Key]:
    columns = tuple_(MatchRow.tenant_id, MatchRow.id)
    query = select(MatchRow.tenant_id, MatchRow.id).where(columns.in_(list(keys)))
    return {(tenant, match_id) for tenant, match_id in session.execute(query)}


def _row(answered: Answered) -> MatchRow:
    return MatchRow(
        tenant_id=answered.tenant,
        id=answered.id,
        kind=answered.kind,
        request=answered.request.decode(),
        as_of=answered.as_of,
        language=answered.language,
        snapshot_id=answered.snapshot_id,
        weights=answered.weights.decode(),
        answer=zlib.compress(answered.answer, 6),
        answer_hash=hashlib.sha256(answered.answer).hexdigest(),
        software=SOFTWARE,
    )


def _copy(row: MatchRow) -> MatchRow:
    """A row for one session: what waits may be tried again in another."""
    names = [column.key for column in MatchRow.__table__.columns]
    return MatchRow(**{name: getattr(row, name) for name in names})
