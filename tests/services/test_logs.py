"""The log says what was asked by route and how it went, never what a body or a query held."""

import json

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.testclient import TestClient

from services import logs
from services.web import app as web


def test_one_line_a_request_without_what_was_sent(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure()
    app = FastAPI(docs_url=None, redoc_url=None)
    web.install(app, lambda: [])
    TestClient(app).request(
        "GET",
        "/healthz?q=secret-query",
        headers={"Authorization": "Bearer cp_secret-key", "X-Request-Id": "id-1"},
        content=b'{"text": "secret-body"}',
    )
    written = capsys.readouterr().err
    (line,) = written.splitlines()
    event = json.loads(line)
    assert (event["route"], event["status"], event["request_id"]) == ("/healthz", 200, "id-1")
    assert "secret" not in written


def test_a_route_is_told_as_a_whole_and_what_none_took_is_not(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.configure()
    app = FastAPI(docs_url=None, redoc_url=None)
    web.install(app, lambda: [])
    inner, outer = APIRouter(prefix="/things"), APIRouter(prefix="/v9")

    @inner.get("")
    @inner.get("/{name}/parts")
    def parts(name: str = "") -> dict[str, str]:
        return {"name": name}

    outer.include_router(inner)
    app.include_router(outer)
    client = TestClient(app)
    for method, path in (("GET", "/v9/things/secret/parts"), ("GET", "/v9/things")):
        assert client.request(method, path).status_code == 200
    assert client.delete("/v9/things").status_code == 405
    assert client.get("/v9/secret").status_code == 404
    written = capsys.readouterr().err
    routes = [json.loads(line)["route"] for line in written.splitlines()]
    assert routes == ["/v9/things/{name}/parts", "/v9/things", "/v9/things", "unknown"]
    assert "secret" not in written
    counted = client.get("/metrics").text
    assert 'route="/v9/things/{name}/parts",status="200"' in counted
