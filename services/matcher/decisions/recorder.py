"""Records answers in batches, so that an answer costs no write; pending ones can be read."""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import cast

from sqlalchemy import Table, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from models.database import Sessions
from models.errors import NotReady, Problem
from models.many_rows import insert_new
from models.tables import MatchRow
from services.matcher.decisions.asked import Answered
from services.matcher.decisions.audit import Entry, Ledger, Writing
from services.matcher.decisions.digests import digest_of_match, match_key
from services.matcher.decisions.marks import Key, Marks
from services.matcher.decisions.pending import BATCH, Batch, Columns, Pending
from services.matcher.decisions.retention import remove_old

EVERY_SECONDS, LOOK_SECONDS = 0.5, 0.05
# For so long another process of this machine is waited for, which writes within half a second.
OTHERS_SECONDS = 3.0
KNOWN = 50_000
RECORDS = cast("Table", MatchRow.__table__)
log = logging.getLogger(__name__)


class Recorder:
    """Keeps what was answered until a thread of its own has written it."""

    def __init__(
        self,
        ledger: Ledger,
        sessions: Sessions,
        retention_days: int,
        marks: Marks | None = None,
    ) -> None:
        self.ledger = ledger
        self.sessions = sessions
        self.retention = timedelta(days=retention_days)
        self.marks = marks
        self.pending = Pending(marks)
        self._known: dict[tuple[str, str, str], None] = {}
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._wake = threading.Event()
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None
        self._tidied = datetime.min.replace(tzinfo=UTC)

    def record(self, answered: Answered, actor: str) -> None:
        """Take an answer in; the same question on the same snapshot is kept once for each asker."""
        key = (answered.made.tenant, answered.made.id)
        if (*key, actor) in self._known or self.pending.has(key, actor):
            return
        if self.pending.add(key, answered, actor):
            self._wake.set()
        if self._thread is None:
            self._begin()

    def _begin(self) -> None:
        with self._lock:
            if self._thread is None and not self._closed.is_set():
                self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
                self._thread.start()

    def find(self, tenant: str, match_id: str) -> MatchRow | None:
        """A record of a tenant's own, written or still waiting, here or in another process."""
        waiting = self.pending.find((tenant, match_id))
        if waiting is not None:
            return MatchRow(**waiting)
        row = self._written(tenant, match_id)
        return self._of_another(tenant, match_id) if row is None and self.marks else row

    def _of_another(self, tenant: str, match_id: str) -> MatchRow | None:
        """What another process of this machine has in hand, once that has written it."""
        until = time.monotonic() + OTHERS_SECONDS
        while self.marks is not None and self.marks.others_have((tenant, match_id)):
            if time.monotonic() > until:
                raise NotReady("This match is still being recorded: ask for it again.")
            time.sleep(LOOK_SECONDS)
            if (row := self._written(tenant, match_id)) is not None:
                return row
        return self._written(tenant, match_id)  # it may have been between the two looks

    def _written(self, tenant: str, match_id: str) -> MatchRow | None:
        with self.sessions() as session:
            return session.get(MatchRow, (tenant, match_id))

    def flush(self) -> None:
        """Write all that waits; what comes in meanwhile waits for more to be written with."""
        with self._writing:
            full = True
            while full and (batch := self.pending.batch()):
                self._write(batch)
                self._remember(batch)
                self.pending.forget(batch)
                full = len(batch) == BATCH

    def _remember(self, batch: Batch) -> None:
        for key, (_, actors) in batch.items():
            for actor in actors:
                self._known[*key, actor] = None
        with self._lock:
            for known in list(islice(self._known, max(0, len(self._known) - KNOWN))):
                del self._known[known]

    def close(self) -> None:
        """Write what waits and end the thread."""
        self._closed.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
        self._try(self.flush)
        if self.marks is not None:
            self.marks.close()
            self.marks = None

    def tidy(self) -> None:
        """Remove what is older than the retention time, once a day."""
        now = datetime.now(UTC)
        if now - self._tidied < timedelta(days=1):
            return
        remove_old(self.ledger, now - self.retention)
        with self._lock:
            self._known.clear()  # another process may have removed what this one knows of
        self._tidied = now

    def _run(self) -> None:
        # A transaction for a few takes as long as one for hundreds: they wait for each other.
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

    def keep(self, writing: Writing, tenant: str, match_id: str) -> None:
        """Write an answer that waits, with what is decided on it: that would outlive it otherwise.

        It waits on: whether this transaction is ever on disk is not known here.
        """
        batch = self.pending.one((tenant, match_id))
        if batch:
            _put(writing, batch)

    def _write(self, batch: Batch) -> None:
        with self.ledger.writing() as writing:
            _put(writing, batch)


def _put(writing: Writing, batch: Batch) -> None:
    """The records that are not there yet, and an entry for each who asked."""
    rows = [columns for columns, _ in batch.values()]
    written = insert_new(writing.session.connection(), RECORDS, rows)
    there = _others(writing.session, batch) if written < len(rows) else set()
    for entry in _entries(batch, there):
        writing.append(entry)


def _entries(batch: Batch, there: set[Key]) -> Iterator[Entry]:
    """An entry for each asker: the records it made, and the ids of those that others made."""
    first: dict[tuple[str, str], list[Columns]] = {}
    again: dict[tuple[str, str], list[str]] = {}
    for key, (columns, actors) in batch.items():
        makers = actors[:1] if key not in there else ()
        for actor in makers:
            first.setdefault((key[0], actor), []).append(columns)
        for actor in actors[len(makers) :]:
            again.setdefault((key[0], actor), []).append(key[1])
    for tenant, actor in sorted(first.keys() | again.keys()):
        content: Columns = {"rows": _digests(first.get((tenant, actor), ()))}
        if (tenant, actor) in again:
            content["asked"] = again[tenant, actor]
        yield Entry(tenant, "matches", actor, content)


def _digests(records: Iterable[Columns]) -> dict[str, str]:
    return {match_key(c["tenant_id"], c["id"]): digest_of_match(c) for c in records}


def _others(session: Session, batch: Batch) -> set[Key]:
    """Those that others wrote: what their digests are keyed with is not what these have.

    What a decision wrote with itself is ours, and is accounted for once more as it is.
    """
    # An id says whose it is (services/matcher/match_ids.py); pairs would be written out one by one.
    tenants, ids = {tenant for tenant, _ in batch}, [match_id for _, match_id in batch]
    query = select(MatchRow.tenant_id, MatchRow.id, MatchRow.digest_key).where(
        MatchRow.tenant_id.in_(tenants), MatchRow.id.in_(ids)
    )
    there = {(tenant, match_id): key for tenant, match_id, key in session.execute(query)}
    return {key for key, digest_key in there.items() if digest_key != batch[key][0]["digest_key"]}
