"""Ways to tamper with the audit log and what it accounts for, with rights on the database."""

import random
import zlib
from collections.abc import Callable
from datetime import date, timedelta

from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from models.tables import AuditRow, MatchRow
from services.matcher.decisions.audit import digest, entry_hash
from services.matcher.decisions.head import GENESIS

ENTRIES = 12
"""So many has the log that is tampered with."""


def match(number: int, tenant: str = "a") -> MatchRow:
    """A record; each third as they were made before, with the hash of its whole answer."""
    return MatchRow(
        tenant_id=tenant,
        id=f"m_{number}",
        kind="peers",
        request="{}",
        as_of=date(2026, 1, 1),
        language="en",
        snapshot_id="s1",
        weights="{}",
        answer=zlib.compress(b"{}"),
        answer_hash="" if number % 3 else digest({}),
        software="counterpart",
    )


def unlock(session: Session) -> None:
    """What somebody with rights on the database can do."""
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("DROP TRIGGER IF EXISTS audit_no_update"))
        session.execute(text("DROP TRIGGER IF EXISTS audit_no_delete"))
    else:
        session.execute(text("DROP TRIGGER IF EXISTS audit_append_only ON audit"))


def every(session: Session) -> list[AuditRow]:
    return list(session.scalars(select(AuditRow).order_by(AuditRow.sequence)))


def chain_again(session: Session, rows: list[AuditRow]) -> None:
    """Write the whole log anew so that every hash in it is right."""
    values = [
        (row.tenant_id, row.at, row.kind, row.actor, row.content, row.content_hash) for row in rows
    ]
    session.execute(delete(AuditRow))
    session.expunge_all()
    previous = GENESIS
    for at, (tenant, when, kind, actor, content, content_hash) in enumerate(values, 1):
        row = AuditRow(
            sequence=at, tenant_id=tenant, at=when, kind=kind, actor=actor, content=content,
            content_hash=content_hash, previous_hash=previous, entry_hash="",
        )  # fmt: skip
        row.entry_hash = previous = entry_hash(row)
        session.add(row)


def change(session: Session, chance: random.Random) -> None:
    row = chance.choice(every(session))
    name = chance.choice(["tenant_id", "kind", "actor", "content", "content_hash", "entry_hash"])
    setattr(row, name, f"{getattr(row, name)[:-1]}#")


def change_and_chain(session: Session, chance: random.Random) -> None:
    rows = every(session)
    chance.choice(rows).actor = "somebody else"
    chain_again(session, rows)


def clock_back(session: Session, chance: random.Random) -> None:
    chance.choice(every(session)).at -= timedelta(seconds=chance.randint(1, 10**6))


def remove_one(session: Session, chance: random.Random) -> None:
    session.delete(chance.choice(every(session)))


def remove_one_and_chain(session: Session, chance: random.Random) -> None:
    rows = every(session)
    rows.pop(chance.randrange(len(rows)))
    chain_again(session, rows)


def cut_tail(session: Session, chance: random.Random) -> None:
    last = chance.randint(1, ENTRIES - 1)
    session.execute(delete(AuditRow).where(AuditRow.sequence > last))


def remove_all(session: Session, _: random.Random) -> None:
    session.execute(delete(AuditRow))
    session.execute(delete(MatchRow))


def reorder(session: Session, chance: random.Random) -> None:
    rows = every(session)
    one, other = chance.sample(range(len(rows)), 2)
    rows[one], rows[other] = rows[other], rows[one]
    chain_again(session, rows)


def insert(session: Session, chance: random.Random) -> None:
    rows = every(session)
    copied = chance.choice(rows)
    rows.insert(chance.randrange(len(rows)), copied)
    chain_again(session, rows)


def append(session: Session, chance: random.Random) -> None:
    rows = every(session)
    chain_again(session, [*rows, chance.choice(rows)])


def change_match(session: Session, chance: random.Random) -> None:
    row = chance.choice(list(session.scalars(select(MatchRow))))
    name = chance.choice(["request", "weights", "snapshot_id", "answer_hash", "answer", "language"])
    setattr(row, name, zlib.compress(b"[]") if name == "answer" else "changed")


def remove_match(session: Session, chance: random.Random) -> None:
    session.delete(chance.choice(list(session.scalars(select(MatchRow)))))


def forge_match(session: Session, chance: random.Random) -> None:
    session.add(match(chance.randint(1000, 9999)))


def move_tenant(session: Session, chance: random.Random) -> None:
    row = chance.choice(list(session.scalars(select(MatchRow))))
    row.tenant_id = "b" if row.tenant_id == "a" else "a"


Tampering = Callable[[Session, random.Random], None]
WAYS: list[Tampering] = [
    change, change_and_chain, clock_back, remove_one, remove_one_and_chain, cut_tail, remove_all,
    reorder, insert, append, change_match, remove_match, forge_match, move_tenant,
]  # fmt: skip
