"""What is wrong with the settings is told in a line, before anything is done."""

from pathlib import Path

import pytest

from tests.services.commands.ended import Ended, var

__all__ = ["var"]


@pytest.mark.usefixtures("var")
def test_a_bad_setting_is_named_as_it_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTERPART_PORT", "eighty")
    ended = Ended("publish")
    assert ended.code == 1
    assert ended.err.startswith("error: COUNTERPART_PORT is 'eighty'")


@pytest.mark.usefixtures("var")
def test_a_bad_url_of_a_database_is_refused_without_its_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COUNTERPART_DATABASE_URL", "postgres://role:hunter2@host/counterpart")
    ended = Ended("migrate")
    assert ended.code == 1
    assert "COUNTERPART_DATABASE_URL is not right: say postgresql://" in ended.err
    assert "hunter2" not in ended.err


@pytest.mark.usefixtures("var")
@pytest.mark.parametrize(
    ("name", "value"),
    [("RATE_STORAGE", "nosuch://user:hunter2@host"), ("SNAPSHOT_STORE", "nosuch://bucket")],
)
def test_a_store_of_no_known_kind_is_told_before_anything_is_served(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"COUNTERPART_{name}", value)
    ended = Ended("serve", "--port", "0")
    assert ended.code == 1
    assert f"COUNTERPART_{name}" in ended.err
    assert "hunter2" not in ended.err


def test_a_misspelt_setting_is_told(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTERPART_PUBLICREAD", "true")
    ended = Ended("migrate")
    assert ended.code == 0
    assert "is COUNTERPART_PUBLIC_READ meant?" in ended.err
    assert (var / "counterpart.db").exists()


def test_a_data_directory_that_cannot_be_made_is_said_in_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("COUNTERPART_VAR", str(tmp_path / "file" / "var"))
    ended = Ended("migrate")
    assert ended.code == 1
    assert ended.err.startswith("error: ")
