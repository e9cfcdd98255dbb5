"""`counterpart audit verify`."""

from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from models.database import connect, migrate, sessions
from models.settings import Settings
from services.cli import app
from services.matcher.decisions.audit import Entry, Ledger
from services.matcher.decisions.decisions import head_file


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A migrated database with two entries in its log."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COUNTERPART_VAR", str(tmp_path / "var"))
    settings = Settings(_env_file=None)
    engine = connect(settings.url)
    migrate(engine)
    ledger = Ledger(sessions(engine), head_file(settings))
    for kind in ("outcome", "checklist"):
        with ledger.writing() as writing:
            writing.append(Entry("a", kind, "key"))
    engine.dispose()
    return settings


def test_a_whole_log_is_said_to_be_whole(settings: Settings) -> None:
    found = CliRunner().invoke(app, ["audit", "verify"])
    assert found.exit_code == 0, found.output
    assert found.stdout.startswith("2 ")
    assert settings.audit_head_file.exists()


def test_a_log_cut_short_fails(settings: Settings) -> None:
    engine = connect(settings.url)
    with engine.begin() as connection:
        connection.execute(text("DROP TRIGGER audit_no_delete"))
        connection.execute(text("DELETE FROM audit WHERE sequence = 2"))
    engine.dispose()
    found = CliRunner().invoke(app, ["audit", "verify"])
    assert found.exit_code == 1
    assert "the signed head says 2 entries" in found.output
