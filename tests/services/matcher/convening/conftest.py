"""The convener's desk over HTTP, on the small published catalogue and both databases."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from models.database import Sessions, callers_sessions
from services.access.callers import create_key
from services.matcher.app import create_app
from services.matcher.decisions.audit import Ledger
from services.matcher.decisions.head import HeadFile
from tests.matcher_fixtures import LOOPBACK, Published

DC = "districts-of-creativity"
YANGTZE = {"name": "Yangtze River Delta", "kind": "region", "country": "CN"}
# The ten of thirteen members that the report names (lines 3047-3075 and 3104-3114).
NAMED = [
    "iso:BE-VLG", "gn:634963", "iso:DK-82", "iso:GB-SCT", "iso:ES-CT", "iso:DE-BW",
    "iso:US-OK", "gn:3451190", "iso:IN-KA", YANGTZE,
]  # fmt: skip

STRONG = {
    "readiness": "proactive",
    "executive": {"capacity": "high"},
    "powers": {"discretion": 0.9, "policy_scope": 0.8},
    "offers": [{"sector": "innovation", "stage": "implement",
                "evidence": [{"kind": "metric", "text": "40 firms", "source": "report"}]}],
}  # fmt: skip


def region(name: str, country: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "kind": "region", "country": country, **more}


class Desk:
    """A convener's key on the API."""

    def __init__(self, client: TestClient, key: str) -> None:
        self.client = client
        self.headers = {"Authorization": f"Bearer {key}"}

    def ask(self, method: str, path: str, body: Any = None, status: int = 200, **more: Any) -> Any:
        """The answer to a request under /v1, which must have the status."""
        response = self.client.request(
            method, f"/v1{path}", json=body, headers=self.headers, **more
        )
        assert response.status_code == status, response.text[:2000]
        return response.json()

    def post(self, path: str, body: Any, status: int = 200) -> Any:
        return self.ask("POST", path, body, status)

    def get(self, path: str, status: int = 200) -> Any:
        return self.ask("GET", path, None, status)

    def roster(self, members: list[Any], of: str = DC, **more: Any) -> Any:
        return self.ask("PUT", f"/collaborations/{of}/roster", {"members": members, **more})

    def check(self, admit: list[Any], leave: list[Any] | None = None, of: str = DC) -> Any:
        body = {"admit": admit, "leave": leave or []}
        return self.post(f"/collaborations/{of}/admissions/check", body)


@pytest.fixture(scope="module")
def app_client(published: Published) -> Iterator[TestClient]:
    app = create_app(published.settings)
    with TestClient(app, client=LOOPBACK, raise_server_exceptions=True) as client:
        yield client


@pytest.fixture
def desks(
    app_client: TestClient, engine: Engine, sessions: Sessions, tmp_path: Path
) -> tuple[Desk, Desk]:
    """Two conveners, strangers to each other, on a fresh database with its own audit log."""
    state = app_client.app.state  # type: ignore[attr-defined]
    state.sessions, state.every_tenant = callers_sessions(engine), sessions
    state.decisions.ledger = Ledger(sessions, HeadFile(tmp_path / "head.json", b"a secret"))
    with sessions.begin() as session:
        keys = [create_key(session, name, ["match", "convene"]) for name in ("first", "second")]
    return Desk(app_client, keys[0]), Desk(app_client, keys[1])


@pytest.fixture
def desk(desks: tuple[Desk, Desk]) -> Desk:
    return desks[0]


@pytest.fixture
def stranger(desks: tuple[Desk, Desk]) -> Desk:
    return desks[1]
