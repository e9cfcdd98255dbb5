"""The audit log: a chain of hashes in the database, its head signed outside of it.

What is decided is written in one transaction with its entry; the entry carries a digest of every
row that was written, so that a changed row is found as well as a changed entry.
"""

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.database import Sessions
from models.errors import AuditBroken
from models.failpoints import reached
from models.request_transaction import RequestTransaction, whole_request
from models.tables import AuditRow
from services.matcher.decisions.head import Head, HeadFile, Signed

BROKEN = "The audit log does not agree with its signed head: run `counterpart audit verify`."


@dataclass(frozen=True)
class Entry:
    """What happened, to whom, by whom: no personal data, only ids and digests."""

    tenant: str
    kind: str
    actor: str
    content: Mapping[str, Any] = field(default_factory=dict)


def digest(value: Any, key: str | None = None) -> str:
    """The SHA-256 of a value as canonical JSON; with a key, nobody finds it by guessing."""
    return digest_of_bytes(orjson.dumps(value, option=orjson.OPT_SORT_KEYS), key)


def digest_of_bytes(text: bytes, key: str | None = None) -> str:
    """The SHA-256 of bytes, or their HMAC with a key."""
    if key is None:
        return hashlib.sha256(text).hexdigest()
    return hmac.digest(key.encode(), text, hashlib.sha256).hex()


def entry_hash(row: AuditRow) -> str:
    """The hash of an entry: of all it says and of the entry before it."""
    at = row.at.astimezone(UTC).isoformat(timespec="microseconds")
    return digest(
        [row.sequence, row.tenant_id, at, row.kind, row.actor, row.content_hash, row.previous_hash]
    )


class Writing:
    """One transaction of the log: `session` writes what is decided, `append` accounts for it."""

    def __init__(self, session: Session, tail: Head) -> None:
        self.session = session
        self.tail = tail

    def append(self, entry: Entry) -> int:
        """Add an entry; answers with its number."""
        content = orjson.dumps(dict(entry.content), option=orjson.OPT_SORT_KEYS).decode()
        row = AuditRow(
            sequence=self.tail.count + 1,
            tenant_id=entry.tenant,
            at=datetime.now(UTC),
            kind=entry.kind,
            actor=entry.actor,
            content=content,
            content_hash=hashlib.sha256(content.encode()).hexdigest(),
            previous_hash=self.tail.entry_hash,
            entry_hash="",
        )
        row.entry_hash = entry_hash(row)
        self.session.add(row)
        self.tail = Head(row.sequence, row.entry_hash)
        return row.sequence


class Ledger:
    """The one way to write to the audit log."""

    def __init__(self, sessions: Sessions, file: HeadFile) -> None:
        self.sessions = sessions
        self.file = file

    @contextmanager
    def writing(self) -> Iterator[Writing]:
        """A transaction whose entries are committed with what they account for, or not at all.

        The intended head is on disk before the commit and the new one after it, so that a crash
        between the two is told from a tail that was cut off.
        """
        whole = whole_request()
        # A request that is one transaction holds the lock from its beginning to its end.
        with nullcontext() if whole else self.file.locked(), self.sessions() as session:
            before = _agreed(self.file.read(), tail_of(session))
            writing = Writing(session, before)
            yield writing
            session.flush()
            if writing.tail == before:
                session.commit()
                return
            if whole is None:
                self._commit(session, before, writing.tail)
            else:
                self._join(whole, session, before, writing.tail)

    def _commit(self, session: Session, before: Head, after: Head) -> None:
        self.file.write(before, after)
        reached("audit-before-commit")
        session.commit()
        reached("audit-after-commit")
        self.file.write(after)

    def _join(self, whole: RequestTransaction, session: Session, before: Head, after: Head) -> None:
        """The same, where the commit is that of the whole request and comes later."""
        whole.head = whole.head or before
        self.file.write(whole.head, after)
        session.commit()
        whole.then("audit head", lambda: self.file.write(after))


def tail_of(session: Session) -> Head:
    numbered = select(AuditRow.sequence, AuditRow.entry_hash)
    last = session.execute(numbered.order_by(AuditRow.sequence.desc()).limit(1)).first()
    return Head(*last) if last else Head()


def _agreed(signed: Signed | None, tail: Head) -> Head:
    """The tail of the log, where the head on file says the same; nothing is signed otherwise."""
    if signed is None:
        if tail.count:
            raise AuditBroken(BROKEN)
        return tail
    if tail not in (signed.head, signed.intended):
        raise AuditBroken(BROKEN)
    return tail
