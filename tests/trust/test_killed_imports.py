"""Check 1: an import that is killed at any moment loses nothing it acknowledged."""

import random
import sqlite3
import time
from contextlib import closing

import pytest

from models.settings import Settings
from models.snapshot import Snapshot, SnapshotStore
from tests.trust.conftest import FULL
from tests.trust.mortals import KILLED, Mortals
from tests.trust.report import Tried

ROWS = 5_000 if FULL else 1_000
MOST_TIMES = 10


def with_sheet(doomed: Settings) -> None:
    lines = [f"gn:{number},Place {number},city,DE\n" for number in range(1, ROWS + 1)]
    (doomed.var / "places.csv").write_text("id,name,kind,country\n" + "".join(lines))


def acknowledged(settings: Settings) -> tuple[int, int]:
    """Rows that the job says are written, and rows that are there."""
    with closing(sqlite3.connect(settings.var / "counterpart.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        said = database.execute("SELECT rows_written + rows_unchanged FROM job").fetchone() or (0,)
        there = database.execute("SELECT count(*), count(DISTINCT id) FROM place").fetchone()
    assert there[0] == there[1], "a row is there twice"
    return said[0], there[0]


def cleared(settings: Settings) -> None:
    """Nothing is imported any more."""
    with closing(sqlite3.connect(settings.var / "counterpart.db")) as database, database:
        for table in ("commitment", "place", "job"):
            database.execute(f"DELETE FROM {table}")


def killed(
    mortals: Mortals, settings: Settings, count: int, chance: random.Random, tried: Tried,
    what: str = "importing",
) -> int:  # fmt: skip
    """Kill so many imports, each at a moment of its own; answers with how many it took.

    Some are done before their moment comes, and more of them the faster the machine has become.
    """
    began = time.monotonic()
    assert mortals.begin(what, settings).ended() == 0
    whole, midway, begun = time.monotonic() - began, 0, 0
    while midway < count:
        assert begun < MOST_TIMES * count, f"only {midway} of {begun} were midway"
        if begun % 2 == 0:  # else over what the one before left
            cleared(settings)
        began = time.monotonic()
        child = mortals.begin(what, settings)
        time.sleep(chance.uniform(0, whole))
        is_midway = child.kill() == KILLED
        begun, midway = begun + 1, midway + is_midway
        whole = whole if is_midway else min(whole, time.monotonic() - began)
        said, there = acknowledged(settings)
        tried(said <= there <= ROWS, f"{said} acknowledged, {there} there")
    return begun


@pytest.fixture
def sheet(doomed: Settings) -> None:
    with_sheet(doomed)


@pytest.mark.usefixtures("sheet")
@pytest.mark.check(1, "An import killed at a random moment, and sent again", few=20, full=200)
def test_a_killed_import_loses_nothing_it_said(
    mortals: Mortals, doomed: Settings, count: int, chance: random.Random, tried: Tried
) -> None:
    assert mortals.begin("publishing", doomed).ended() == 0
    store = SnapshotStore(doomed.snapshots)
    before = store.current()
    begun = killed(mortals, doomed, count, chance, tried)
    cleared(doomed)
    mortals.begin("importing", doomed).kill()
    assert mortals.begin("importing", doomed).ended() == 0
    tried(acknowledged(doomed) == (ROWS, ROWS), "sent again")
    tried(before is not None and Snapshot(store.path(before)).id == store.current(), "snapshot")
    tried.note(f"{count} of {begun} midway")
    tried.done()


@pytest.mark.usefixtures("sheet")
@pytest.mark.planted(1, "rows are acknowledged before they are committed")
def test_acknowledging_too_early_is_found(
    mortals: Mortals, doomed: Settings, chance: random.Random
) -> None:
    tried = Tried()
    killed(mortals, doomed, 6, chance, tried, "importing_too_early")
    assert tried.failures
