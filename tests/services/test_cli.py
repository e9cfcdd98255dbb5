"""What serves: both services in one app, and a port that is taken."""

import socket
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from models.settings import Settings
from services import preparing
from services.cli import create_app
from tests.matcher_fixtures import Published, published
from tests.services.commands.ended import Ended, var

__all__ = ["published", "var"]

BILBAO = "gn:3128026"


@pytest.mark.usefixtures("var")
def test_a_port_in_use_is_said_before_anything_is_done() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = Ended("serve", "--prepare", "--port", str(port))
    assert ended.code == 1
    assert f"port {port}" in ended.err
    assert "--port" in ended.err


def test_both_services_answer_in_one_app(published: Published) -> None:
    with TestClient(create_app(published.settings), client=("127.0.0.1", 5000)) as client:
        assert client.get("/readyz").status_code == 200
        assert client.get(f"/v1/places/{BILBAO}").json()["name"] == "Bilbao"
        assert client.get("/v1/ingest/snapshots").status_code == 401
        paths = client.get("/openapi.json").json()["paths"]
    assert {"/v1/matches/peers", "/v1/ingest/files", "/healthz"} <= set(paths)


def test_not_ready_without_a_snapshot(var: Path) -> None:
    preparing.ready_database(Settings()).dispose()
    assert (var / "counterpart.db").exists()
    with TestClient(create_app()) as client:
        answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "counterpart publish" in answer.json()["detail"]
