"""Checks 1 and 2: a process that is killed loses nothing it acknowledged, and blocks no start."""

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from models.database import ROOT, connect, sessions
from models.failpoints import VARIABLE
from models.records import Place
from models.settings import Settings
from models.snapshot import Snapshot, SnapshotStore
from models.tables import PUBLIC
from services.ingest.upsert import ensure_tenant, upsert_places
from services.matcher.decisions.audit import Ledger
from services.matcher.decisions.decisions import head_file
from services.matcher.decisions.verify import verify
from tests.trust.dying import ENTRIES, publishing, settings_in
from tests.trust.report import Tried

ROWS = 5_000
PUBLISH_POINTS = [
    "promote-before-pointer",
    "publish-before-prune",
    "publish-built",
    "promote-after-pointer",
    "publish-promoted",
]
AUDIT_POINTS = ["audit-after-commit", "audit-before-commit"]


@pytest.fixture
def settings(migrated_file: Path, tmp_path: Path) -> Settings:
    var = tmp_path / "var"
    var.mkdir()
    shutil.copy(migrated_file, var / "counterpart.db")
    return settings_in(var)


@contextmanager
def child(what: str, settings: Settings, point: str = "") -> Iterator["subprocess.Popen[str]"]:
    """A process in development mode, at the beginning of its work; at the end it is dead."""
    environment = {**os.environ, VARIABLE: point}
    command = [sys.executable, "-X", "dev", "-W", "ignore", "-m", "tests.trust.dying"]
    with subprocess.Popen(
        [*command, what, str(settings.var)],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        yield process
        process.kill()


def acknowledged(settings: Settings) -> tuple[int, int]:
    """Rows that the job says are written, and rows that are there."""
    with closing(sqlite3.connect(settings.var / "counterpart.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        said = database.execute("SELECT rows_written FROM job").fetchone() or (0,)
        there = database.execute("SELECT count(*), count(DISTINCT id) FROM place").fetchone()
    assert there[0] == there[1], "a row is there twice"
    return said[0], there[0]


@pytest.mark.check(1, "An import killed at a random moment, and sent again", few=2, full=200)
def test_a_killed_import_loses_nothing_it_said(
    settings: Settings, count: int, chance: random.Random, tried: Tried
) -> None:
    lines = [f"gn:{number},Place {number},city,DE\n" for number in range(1, ROWS + 1)]
    (settings.var / "places.csv").write_text("id,name,kind,country\n" + "".join(lines))
    midway = 0
    for _ in range(count):
        with child("import", settings) as process:
            time.sleep(chance.uniform(0.2, 3))
            midway += process.poll() is None
        said, there = acknowledged(settings)
        tried(said <= there <= ROWS, (said, there))
    with child("import", settings) as process:
        assert process.wait() == 0
    tried(acknowledged(settings)[1] == ROWS, "sent again")
    tried.note(f"{midway} of {count} killed midway")
    tried.done()


@pytest.mark.planted(1, "rows are acknowledged before they are committed")
def test_acknowledging_too_early_is_found(settings: Settings) -> None:
    engine = connect(settings.url)
    with sessions(engine).begin() as session:
        ensure_tenant(session, PUBLIC)
    engine.dispose()
    with closing(sqlite3.connect(settings.var / "counterpart.db")) as database, database:
        database.execute(
            "INSERT INTO job (id, tenant_id, kind, state, rows_read, rows_written, rows_unchanged,"
            " rows_refused, created_at) VALUES ('job', 'public', 'places', 'running', 9, 9, 0, 0,"
            " '2026-01-01')"
        )
    said, there = acknowledged(settings)
    assert said > there


def with_places(settings: Settings, *names: str) -> None:
    engine = connect(settings.url)
    places = [
        {"id": f"gn:{at}", "name": name, "kind": "city", "country": "DE"}
        for at, name in enumerate(names, 1)
    ]
    with sessions(engine).begin() as session:
        ensure_tenant(session, PUBLIC)
        upsert_places(session, map(Place.model_validate, places), PUBLIC)
    engine.dispose()


@pytest.mark.check(2, "A publish killed at each named point", few=2, full=25)
def test_a_killed_publish_leaves_the_old_or_the_new(
    settings: Settings, count: int, tried: Tried
) -> None:
    store = SnapshotStore(settings.snapshots)
    with_places(settings, "First")
    engine = connect(settings.url)
    publishing(settings, sessions(engine))
    for number in range(count):
        point, before = PUBLISH_POINTS[number % len(PUBLISH_POINTS)], store.current()
        with_places(settings, f"Round {number}")
        with child("publish", settings, point) as process:
            tried(process.wait() == -signal.SIGKILL, f"{point} was not reached")
        current = store.current()
        tried(current is not None and Snapshot(store.path(current)).id == current, point)
        tried(current == before or point not in ("publish-built", "promote-before-pointer"), point)
        publishing(settings, sessions(engine))
        now = store.current()
        tried(now is not None and now != before, f"{point}: no publish after it")
        left = [p.name for p in store.folder.iterdir() if p.name.startswith((".b", ".C"))]
        tried(left == [], left)
    engine.dispose()
    tried.done()


@pytest.mark.planted(2, "the old snapshot goes before the new one counts")
def test_dropping_the_old_first_is_found(settings: Settings) -> None:
    store = SnapshotStore(settings.snapshots)
    with_places(settings, "First")
    engine = connect(settings.url)
    publishing(settings, sessions(engine))
    engine.dispose()
    current = store.current()
    assert current is not None
    shutil.rmtree(store.path(current))  # and here it is killed
    assert not store.has(str(store.current()))


@pytest.mark.check(2, "A decision killed around its commit", few=2, full=20)
def test_a_killed_decision_is_whole_or_was_never_made(
    settings: Settings, count: int, chance: random.Random, tried: Tried
) -> None:
    engine = connect(settings.url)
    ledger = Ledger(sessions(engine), head_file(settings))
    total = 0
    for number in range(count):
        point = AUDIT_POINTS[number % len(AUDIT_POINTS)]
        at = chance.randint(1, ENTRIES)
        with child("decide", settings, f"{point}:{at}") as process:
            said = len(process.stdout.readlines()) if process.stdout else 0
            tried(process.wait() == -signal.SIGKILL, point)
        found = verify(sessions(engine), head_file(settings))
        total += at if point == "audit-after-commit" else at - 1
        tried(found.faults == [] and found.head.count == total, (point, at, found))
        tried(said == at - 1, "acknowledged more than was done")
        with ledger.writing():
            pass
    engine.dispose()
    tried.done()
