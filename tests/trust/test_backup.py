"""Check 8: a backup made while all goes on is whole when it is put back elsewhere."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Connection

from models.database import connect, sessions
from models.settings import Settings
from services import backing_up
from services.backing_up import BackupRefused, back_up, restore
from services.matcher.app import create_app
from services.matcher.decisions.decisions import head_file
from services.matcher.decisions.verify import verify
from tests.databases import Databases
from tests.matcher_fixtures import LOOPBACK, TENANT, Published, published, settings_of
from tests.trust.report import Tried

__all__ = ["published"]
PLACE = "gn:3128026"


@pytest.fixture
def own(published: Published, tmp_path: Path) -> Published:
    return published.copied(tmp_path / "var")


@pytest.fixture
def asked(own: Published) -> Iterator[TestClient]:
    headers = {"Authorization": f"Bearer {own.keys[TENANT]}"}
    with TestClient(create_app(own.settings), client=LOOPBACK, headers=headers) as client:
        yield client


def ask(client: TestClient, number: int) -> tuple[str, bytes]:
    """A match that is recorded and decided on; answers with its id and its bytes."""
    body = {"place_id": PLACE, "limit": 1 + number % 9, "weights": {"similar_size": number}}
    given = client.post("/v1/matches/peers", json=body)
    key = str(given.json()["match_id"])
    client.app.state.decisions.recorder.flush()  # type: ignore[attr-defined]
    told = {"result_id": given.json()["results"][0]["place"]["id"], "outcome": "invited"}
    path = f"/v1/matches/{key}/outcomes"
    assert client.post(path, json=told | {"at": "2026-01-01"}).status_code == 201
    return key, given.content


@contextmanager
def writing(client: TestClient) -> Iterator[None]:
    """Somebody goes on asking and deciding."""
    stop = Event()

    def run() -> None:
        number = 1000
        while not stop.is_set():
            number += 1
            ask(client, number)

    thread = Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def faults(settings: Settings) -> list[str]:
    engine = connect(settings.url)
    found = verify(sessions(engine), head_file(settings)).faults
    engine.dispose()
    return found


def replayed(settings: Settings, key: str, token: str) -> bytes:
    headers = {"Authorization": f"Bearer {token}"}
    with TestClient(create_app(settings), headers=headers) as client:
        return client.post(f"/v1/matches/{key}/replay").content


@pytest.mark.check(8, "Hot backups are whole where they are put back", few=2, full=20)
def test_hot_backups_are_whole(
    own: Published, asked: TestClient, tmp_path: Path, count: int, tried: Tried
) -> None:
    known = [ask(asked, number) for number in range(3)]
    with writing(asked):
        for number in range(count):
            back_up(own.settings, tmp_path / f"backup-{number}")
    for number in range(count):
        elsewhere = settings_of(tmp_path / f"elsewhere-{number}")
        restore(elsewhere, tmp_path / f"backup-{number}")
        tried(faults(elsewhere) == [], faults(elsewhere))
        key, content = known[number % len(known)]
        tried(replayed(elsewhere, key, own.keys[TENANT]) == content, key)
    tried.done()


@pytest.mark.planted(8, "the head is copied later than the rows it is of")
def test_a_head_of_another_moment_is_found(
    own: Published, asked: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    standing = backing_up._standing

    @contextmanager
    def late(settings: Settings, head: Path) -> Iterator[Connection]:
        with standing(settings, head) as connection:
            ask(asked, 2)
            shutil.copy2(settings.audit_head_file, head)
            yield connection

    ask(asked, 1)
    monkeypatch.setattr(backing_up, "_standing", late)
    back_up(own.settings, tmp_path / "backup")
    restore(settings_of(tmp_path / "elsewhere"), tmp_path / "backup")
    assert faults(settings_of(tmp_path / "elsewhere"))


def test_from_sqlite_to_postgresql_and_back(
    own: Published, asked: TestClient, tmp_path: Path, databases: Databases
) -> None:
    key, content = ask(asked, 1)
    first = back_up(own.settings, tmp_path / "first")
    with databases.one() as made:
        url = made.render_as_string(hide_password=False)
        there = settings_of(tmp_path / "there").model_copy(update={"database_url": url})
        restore(there, tmp_path / "first")
        assert faults(there) == []
        assert replayed(there, key, own.keys[TENANT]) == content
        second = back_up(there, tmp_path / "second")
    assert second.rows == first.rows
    tables = [f"tables/{name}.jsonl" for name in first.rows]
    assert {t: second.files[t] for t in tables} == {t: first.files[t] for t in tables}


@pytest.mark.parametrize("fault", ["flip", "missing", "added", "no manifest"])
def test_a_damaged_backup_is_refused_before_anything_is_written(
    own: Published, tmp_path: Path, fault: str
) -> None:
    backup = tmp_path / "backup"
    back_up(own.settings, backup)
    victim = backup / "tables" / "place.jsonl"
    match fault:
        case "flip":
            content = bytearray(victim.read_bytes())
            content[len(content) // 2] ^= 1
            victim.write_bytes(content)
        case "missing":
            victim.unlink()
        case "added":
            (backup / "tables" / "more.jsonl").touch()
        case "no manifest":
            (backup / "backup.json").unlink()
    there = settings_of(tmp_path / "there")
    with pytest.raises(BackupRefused):
        restore(there, backup)
    assert not there.var.exists()


def test_nothing_is_written_over(own: Published, tmp_path: Path) -> None:
    back_up(own.settings, tmp_path / "backup")
    with pytest.raises(BackupRefused, match="not empty"):
        back_up(own.settings, tmp_path / "backup")
    with pytest.raises(BackupRefused, match="lives here already"):
        restore(own.settings, tmp_path / "backup")
