"""Check 2: a decision that is killed around its commit is whole, or was never made."""

import random

import pytest

from models.database import connect, sessions
from models.settings import Settings
from services.matcher.decisions.audit import Ledger
from services.matcher.decisions.decisions import head_file
from services.matcher.decisions.verify import verify
from tests.trust.mortals import KILLED, Mortals
from tests.trust.report import Tried
from tests.trust.work import ENTRIES, SAID

POINTS = ["audit-after-commit", "audit-before-commit"]


@pytest.mark.check(2, "A decision killed around its commit", few=4, full=20)
def test_a_killed_decision_is_whole_or_was_never_made(
    mortals: Mortals, doomed: Settings, count: int, chance: random.Random, tried: Tried
) -> None:
    engine = connect(doomed.url)
    ledger = Ledger(sessions(engine), head_file(doomed))
    total = 0
    for number in range(count):
        point = POINTS[number % len(POINTS)]
        at = chance.randint(1, ENTRIES)
        child = mortals.begin("deciding", doomed, f"{point}:{at}")
        tried(child.ended() == KILLED, point)
        said = len((doomed.var / SAID).read_text().splitlines())
        found = verify(sessions(engine), head_file(doomed))
        total += at if point == "audit-after-commit" else at - 1
        tried(found.faults == [] and found.head.count == total, (point, at, found))
        tried(said == at - 1, "acknowledged more than was done")
        with ledger.writing():
            pass
    engine.dispose()
    tried.done()


@pytest.mark.planted(2, "the head is signed before the commit, without word of what comes")
def test_a_head_signed_too_early_is_found(mortals: Mortals, doomed: Settings) -> None:
    child = mortals.begin("deciding_too_early", doomed, "audit-before-commit:2")
    assert child.ended() == KILLED
    engine = connect(doomed.url)
    assert verify(sessions(engine), head_file(doomed)).faults
    engine.dispose()
