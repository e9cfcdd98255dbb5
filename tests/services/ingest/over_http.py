"""The ingest API as tests ask it: on both databases, without a model."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

from models.database import Sessions
from models.settings import Settings
from models.tables import PUBLIC
from services.access.callers import create_key
from services.ingest.app import create_app
from tests.waiting import until


class FewNumbers:
    """An embedder of a few numbers, so that no model is loaded."""

    name, dimension, languages = "few-numbers", 4, "none"

    def encode(self, texts: list[str], kind: str) -> Any:  # noqa: ARG002
        table = np.array([[len(t), 1, 2, 3] for t in texts], np.float32).reshape(-1, 4)
        return table / np.linalg.norm(table, axis=1, keepdims=True)

    encode_many = encode


@pytest.fixture
def client(database_url: str, tmp_path: Path) -> Iterator[TestClient]:
    settings = Settings(database_url=database_url, var=tmp_path)
    app = create_app(settings)
    app.state.ingest._embedder = FewNumbers()
    with TestClient(app) as client:
        yield client
    app.state.engine.dispose()


@pytest.fixture
def own(sessions: Sessions) -> dict[str, str]:
    return headers(sessions, "tenant-a", "ingest")


@pytest.fixture
def admin(sessions: Sessions) -> dict[str, str]:
    return headers(sessions, PUBLIC, "ingest", "admin")


def headers(sessions: Sessions, tenant: str, *scopes: str) -> dict[str, str]:
    with sessions.begin() as session:
        return {"Authorization": f"Bearer {create_key(session, tenant, scopes)}"}


def finished(client: TestClient, response: Any, key: dict[str, str]) -> dict[str, Any]:
    """The job that a request started, once it is over."""
    assert response.status_code == 202, response.text
    assert response.headers["location"].endswith(response.json()["job_id"])
    job: dict[str, Any] = {}

    def is_over() -> bool:
        job.update(client.get(response.headers["location"], headers=key).json())
        return job["state"] in ("done", "failed")

    until(is_over, "the job ends")
    return job


def send(
    client: TestClient, key: dict[str, str], content: str, kind: str = "places", query: str = ""
) -> dict[str, Any]:
    response = client.post(
        f"/v1/ingest/files?kind={kind}{query}",
        files={"file": ("sheet.csv", content.encode())},
        headers=key,
    )
    return finished(client, response, key)
