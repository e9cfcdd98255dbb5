"""The audit log: whatever is changed behind its back is found."""

from datetime import timedelta
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
from services.matcher.decisions.audit import Entry, Ledger
from services.matcher.decisions.decisions import head_file
from services.matcher.decisions.digests import digests
from services.matcher.decisions.head import Head, HeadFile, Signed
from services.matcher.decisions.retention import remove_old
from services.matcher.decisions.verify import verify
from tests.services.matcher.decisions.tampering import ENTRIES, every, match, unlock


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
