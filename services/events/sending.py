"""The sender: what waits is sent; what fails is sent again later, and given up after two days."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event, Thread
from time import monotonic

from sqlalchemy import delete, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from models.database import Sessions
from models.file_lock import FileLock
from models.tables import DeliveryRow, WebhookRow, now
from services.events.reaching import NotReachable, Reaching
from services.events.signing import Signer

log = logging.getLogger(__name__)
# Minutes to wait after each failure; after the last one it is given up.
BACK_OFF = (0.1, 5, 30, 120, 300, 600, 840, 1440)
KEPT = timedelta(days=30)
AT_ONCE = 50
LEASE = timedelta(minutes=2)
Round = Callable[[], object]


@dataclass
class Sender:
    """Sends what is due."""

    sessions: Sessions
    secret: bytes
    reaching: Reaching

    def round(self, at: datetime | None = None) -> int:
        """Send everything that is due; answers with how many were tried."""
        at, began = at or now(), monotonic()
        due = self._lease(at)
        for key in due:
            since = timedelta(seconds=monotonic() - began)
            if self._renew(key, at + LEASE, since):
                self._send(key, at, since)
        return len(due)

    def _lease(self, at: datetime) -> list[tuple[str, str]]:
        """Take what is due for a while, so that another process does not send it too."""
        with self.sessions.begin() as session:
            forget_old(session, at)
            rows = session.scalars(
                select(DeliveryRow)
                .where(DeliveryRow.state == "waiting", DeliveryRow.next_at <= at)
                .order_by(DeliveryRow.next_at)
                .limit(AT_ONCE)
                .with_for_update(skip_locked=True)
            ).all()
            for row in rows:
                row.next_at = at + LEASE
            return [(row.tenant_id, row.id) for row in rows]

    def _renew(self, key: tuple[str, str], until: datetime, since: timedelta) -> bool:
        """Whether a delivery is still this process's: those before it may have taken long."""
        tenant, delivery = key
        with self.sessions.begin() as session:
            renewed = session.execute(
                update(DeliveryRow)
                .where(DeliveryRow.tenant_id == tenant, DeliveryRow.id == delivery)
                .where(DeliveryRow.state == "waiting", DeliveryRow.next_at == until)
                .values(next_at=until + since)
                .returning(DeliveryRow.id)
            )
            return renewed.first() is not None

    def _send(self, key: tuple[str, str], at: datetime, since: timedelta) -> None:
        with self.sessions() as session:
            row = session.get(DeliveryRow, key)
            webhook = session.get(WebhookRow, (row.tenant_id, row.webhook_id)) if row else None
        if row is None:
            return
        told, gone = self._told(row, webhook, at + since)
        with self.sessions.begin() as session:
            kept = session.get(DeliveryRow, key)
            if kept is not None:
                _note(kept, told, at, gone)

    def _told(self, row: DeliveryRow, webhook: WebhookRow | None, at: datetime) -> tuple[str, bool]:
        """What came of sending: a status or why not; and whether there is nobody to tell."""
        if webhook is None:
            return "the webhook was removed", True
        signer = Signer.of(self.secret, row.tenant_id, webhook.id)
        body = row.body.encode()
        sent = signer.headers(row.id, int(at.timestamp()), body)
        sent |= {"Content-Type": "application/json", "User-Agent": "Counterpart-Webhooks/1"}
        try:
            status = self.reaching.post(webhook.url, sent, body)
        except NotReachable as failed:
            return str(failed), False
        return f"{status}", status == 410


def _note(row: DeliveryRow, told: str, at: datetime, gone: bool) -> None:
    row.attempts += 1
    row.told = told[:200]
    if told.startswith("2") and told.isdecimal():
        row.state = "delivered"
    elif gone or row.attempts > len(BACK_OFF):
        row.state = "failed"
    else:
        row.next_at = at + timedelta(minutes=BACK_OFF[row.attempts - 1])


def forget_old(session: Session, at: datetime) -> None:
    """Remove what was delivered or given up long ago."""
    session.execute(
        delete(DeliveryRow).where(
            DeliveryRow.state != "waiting", DeliveryRow.created_at < at - KEPT
        )
    )


@dataclass
class Rounds:
    """Calls some functions again and again in a thread, in one of the processes of a machine."""

    calls: tuple[Round, ...]
    seconds: float
    turn: FileLock
    _stopping: Event = field(default_factory=Event)
    _thread: Thread | None = None

    def start(self) -> None:
        if self.seconds > 0:
            self._thread = Thread(target=self._run, name="events", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(timeout=30)
        self.turn.give_back()

    def _run(self) -> None:
        while not self._stopping.wait(self.seconds):
            try:
                for call in self.calls if self.turn.take() else ():
                    _try(call)
            except OSError:
                log.exception("events: the data directory cannot be written")


def _try(call: Round) -> None:
    try:
        call()
    except SQLAlchemyError:
        log.warning("events: the database cannot be used now")
    except Exception:
        log.exception("events: a round failed")
