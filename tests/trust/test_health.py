"""Check 21: alive and ready are told as documented, in twelve states of what may be wrong."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi import FastAPI, Response
from fastapi.testclient import TestClient
from httpx2 import Response as Answer
from prometheus_client import REGISTRY

from models.database import connect, downgrade
from models.settings import Settings
from models.snapshot import SnapshotStore
from services.matcher.app import create_app
from services.web.app import answer
from tests.matcher_fixtures import LOOPBACK, Published, published, settings_of
from tests.trust.report import Tried

__all__ = ["published"]
PLACE = {"place_id": "gn:3128026", "limit": 1}
DOCS = Path(__file__).parents[2] / "docs" / "operation.md"


State = Callable[[Path, Settings], Settings]


def _as_it_is(_: Path, settings: Settings) -> Settings:
    return settings


def _unreachable(folder: Path, settings: Settings) -> Settings:
    return settings.model_copy(update={"database_url": f"sqlite:///{folder / 'snapshots'}"})


def _old_schema(_: Path, settings: Settings) -> Settings:
    engine = connect(settings.url)
    downgrade(engine, "-1")
    engine.dispose()
    return settings


def _empty(folder: Path, settings: Settings) -> Settings:
    return settings.model_copy(update={"database_url": f"sqlite:///{folder / 'empty.db'}"})


def _unpublished(folder: Path, settings: Settings) -> Settings:
    shutil.rmtree(folder / "snapshots")
    return settings


def _dangling(_: Path, settings: Settings) -> Settings:
    (settings.snapshots / "CURRENT").write_text("no-such-snapshot")
    return settings


def _damaged(_: Path, settings: Settings) -> Settings:
    store = SnapshotStore(settings.snapshots)
    file = store.path(store.current() or "") / "place_records.bin"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    return settings


def _busy(_: Path, settings: Settings) -> Settings:
    return settings.model_copy(update={"requests_at_once": 1})


def _late(_: Path, settings: Settings) -> Settings:
    return settings.model_copy(update={"deadline_seconds": 1e-9})


STATES: dict[str, State] = {
    "all is well": _as_it_is,
    "the database cannot be reached": _unreachable,
    "the schema is older than the code": _old_schema,
    "the database is empty": _empty,
    "nothing was published": _unpublished,
    "the pointer names a snapshot that is not there": _dangling,
    "a file of the snapshot is damaged, at the start": _damaged,
    "a damaged snapshot is published over a good one": _as_it_is,
    "the snapshot was published long ago": _as_it_is,
    "going down": _as_it_is,
    "more requests at once than are answered": _busy,
    "an answer takes longer than the deadline": _late,
}


def documented() -> dict[str, tuple[int, ...]]:
    """The truth table of docs/operation.md."""
    rows = re.findall(r"^\| ([^|`]+) \| (\d+) \| (\d+) \| (\d+) \|$", DOCS.read_text(), re.M)
    return {state: tuple(map(int, rest)) for state, *rest in rows}


def _meanwhile(state: str, app: FastAPI, settings: Settings, client: TestClient) -> None:
    """What happens to a server that runs."""
    if state == "a damaged snapshot is published over a good one":
        assert client.post("/v1/matches/peers", json=PLACE).status_code == 200
        _dangling(settings.var, settings)
    elif state == "the snapshot was published long ago":
        pointer = settings.snapshots / "CURRENT"
        pointer.write_text(pointer.read_text())
    elif state == "going down":
        app.state.draining.is_on = True


def told(state: str, folder: Path) -> tuple[int, ...]:
    """What a server in that state answers: alive, ready, a match."""
    settings = STATES[state](folder, settings_of(folder))
    app = create_app(settings)
    with TestClient(app, client=LOOPBACK, raise_server_exceptions=False) as client:
        _meanwhile(state, app, settings, client)
        if state == "more requests at once than are answered":
            # One request is being answered all the time.
            app.state.hand._count = 1
        found: list[Answer] = [client.get("/healthz"), client.get("/readyz")]
        found.append(client.post("/v1/matches/peers", json=PLACE))
    assert not any("secret" in a.text or "tenant" in a.text for a in found[:2])
    return tuple(a.status_code for a in found)


@pytest.mark.check(21, "Alive and ready are told as documented, in every state", few=36, full=36)
@pytest.mark.usefixtures("count")
def test_the_truth_table(published: Published, tmp_path: Path, tried: Tried) -> None:
    table = documented()
    assert set(table) == set(STATES)
    for number, (state, expected) in enumerate(table.items()):
        folder = tmp_path / str(number)
        shutil.copytree(published.pristine, folder)
        found = told(state, folder)
        for what, one, other in zip(("live", "ready", "match"), found, expected, strict=True):
            tried(one == other, f"{state}: {what} is {one}, documented as {other}")


@pytest.mark.planted(21, "liveness that asks the database")
def test_planted_liveness_with_a_query_is_caught(published: Published, tmp_path: Path) -> None:
    folder = tmp_path / "var"
    app = create_app(_unreachable(folder, published.copied(folder).settings))
    planted = FastAPI()

    @planted.get("/healthz")
    def alive() -> Response:
        with app.state.sessions() as session:
            session.connection()
        return answer({})

    with TestClient(planted, raise_server_exceptions=False) as client:
        assert (
            client.get("/healthz").status_code != documented()["the database cannot be reached"][0]
        )


def test_every_metric_is_documented() -> None:
    text = DOCS.read_text()
    ours = [m.name for m in REGISTRY.collect() if m.name.startswith("counterpart_")]
    assert ours
    assert [name for name in ours if name not in text] == []
