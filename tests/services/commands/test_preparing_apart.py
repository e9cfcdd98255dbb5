"""`serve --prepare` has the catalogue made ready by a process that then ends."""

import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer

from models.errors import Problem
from models.settings import Settings
from services.commands import preparing_apart
from services.commands.preparing_apart import prepare_apart

# Python from 3.12 on tells so of a process with threads, as that of the tests is.
pytestmark = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")


def prepared(
    monkeypatch: pytest.MonkeyPatch, folder: Path, prepare: Callable[..., Any]
) -> socket.socket:
    monkeypatch.setattr(preparing_apart, "prepare", prepare)
    listener = socket.create_server(("127.0.0.1", 0))
    with listener:
        prepare_apart(Settings(_env_file=None, var=folder), listener)
        assert listener.getsockname()[1]  # still this process's
    return listener


def test_another_process_does_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def prepare(settings: Settings, _: object) -> None:
        (settings.var / "by").write_text(str(os.getpid()))

    prepared(monkeypatch, tmp_path, prepare)
    assert int((tmp_path / "by").read_text()) != os.getpid()


def test_what_goes_wrong_is_said_once_and_the_command_exits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def prepare(_: Settings, __: object) -> None:
        raise Problem("The table is not there.")

    with pytest.raises(typer.Exit) as ended:
        prepared(monkeypatch, tmp_path, prepare)
    assert ended.value.exit_code == 1
    assert capfd.readouterr().err.count("The table is not there.") == 1
