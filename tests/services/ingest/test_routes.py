"""The ingest API over HTTP, on both databases."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from models.database import Sessions
from models.settings import Settings
from models.tables import Job, now
from services.ingest.app import create_app
from services.ingest.upsert import ensure_tenant
from tests.services.ingest.over_http import admin, client, finished, headers, own, send

__all__ = ["admin", "client", "own"]

BILBAO = {"name": "Bilbao", "kind": "city", "country": "ES", "population": 345_000}
NETWORK = {
    "name": "Port Cities",
    "type": "managed_network",
    "theme": "dedicated",
    "description": "Ports that learn from each other.",
}


def test_a_place_is_created_then_unchanged_then_changed(
    client: TestClient, own: dict[str, str]
) -> None:
    url = "/v1/ingest/places/x:bilbao"
    first = client.put(url, json=BILBAO, headers=own)
    again = client.put(url, json={**BILBAO, "id": "x:bilbao"}, headers=own)
    changed = client.put(url, json={**BILBAO, "population": 346_000}, headers=own)
    assert [r.status_code for r in (first, again, changed)] == [201, 200, 200]
    assert [r.json()["changed"] for r in (first, again, changed)] == [True, False, True]
    assert first.json()["content_hash"] == again.json()["content_hash"]
    assert first.json()["content_hash"] != changed.json()["content_hash"]


def test_the_id_in_the_body_must_be_the_one_in_the_path(
    client: TestClient, own: dict[str, str]
) -> None:
    for path, body in (("places/x:a", BILBAO), ("collaborations/x:a", NETWORK)):
        response = client.put(f"/v1/ingest/{path}", json={**body, "id": "x:b"}, headers=own)
        assert response.status_code == 422
        assert response.json()["errors"][0]["pointer"] == "/id"


def test_a_collaboration_takes_its_id_from_the_path(
    client: TestClient, own: dict[str, str]
) -> None:
    response = client.put("/v1/ingest/collaborations/x:ports", json=NETWORK, headers=own)
    assert response.status_code == 201
    assert response.json()["id"] == "x:ports"


@pytest.mark.parametrize(
    "path", ["places/gn:3128026", "places/iso:ES-PV", "places/cp:amb", "collaborations/c40"]
)
def test_public_records_need_an_admin(
    client: TestClient, own: dict[str, str], admin: dict[str, str], path: str
) -> None:
    body = NETWORK if path.startswith("collaborations") else BILBAO
    assert client.put(f"/v1/ingest/{path}", json=body, headers=own).status_code == 403
    assert client.put(f"/v1/ingest/{path}", json=body, headers=admin).status_code == 201


def test_writing_needs_a_key(client: TestClient) -> None:
    assert client.put("/v1/ingest/places/x:a", json=BILBAO).status_code == 401


@pytest.mark.parametrize(
    ("path", "facts", "code"),
    [
        ("places/x:a", {"kind": "national"}, "out_of_scope_national"),
        ("places/x:a", {"nickname": "Botxo"}, "unknown_field"),
        ("places/x:a", {"lat": 200, "lon": 1}, "less_than_equal"),
        ("places/nowhere", {}, "string_pattern_mismatch"),
    ],
)
def test_a_bad_place_is_refused_whole(
    client: TestClient, own: dict[str, str], path: str, facts: dict[str, Any], code: str
) -> None:
    response = client.put(f"/v1/ingest/{path}", json={**BILBAO, **facts}, headers=own)
    assert response.status_code == 422
    assert [error["code"] for error in response.json()["errors"]] == [code]


def test_a_contradictory_rule_is_refused_with_its_place(
    client: TestClient, own: dict[str, str]
) -> None:
    rule = {
        "id": "size",
        "field": "population",
        "operator": "between",
        "value": [9, 1],
        "text": "?",
    }
    response = client.put(
        "/v1/ingest/collaborations/x:a", json={**NETWORK, "rules": [rule]}, headers=own
    )
    (error,) = response.json()["errors"]
    assert error["pointer"] == "/rules/0"
    assert "low <= high" in error["detail"]


def test_another_tenants_job_does_not_exist(
    client: TestClient, own: dict[str, str], sessions: Sessions
) -> None:
    job = send(client, own, "id,name,kind,country\nx:a,Aalst,city,BE\n")
    other = headers(sessions, "tenant-b", "ingest")
    assert client.get(f"/v1/ingest/jobs/{job['id']}", headers=other).status_code == 404


@pytest.mark.parametrize("path", ["jobs/%00", "snapshots?cursor=%00", "jobs/" + "a" * 5_000])
def test_odd_ids_are_no_errors_of_the_service(
    client: TestClient, own: dict[str, str], path: str
) -> None:
    response = client.get(f"/v1/ingest/{path}", headers=own)
    assert 400 <= response.status_code < 500
    assert response.headers["content-type"] == "application/problem+json"


def test_an_unknown_kind_or_a_missing_file_is_refused(
    client: TestClient, own: dict[str, str]
) -> None:
    files = {"file": ("a.csv", b"id")}
    unknown = client.post("/v1/ingest/files?kind=planets", files=files, headers=own)
    missing = client.post("/v1/ingest/files?kind=places", headers=own)
    assert unknown.json()["errors"][0]["pointer"] == "?kind"
    assert missing.json()["errors"][0]["code"] == "missing_field"


def test_publish_makes_snapshots_that_are_listed(
    client: TestClient, own: dict[str, str], admin: dict[str, str]
) -> None:
    client.put("/v1/ingest/places/gn:3128026", json=BILBAO, headers=admin)
    first = finished(client, client.post("/v1/ingest/publish", headers=own), own)
    client.put("/v1/ingest/collaborations/c40", json={**NETWORK}, headers=admin)
    second = finished(client, client.post("/v1/ingest/publish", headers=own), own)
    assert (first["state"], second["state"]) == ("done", "done")
    page = client.get("/v1/ingest/snapshots?limit=1", headers=own).json()
    assert [(s["id"], s["current"]) for s in page["items"]] == [(second["revision"], True)]
    rest = client.get(f"/v1/ingest/snapshots?cursor={page['next']}", headers=own).json()
    assert [(s["id"], s["current"]) for s in rest["items"]] == [(first["revision"], False)]
    assert rest["next"] is None
    assert client.get("/v1/ingest/snapshots?cursor=gone", headers=own).status_code == 410


def test_a_job_left_behind_is_failed_at_the_start(
    database_url: str, sessions: Sessions, tmp_path: Path
) -> None:
    with sessions.begin() as session:
        ensure_tenant(session, "tenant-a")
        # Long ago: where several services do jobs, a command may be at it just now.
        left = Job(id="left", tenant_id="tenant-a", kind="places", state="running")
        left.created_at = now() - timedelta(days=2)
        session.add(left)
    app = create_app(Settings(database_url=database_url, var=tmp_path))
    with TestClient(app) as client:
        key = headers(sessions, "tenant-a", "ingest")
        job = client.get("/v1/ingest/jobs/left", headers=key).json()
    app.state.engine.dispose()
    assert job["state"] == "failed"
    assert "stopped" in job["detail"]


def test_an_unmigrated_database_is_not_ready(tmp_path: Path) -> None:
    app = create_app(Settings(var=tmp_path))
    with TestClient(app) as client:
        response = client.get("/readyz")
    app.state.engine.dispose()
    assert response.status_code == 503
    assert "counterpart migrate" in response.json()["detail"]
