"""SQLite's journal is chosen by its version: some can corrupt a write-ahead log."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text

from models import database
from tests.trust.report import Tried

# https://sqlite.org/wal.html, "The WAL-reset bug": mended in 3.51.3, 3.50.7 and 3.44.6.
SAFE = [(3, 44, 6), (3, 44, 9), (3, 50, 7), (3, 51, 3), (3, 52, 0), (4, 0, 0)]
UNSAFE = [(3, 7, 0), (3, 40, 1), (3, 44, 5), (3, 45, 3), (3, 49, 9), (3, 50, 6), (3, 51, 2)]


def journal(folder: Path) -> str:
    """The journal that a database really gets."""
    engine = database.connect(f"sqlite:///{folder / 'a.db'}")
    with engine.connect() as connection:
        found = str(connection.scalar(text("PRAGMA journal_mode")))
        assert connection.scalar(text("PRAGMA synchronous")) == 2
    engine.dispose()
    return found


@pytest.mark.check(5, "Versions of SQLite, and the journal each gets", few=1, full=1)
def test_only_mended_versions_get_a_write_ahead_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tried: Tried
) -> None:
    here = sqlite3.sqlite_version_info
    for number, version in enumerate([here, *SAFE, *UNSAFE]):
        folder = tmp_path / str(number)
        monkeypatch.setattr(sqlite3, "sqlite_version_info", version)
        is_safe = version in SAFE or (version == here and database.wal_is_safe(here))
        tried((journal(folder) == "wal") == is_safe, version)
    tried.done()


@pytest.mark.planted(5, "a guard that takes every version for mended")
def test_a_guard_that_lets_all_pass_is_caught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", UNSAFE[1])
    assert journal(tmp_path / "right") != "wal"
    monkeypatch.setattr(database, "wal_is_safe", lambda _: True)
    assert journal(tmp_path / "wrong") == "wal"
