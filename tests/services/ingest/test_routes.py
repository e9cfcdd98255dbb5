"""The ingest API over HTTP, on both databases."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

from models.database import Sessions
from models.settings import Settings
from models.tables import PUBLIC, Job, PlaceRow, now
from services.access.callers import create_key
from services.ingest.app import create_app
from services.ingest.upsert import ensure_tenant
from tests.services.files.test_sheets import book
from tests.waiting import until

BILBAO = {"name": "Bilbao", "kind": "city", "country": "ES", "population": 345_000}
NETWORK = {
    "name": "Port Cities",
    "type": "managed_network",
    "theme": "dedicated",
    "description": "Ports that learn from each other.",
}


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


def test_good_rows_land_and_bad_rows_are_reported(
    client: TestClient, own: dict[str, str], sessions: Sessions
) -> None:
    sheet = (
        "id,name,kind,country,population,needs\n"
        "x:a,Aalst,city,BE,88000,housing:apply|mobility:identify:Trams\n"
        "x:b,Bern,city,CH,-5,\n"
        "x:c,Cork,city,IE,n/a,\n"
        "x:c,Cork,city,IE,210000,\n"
        "gn:1,Public,city,IE,1,\n"
        'x:d,"broken"x,city,IE,1,\n'
        "x:e,Essen,city,DE,1,parks:apply\n"
    )
    job = send(client, own, sheet)
    assert job["state"] == "done"
    assert job["rows"] == {"read": 7, "written": 2, "unchanged": 0, "refused": 5}
    assert [(e["row"], e["column"], e["code"]) for e in job["errors"]] == [
        (3, "population", "greater_than_equal"),
        (5, "id", "duplicate_id"),
        (6, "id", "missing_scope"),
        (7, None, "broken_row"),
        (8, "needs", "unknown_value"),
    ]
    assert job["errors"][0]["value"] == "-5"
    assert [e["other_row"] for e in job["errors"]] == [None, 4, None, None, None]
    with sessions() as session:
        assert session.get(PlaceRow, ("tenant-a", "x:c")) is not None
    again = send(client, own, sheet)
    assert again["rows"] == {"read": 7, "written": 0, "unchanged": 2, "refused": 5}


def test_a_line_of_ndjson_has_fields_of_its_own(client: TestClient, own: dict[str, str]) -> None:
    bern = '"name": "Bern", "kind": "city", "country": "CH"'
    content = f'{{"id": "x:b1", {bern}}}\n{{"id": "x:b2", {bern}, "popluation": null}}\n'
    files = {"file": ("a.ndjson", content.encode())}
    answer = client.post("/v1/ingest/files?kind=places", files=files, headers=own)
    job = finished(client, answer, own)
    assert (job["state"], job["rows"]["written"], job["rows"]["refused"]) == ("done", 1, 1)
    (error,) = job["errors"]
    assert (error["row"], error["column"]) == (2, "popluation")
    assert "did you mean 'population'?" in error["detail"]


def test_the_sheets_of_a_workbook_that_were_not_read_are_told(
    client: TestClient, own: dict[str, str]
) -> None:
    lines = [["id", "name", "kind", "country"], ["x:one", "One", "city", "NO"]]
    files = {"file": ("a.xlsx", book(Cities=lines, Notes=[["Call Ana"]]))}
    job = finished(
        client, client.post("/v1/ingest/files?kind=places", files=files, headers=own), own
    )
    assert (job["state"], job["rows"]["written"]) == ("done", 1)
    assert job["detail"] == "Of the workbook the sheet 'Cities' was read. Not read: 'Notes'."


def test_a_dry_run_counts_and_keeps_nothing(
    client: TestClient, own: dict[str, str], sessions: Sessions
) -> None:
    sheet = "id,name,kind,country\nx:a,Aalst,city,BE\n"
    assert send(client, own, sheet, query="&dry_run=true")["rows"]["written"] == 1
    with sessions() as session:
        assert session.get(PlaceRow, ("tenant-a", "x:a")) is None


def test_an_unknown_column_fails_the_file_and_is_told_once(
    client: TestClient, own: dict[str, str]
) -> None:
    job = send(client, own, "id,name,kind,country,popluation\nx:a,A,city,BE,1\nx:b,B,city,BE,2\n")
    assert job["state"] == "failed"
    assert job["rows"]["written"] == 0
    (error,) = job["errors"]
    assert (error["row"], error["column"], error["code"]) == (1, "popluation", "unknown_column")
    assert "did you mean 'population'" in error["detail"]


def test_applicants_get_ids_of_their_tenant(
    client: TestClient, own: dict[str, str], sessions: Sessions
) -> None:
    job = send(client, own, "id;name;kind;country\nA 17;Graz;city;AT\n", "applicants")
    assert job["rows"]["written"] == 1
    with sessions() as session:
        assert session.get(PlaceRow, ("tenant-a", "x:A-17")) is not None


def test_a_file_that_is_no_sheet_fails_its_job(client: TestClient, own: dict[str, str]) -> None:
    for content in ("", "%PDF-1.7", "PK\x03\x04 no zip"):
        job = send(client, own, content)
        assert job["state"] == "failed"
        assert job["detail"]


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


def test_a_value_that_no_database_holds_is_still_reported(
    client: TestClient, own: dict[str, str]
) -> None:
    content = b'{"id": "x:a", "name": "A\\u0000", "kind": "city", "country": "BE"}\n'
    files = {"file": ("a.ndjson", content)}
    response = client.post("/v1/ingest/files?kind=places", files=files, headers=own)
    job = finished(client, response, own)
    assert job["state"] == "done"
    assert [(e["row"], e["column"]) for e in job["errors"]] == [(1, "name")]


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
