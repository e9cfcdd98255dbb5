"""`counterpart audit verify`: is the log whole, and do the rows it accounts for still say so?"""

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.database import Sessions
from models.errors import AuditBroken
from models.tables import AuditRow, MatchRow, OutcomeRow, TenantDocumentRow
from services.matcher.decisions.audit import entry_hash
from services.matcher.decisions.digests import Accounted, digest_of, key_of
from services.matcher.decisions.head import Head, HeadFile, Signed
from services.matcher.decisions.packing import Unreadable

RETENTION = "retention"
BATCH = 200


@dataclass(frozen=True)
class Verified:
    """The head that was found, and everything that is wrong; nothing is wrong in a whole log."""

    head: Head
    faults: list[str]


@dataclass
class _Chain:
    """The log as it is read: what it accounts for, and what it does not agree with."""

    head: Head = field(default_factory=Head)
    digests: dict[str, str] = field(default_factory=dict)
    removed: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)

    def read(self, row: AuditRow) -> None:
        """Check one entry against the one before it."""
        where = f"entry {row.sequence}"
        if row.sequence != self.head.count + 1:
            self.faults.append(f"{where}: {self.head.count + 1} was expected")
        if row.previous_hash != self.head.entry_hash:
            self.faults.append(f"{where}: does not follow the entry before it")
        if hashlib.sha256(row.content.encode()).hexdigest() != row.content_hash:
            self.faults.append(f"{where}: its content was changed")
        if entry_hash(row) != row.entry_hash:
            self.faults.append(f"{where}: it was changed")
        self.head = Head(row.sequence, row.entry_hash)
        self._take_in(row, where)

    def _take_in(self, row: AuditRow, where: str) -> None:
        try:
            content = orjson.loads(row.content)
            self.digests |= content.get("rows", {})
            if row.kind == RETENTION:
                self.removed |= set(content["removed"])
            self.removed -= set(content.get("rows", {}))
        except (ValueError, KeyError, TypeError, AttributeError):
            self.faults.append(f"{where}: its content cannot be read")


def verify(sessions: Sessions, file: HeadFile) -> Verified:
    """Read the whole log and all it accounts for, as they are at one moment."""
    chain = _Chain()
    with ExitStack() as writers, sessions() as session:
        writers.enter_context(file.locked())
        signed = _signed(file)
        if _is_frozen(session):
            writers.close()  # nobody who decides meanwhile has to wait
        entries = select(AuditRow).order_by(AuditRow.sequence)
        for row in session.scalars(entries.execution_options(yield_per=BATCH)):
            chain.read(row)
        _check_head(chain, signed)
        _check_rows(chain, session)
    return Verified(chain.head, chain.faults)


def _is_frozen(session: Session) -> bool:
    """Whether the transaction that begins here sees nothing of what is committed later."""
    if session.in_transaction() or session.get_bind().dialect.name != "postgresql":
        return False
    session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    session.scalar(select(1))  # the first read is what its view of the database begins with
    return True


def _signed(file: HeadFile) -> Signed | AuditBroken | None:
    try:
        return file.read()
    except AuditBroken as broken:
        return broken


def _check_head(chain: _Chain, signed: Signed | AuditBroken | None) -> None:
    if isinstance(signed, AuditBroken):
        chain.faults.append(signed.detail)
    elif signed is None:
        if chain.head.count:
            chain.faults.append("the file with the signed head is missing")
    elif chain.head not in (signed.head, signed.intended):
        chain.faults.append(
            f"the signed head says {signed.head.count} entries ending in "
            f"{signed.head.entry_hash[:12]}; the log has {chain.head.count} "
            f"ending in {chain.head.entry_hash[:12]}"
        )


def _check_rows(chain: _Chain, session: Session) -> None:
    seen = set()
    for row in _rows(session):
        key = key_of(row)
        seen.add(key)
        expected = chain.digests.get(key)
        if expected is None:
            chain.faults.append(f"{key}: the log does not account for it")
            continue
        try:
            changed = digest_of(row) != expected
        except Unreadable:
            changed = True
        if changed:
            chain.faults.append(f"{key}: it was changed")
    for key in sorted(chain.digests.keys() - seen - chain.removed):
        chain.faults.append(f"{key}: it was removed")


def _rows(session: Session) -> Iterator[Accounted]:
    by_batch = {"yield_per": BATCH}
    yield from session.scalars(select(MatchRow).execution_options(**by_batch))
    yield from session.scalars(select(OutcomeRow).execution_options(**by_batch))
    yield from session.scalars(select(TenantDocumentRow).execution_options(**by_batch))
