"""Checks 23 and 24: migrations take no lock that readers feel, and give up one they cannot have."""

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.exc import OperationalError

from models.database import downgrade, is_migrated, migrate
from tests.trust.report import Tried

LOCK = 72616331
# What these say is no matter of locks: widths are checked by the application, and numbers of jobs,
# rows and versions stay far below two thousand million.
EXCEPTIONS = ("prefer-text-field", "prefer-bigint-over-int")


def statements(engine: Engine) -> list[str]:
    """What a migration from nothing says to the database, but for questions and its own notes."""
    said: list[str] = []

    def heard(_: object, __: object, statement: str, *___: object) -> None:
        word = statement.split(maxsplit=1)[0].upper()
        if (
            word not in ("SELECT", "INSERT", "UPDATE", "SHOW")
            and "alembic_version" not in statement
        ):
            said.append(statement.strip().rstrip(";") + ";")

    event.listen(engine, "before_cursor_execute", heard)
    migrate(engine)
    event.remove(engine, "before_cursor_execute", heard)
    return said


def findings(script: Path) -> list[str]:
    """What squawk has to say against a script."""
    squawk = str(Path(sys.executable).with_name("squawk"))
    rules = [f"--exclude={rule}" for rule in EXCEPTIONS]
    command = [squawk, "--pg-version=15.0", "--assume-in-transaction", "--reporter=gcc", *rules]
    found = subprocess.run([*command, str(script)], capture_output=True, text=True, check=False)
    assert not found.stderr, found.stderr
    return [line for line in found.stdout.splitlines() if ": warning: " in line or "error" in line]


@pytest.mark.check(23, "No migration takes a lock that squawk warns of", few=1, full=1)
@pytest.mark.usefixtures("count")
def test_migrations_pass_the_linter(empty: Engine, tmp_path: Path, tried: Tried) -> None:
    said = statements(empty)
    assert any("CREATE TABLE" in statement for statement in said)
    script = tmp_path / "all.sql"
    script.write_text("\n".join(said))
    found = findings(script)
    tried(not found, found)


@pytest.mark.planted(23, "CREATE INDEX without CONCURRENTLY on a table that is there")
def test_planted_a_blocking_index_is_caught(tmp_path: Path) -> None:
    script = tmp_path / "planted.sql"
    script.write_text("SET lock_timeout = '4s'; CREATE INDEX ix_new ON match_record (kind);")
    assert any("require-concurrent-index-creation" in line for line in findings(script))


@pytest.mark.check(
    24, "A lock that cannot be had is given up; the migration succeeds later", few=1, full=3
)
def test_a_held_lock_is_given_up(empty: Engine, count: int, tried: Tried) -> None:
    migrate(empty)
    for _ in range(count):
        downgrade(empty, "base")
        with empty.connect() as holder:
            holder.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
            with pytest.raises(OperationalError, match="lock timeout"):
                migrate(empty)
            tried(not is_migrated(empty), "migrated while another one was at it")
        migrate(empty)
        tried(is_migrated(empty), "not migrated once the lock was free")


@pytest.mark.planted(24, "a migration that does not say how long it waits")
def test_planted_without_a_limit_it_waits(empty: Engine) -> None:
    with empty.connect() as holder, empty.connect() as other:
        holder.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
        other.exec_driver_sql("SET statement_timeout = '500ms'")
        with pytest.raises(OperationalError, match="statement timeout"):
            other.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
