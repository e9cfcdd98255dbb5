"""The log says what was asked by route and how it went, never what a body or a query held."""

import json

import pytest
from fastapi import FastAPI
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
