"""The audit log: whatever is changed behind its back is found."""

import random
import zlib
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, delete, select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from models.database import sessions
from models.errors import AuditBroken
from models.settings import Settings
from models.tables import AuditRow, MatchRow, now
from services.matcher.decisions import verify as verifying
from services.matcher.decisions.audit import Entry, Ledger, digest, entry_hash
from services.matcher.decisions.decisions import head_file
from services.matcher.decisions.digests import digests
from services.matcher.decisions.head import GENESIS, Head, HeadFile, Signed
from services.matcher.decisions.retention import remove_old
from services.matcher.decisions.verify import verify

ENTRIES = 12


def match(number: int, tenant: str = "a") -> MatchRow:
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
        answer_hash=digest({}),
        software="counterpart",
    )


@pytest.fixture
def file(tmp_path: Path) -> HeadFile:
    return HeadFile(tmp_path / "elsewhere" / "head.json", b"a secret")


@pytest.fixture
def ledger(owner: Engine, file: HeadFile) -> Ledger:
    """A log of a dozen entries of two tenants, each with a match."""
    ledger = Ledger(sessions(owner), file)
    for number in range(ENTRIES):
        row = match(number, "ab"[number % 2])
        with ledger.writing() as writing:
            writing.session.add(row)
            writing.append(Entry(row.tenant_id, "matches", "service", {"rows": digests(row)}))
    return ledger


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


def test_a_whole_log_has_no_faults(ledger: Ledger, file: HeadFile) -> None:
    found = verify(ledger.sessions, file)
    assert found.faults == []
    assert found.head.count == ENTRIES


def test_on_postgresql_nobody_waits_while_it_is_read(
    ledger: Ledger, file: HeadFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is decided meanwhile is not looked at, and is no fault."""
    decided = []

    def decide(chain: Any, session: Session) -> None:
        if session.get_bind().dialect.name == "postgresql":
            row = match(ENTRIES)
            with ledger.writing() as writing:
                writing.session.add(row)
                writing.append(Entry("a", "matches", "service", {"rows": digests(row)}))
            decided.append(row.id)
        read(chain, session)

    read = verifying._check_rows
    monkeypatch.setattr(verifying, "_check_rows", decide)
    found = verify(ledger.sessions, file)
    assert (found.faults, found.head.count) == ([], ENTRIES)
    monkeypatch.undo()
    found = verify(ledger.sessions, file)
    assert (found.faults, found.head.count) == ([], ENTRIES + len(decided))


def verify_within(session: Session, file: HeadFile) -> list[str]:
    """Verify what an open transaction sees, so that it can be undone."""

    class Within:
        def __call__(self) -> "Within":
            return self

        def __enter__(self) -> Session:
            session.expire_all()
            return session

        def __exit__(self, *_: object) -> None:
            return None

    return verify(Within(), file).faults  # type: ignore[arg-type]


def test_the_database_refuses_to_change_or_remove_an_entry(ledger: Ledger) -> None:
    for statement in ("UPDATE audit SET actor = 'x'", "DELETE FROM audit"):
        with ledger.sessions() as session, pytest.raises(DatabaseError, match="only ever added"):
            session.execute(text(statement))


def test_a_missing_or_foreign_head_is_a_fault(ledger: Ledger, file: HeadFile) -> None:
    signed = file.path.read_bytes()
    HeadFile(file.path, b"another secret").write(Head(ENTRIES, "f" * 64))
    assert verify(ledger.sessions, file).faults
    file.path.write_bytes(signed.replace(b'"count":12', b'"count":11'))
    assert verify(ledger.sessions, file).faults
    file.path.unlink()
    assert verify(ledger.sessions, file).faults == ["the file with the signed head is missing"]


def test_a_head_that_the_secret_before_signed_is_taken_and_signed_anew(
    ledger: Ledger, file: HeadFile
) -> None:
    changed = HeadFile(file.path, b"a new secret", [b"a secret"])
    assert verify(ledger.sessions, changed).faults == []
    row = match(ENTRIES)
    with Ledger(ledger.sessions, changed).writing() as writing:
        writing.session.add(row)
        writing.append(Entry("a", "matches", "service", {"rows": digests(row)}))
    assert verify(ledger.sessions, HeadFile(file.path, b"a new secret")).faults == []
    assert verify(ledger.sessions, file).faults


def test_a_secret_that_is_set_later_takes_over_the_kept_one(tmp_path: Path) -> None:
    kept = Settings(_env_file=None, var=tmp_path)
    head_file(kept).write(Head(1, "f" * 64))
    later = Settings(_env_file=None, var=tmp_path, secret=SecretStr("a new secret"))
    assert head_file(later).read() == Signed(Head(1, "f" * 64))
    other = Settings(_env_file=None, var=tmp_path / "other", secret=SecretStr("another"))
    before = other.model_copy(update={"secret_before": SecretStr("a new secret")})
    head_file(later).write(Head(2, "e" * 64))
    shared = {"audit_head": str(later.audit_head_file)}
    assert head_file(before.model_copy(update=shared)).read() == Signed(Head(2, "e" * 64))
    with pytest.raises(AuditBroken):
        head_file(other.model_copy(update=shared)).read()


def test_nothing_is_decided_on_top_of_a_broken_log(ledger: Ledger) -> None:
    with ledger.sessions.begin() as session:
        unlock(session)
        session.execute(delete(AuditRow).where(AuditRow.sequence > 5))
    with pytest.raises(AuditBroken), ledger.writing() as writing:
        writing.append(Entry("a", "outcome", "key"))


def test_what_fails_leaves_neither_rows_nor_entries(ledger: Ledger, file: HeadFile) -> None:
    def fail() -> None:
        with ledger.writing() as writing:
            writing.session.add(match(99))
            writing.append(Entry("a", "matches", "service"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert verify(ledger.sessions, file).faults == []
    with ledger.sessions() as session:
        assert session.get(MatchRow, ("a", "m_99")) is None


def test_a_crash_around_the_commit_is_no_tampering(ledger: Ledger, file: HeadFile) -> None:
    signed = file.read()
    assert signed is not None
    with ledger.writing() as writing:
        writing.append(Entry("a", "note", "key"))
        after = writing.tail
    file.write(signed.head, after)  # the commit happened, the last write of the head did not
    assert verify(ledger.sessions, file).faults == []
    file.write(after, Head(after.count + 1, "e" * 64))  # the commit did not happen
    assert verify(ledger.sessions, file).faults == []
    with ledger.writing() as writing:
        writing.append(Entry("a", "note", "key"))
    assert verify(ledger.sessions, file).faults == []


def test_records_past_their_time_go_and_the_log_says_so(ledger: Ledger, file: HeadFile) -> None:
    assert remove_old(ledger, now() - timedelta(days=1)) == 0
    assert remove_old(ledger, now() + timedelta(days=1)) == ENTRIES
    assert verify(ledger.sessions, file).faults == []
    with ledger.sessions() as session:
        assert list(session.scalars(select(MatchRow))) == []
        assert every(session)[-1].kind == "retention"
