"""A command of the line as a test runs it: on a data directory of its own, or on the catalogue."""

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from services.cli import app
from tests.matcher_fixtures import Published

Run = Callable[..., "Ended"]


class Ended:
    """How a command ended: its exit code, what it answered and what else it said."""

    def __init__(self, *arguments: str) -> None:
        result = CliRunner().invoke(app, list(arguments), env={"COLUMNS": "200"})
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        self.code, self.out, self.err = result.exit_code, result.stdout, result.stderr


@pytest.fixture
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data directory, which the commands of a test work on."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COUNTERPART_VAR", str(tmp_path / "var"))
    monkeypatch.delenv("COUNTERPART_DATABASE_URL", raising=False)
    return tmp_path / "var"


@pytest.fixture
def asked(published: Published, var: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command on the small published catalogue."""
    assert published.settings.var != var
    monkeypatch.setenv("COUNTERPART_VAR", str(published.settings.var))
    return Ended
