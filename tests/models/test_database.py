"""What /readyz tells of the database: its engine, the journal it really has, and why that."""

import sqlite3

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from models.database import journal, wal_is_safe
from services.web.app import install


def test_the_journal_is_the_one_in_use(engine: Engine) -> None:
    found = journal(engine)
    assert found["engine"] == engine.dialect.name
    if engine.dialect.name == "sqlite":
        is_safe = wal_is_safe(sqlite3.sqlite_version_info[:3])
        assert found["journal"] == ("wal" if is_safe else "delete")
        assert sqlite3.sqlite_version in found["because"]
    else:
        assert found["journal"] == "wal"
        assert "synchronous_commit is on" in found["because"]


@pytest.mark.parametrize("reasons", [[], ["Nothing was published."]])
def test_a_ready_service_names_its_database(engine: Engine, reasons: list[str]) -> None:
    app = FastAPI(docs_url=None, redoc_url=None)
    app.state.engine = engine
    install(app, lambda: reasons)
    answer = TestClient(app).get("/readyz")
    assert answer.status_code == (503 if reasons else 200)
    assert answer.json().get("database") == (None if reasons else journal(engine))
