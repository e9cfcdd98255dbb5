"""Both services as one running app on the small catalogue, and every operation called once."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from fastapi.testclient import TestClient

from models.database import database_at
from services.access.keys import create_key
from services.cli import create_app
from tests.contract.calling import Calls, Facts, steps
from tests.matcher_fixtures import LOOPBACK, Published, published

__all__ = ["published"]
TENANT = "demo"
RELEASED = Path(__file__).parents[2] / "clients" / "openapi.json"


@dataclass(frozen=True)
class Running:
    client: TestClient
    document: Facts
    key: str
    other_key: str


@pytest.fixture(scope="session")
def running(published: Published, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The app, its document, and a key with every scope but admin."""
    settings = published.copied(tmp_path_factory.mktemp("contract") / "var").settings
    with database_at(settings.url) as database, database.begin() as session:
        key = create_key(session, TENANT, ["match", "convene", "ingest"])
        other_key = create_key(session, f"{TENANT}-too", ["match"])
    app = create_app(settings)
    with TestClient(app, client=LOOPBACK, raise_server_exceptions=False) as client:
        yield Running(client, app.openapi(), key, other_key)


@pytest.fixture(scope="session")
def told(running: Running) -> dict[str, tuple[Facts, Any]]:
    """Each step of the scenario as it was sent, with its answer."""
    calls = Calls(running.client, running.document, running.key, running.other_key)
    found = {}
    for step in steps():
        answer = calls.call(step)
        found[step["id"]] = calls.filled(step), answer
    return found


@pytest.fixture(scope="session")
def valid(running: Running) -> Any:
    """Checks a value against a schema of the document."""

    def check(schema: Facts, value: Any) -> list[str]:
        whole = {**schema, "components": running.document["components"]}
        errors = jsonschema_rs.Draft202012Validator(whole).iter_errors(value)
        return [f"{'/'.join(map(str, e.instance_path))}: {e.message[:200]}" for e in errors]

    return check
