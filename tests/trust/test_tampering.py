"""Check 37: whoever changes the log with all rights on the database is found out."""

import random

import pytest

from services.matcher.decisions import verify as verifying
from services.matcher.decisions.audit import Ledger
from services.matcher.decisions.head import HeadFile
from services.matcher.decisions.verify import verify
from tests.services.matcher.decisions.tampering import WAYS, unlock
from tests.services.matcher.decisions.test_audit import file, ledger, verify_within
from tests.trust.report import Tried

__all__ = ["file", "ledger"]


def tampered(ledger: Ledger, file: HeadFile, count: int, seed: int, tried: Tried) -> None:
    """Tamper in one way after the other, look, and take it back."""
    with ledger.sessions() as session:
        unlock(session)
        session.commit()
    for number in range(count):
        way = WAYS[number % len(WAYS)]
        with ledger.sessions() as session, session.no_autoflush:
            outer = session.connection().begin_nested()
            way(session, random.Random(seed + number))
            session.flush()
            faults = verify_within(session, file)
            outer.rollback()
            session.rollback()
        tried(bool(faults), f"{way.__name__}, {seed + number}")


@pytest.mark.check(37, "Tamperings with the audit log", few=70, full=500)
def test_every_tampering_is_found(
    ledger: Ledger, file: HeadFile, count: int, chance: random.Random, tried: Tried
) -> None:
    tampered(ledger, file, count, chance.randrange(10**6), tried)
    faults = verify(ledger.sessions, file).faults
    tried(faults == [], f"a whole log has faults: {faults}")
    tried.done()


@pytest.mark.planted(37, "no anchor outside the database")
def test_without_an_anchor_a_cut_tail_passes(
    ledger: Ledger, file: HeadFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verifying, "_check_head", lambda *_: None)
    monkeypatch.setattr(verifying, "_check_rows", lambda *_: None)
    tried = Tried()
    tampered(ledger, file, len(WAYS), 0, tried)
    missed = {failure.split(",")[0] for failure in tried.failures}
    assert {"cut_tail", "remove_all", "change_and_chain"} <= missed
