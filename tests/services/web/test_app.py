"""Errors are problem+json that say what and where; nothing a client sends makes a 500."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI, Response
from fastapi.testclient import TestClient
from sqlalchemy import delete, update

from models.database import Sessions
from models.errors import PlaceNotFound
from models.records import Place
from models.settings import Settings
from models.tables import ApiKey, now
from services.access.callers import Caller, Convening, Matching, create_key, key_hash
from services.web import app as web
from services.web.app import answer

BILBAO = {"name": "Bilbao", "kind": "city", "country": "ES"}
JSON = {"Content-Type": "application/json"}


def make_app(reasons: list[str] | None = None) -> FastAPI:
    app = FastAPI(title="Test", docs_url=None, redoc_url=None)
    web.install(app, lambda: reasons or [])

    @app.post("/places")
    def post(place: Place, limit: int = 1) -> Response:
        return answer({**place.facts(), "limit": limit})

    @app.get("/places/{id}")
    def get(id: str) -> Response:
        raise PlaceNotFound(id)

    @app.get("/broken")
    def broken() -> Response:
        raise RuntimeError("password=hunter2")

    @app.get("/matching")
    def matching(caller: Matching) -> Response:
        return whose(caller)

    @app.get("/convening")
    def convening(caller: Convening) -> Response:
        return whose(caller)

    return app


def whose(caller: Caller) -> Response:
    return answer({"tenant": caller.tenant})


@pytest.fixture
def client() -> Iterator[TestClient]:
    with TestClient(make_app(), raise_server_exceptions=False) as client:
        yield client


def problem(response: Any, status: int) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    content: dict[str, Any] = response.json()
    assert content["status"] == status
    assert content["type"].startswith("/problems/")
    assert content["request_id"] == response.headers["x-request-id"]
    return content


@pytest.mark.parametrize(
    ("facts", "pointer", "code", "says"),
    [
        ({"popluation": 3}, "/popluation", "unknown_field", "popluation"),
        ({"population": -5}, "/population", "greater_than_equal", "got -5"),
        ({"lat": 200, "lon": 0}, "/lat", "less_than_equal", "90"),
        ({"kind": "national"}, "/kind", "out_of_scope_national", "subnational"),
        ({"kind": "village"}, "/kind", "unknown_value", "rural_area"),
        ({"country": "XX"}, "/country", "invalid_value", "unknown country 'XX'"),
        ({"description": "a" * 1_000_000}, "/description", "string_too_long", "20000"),
        ({"population": 10**400}, "", "json_invalid", "infinity"),
        ({"population": 10**30}, "/population", "int_parsing_size", "1e+30"),
        (
            {"needs": [{"sector": "housing", "stage": "apply"}, {"sector": "x", "stage": "apply"}]},
            "/needs/1/sector",
            "unknown_value",
            "'x'",
        ),
    ],
)
def test_bad_input_is_told_what_and_where(
    client: TestClient, facts: dict[str, Any], pointer: str, code: str, says: str
) -> None:
    content = problem(client.post("/places", json={**BILBAO, **facts}), 422)
    (error,) = content["errors"]
    assert (error["pointer"], error["code"]) == (pointer, code)
    assert says in error["detail"]
    assert len(error["detail"]) <= 1_001


@pytest.mark.parametrize(
    "body",
    [
        b'{"name": "Bilbao",}',
        b"[" * 100_000,
        b'{"name": "\\ud800"}',
        b'{"population": NaN}',
        b'{"population": -Infinity}',
        b"9" * 5_000,
        b"\xff\xfe",
    ],
)
def test_broken_json_is_refused_with_its_position(client: TestClient, body: bytes) -> None:
    content = problem(client.post("/places", content=body, headers=JSON), 422)
    assert content["errors"][0]["code"] == "json_invalid"
    assert "line 1, column" in content["detail"]


def test_the_position_names_the_line(client: TestClient) -> None:
    content = problem(client.post("/places", content=b'{\n"name": x}', headers=JSON), 422)
    assert "line 2, column 9" in content["detail"]


def test_other_content_than_json_is_named(client: TestClient) -> None:
    response = client.post("/places", content=b"hello", headers={"Content-Type": "text/plain"})
    assert "application/json" in problem(response, 422)["detail"]


def test_an_empty_body_is_missing(client: TestClient) -> None:
    assert problem(client.post("/places", headers=JSON), 422)["errors"][0]["code"] == (
        "missing_field"
    )


def test_a_bad_query_is_pointed_at_by_its_name(client: TestClient) -> None:
    content = problem(client.post("/places?limit=many", json=BILBAO), 422)
    assert content["errors"][0]["pointer"] == "?limit"


def test_a_long_number_in_a_text_stays_as_it_is(client: TestClient) -> None:
    name = "Calle 12345678901234567890123"
    assert client.post("/places", json={**BILBAO, "name": name}).json()["name"] == name


@pytest.mark.parametrize("declared", [True, False])
def test_a_body_over_the_limit_is_refused(client: TestClient, declared: bool) -> None:
    body = b'{"description": "' + b"a" * 2_000_000 + b'"}'
    content: Any = body if declared else iter([body[:1_000_000], body[1_000_000:]])
    assert problem(client.post("/places", content=content, headers=JSON), 413)["limit"] == 2_000_000


def test_an_unknown_path_and_method_are_problems(client: TestClient) -> None:
    assert problem(client.get("/nowhere"), 404)["type"] == "/problems/not-found"
    response = client.delete("/places")
    assert problem(response, 405)["type"] == "/problems/method-not-allowed"
    assert response.headers["allow"] == "POST"


def test_an_unknown_place_is_named(client: TestClient) -> None:
    assert "gn:0" in problem(client.get("/places/gn:0"), 404)["detail"]


def test_an_unexpected_error_tells_nothing_of_its_inside(client: TestClient) -> None:
    response = client.get("/broken")
    problem(response, 500)
    assert "hunter2" not in response.text


def test_a_sound_request_id_is_kept_and_others_replaced(client: TestClient) -> None:
    assert client.get("/healthz", headers={"X-Request-Id": "abc-1"}).headers["x-request-id"] == (
        "abc-1"
    )
    odd = client.get("/healthz", headers={"X-Request-Id": "a b\tc"}).headers["x-request-id"]
    assert odd != "a b\tc"


def test_not_ready_says_why() -> None:
    client = TestClient(make_app(["no snapshot yet"]))
    assert "no snapshot yet" in problem(client.get("/readyz"), 503)["detail"]
    assert client.get("/healthz").status_code == 200


def test_metrics_count_by_route_and_status(client: TestClient) -> None:
    client.get("/places/secret-name")
    text = client.get("/metrics").text
    assert 'counterpart_requests_total{method="GET",route="/places/{id}",status="404"}' in text
    assert "secret-name" not in text


def test_the_pages_ask_nobody_else(client: TestClient) -> None:
    page = client.get("/docs").text
    assert "https://" not in page
    assert client.get("/docs/assets/swagger-ui-bundle.js").status_code == 200


def test_the_api_document_describes_errors_as_problems(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    responses = document["paths"]["/places"]["post"]["responses"]
    assert responses["422"] == {"$ref": "#/components/responses/Problem422"}
    problem = document["components"]["responses"]["Problem422"]
    assert list(problem["content"]) == ["application/problem+json"]
    assert "HTTPValidationError" not in document["components"]["schemas"]


def key_client(sessions: Sessions, host: str = "203.0.113.9", **settings: Any) -> TestClient:
    app = make_app()
    app.state.every_tenant = sessions
    app.state.settings = Settings(**settings)
    return TestClient(app, client=(host, 50000))


def test_a_key_opens_what_its_scopes_allow(sessions: Sessions) -> None:
    with sessions.begin() as session:
        key = create_key(session, "tenant-a", ["match"])
    client = key_client(sessions)
    headers = {"Authorization": f"Bearer {key}"}
    assert client.get("/matching", headers=headers).json() == {"tenant": "tenant-a"}
    assert problem(client.get("/convening", headers=headers), 403)["scope"] == "convene"


def test_a_key_is_long_and_kept_only_as_its_hash(sessions: Sessions) -> None:
    with sessions.begin() as session:
        key = create_key(session, "tenant-a", ["match"])
    assert len(key) >= 46
    assert key.startswith("cp_")
    assert key not in key_hash(key)


@pytest.mark.parametrize("header", ["Bearer cp_wrong", "Basic abc", "cp_x", "Bearer ", "Bearer é"])
def test_a_wrong_key_is_refused_even_on_loopback(sessions: Sessions, header: str) -> None:
    client = key_client(sessions, "127.0.0.1")
    response = client.get("/matching", headers={b"Authorization": header.encode()})
    problem(response, 401)
    assert response.headers["www-authenticate"] == "Bearer"


def test_without_a_key_only_loopback_may_match(sessions: Sessions) -> None:
    assert key_client(sessions, "127.0.0.1").get("/matching").json() == {"tenant": "public"}
    assert key_client(sessions, "::1").get("/matching").status_code == 200
    problem(key_client(sessions).get("/matching"), 401)
    problem(key_client(sessions, "127.0.0.1").get("/convening"), 401)


def test_a_proxy_on_this_machine_does_not_make_a_caller_local(sessions: Sessions) -> None:
    client = key_client(sessions, "127.0.0.1")
    problem(client.get("/matching", headers={"X-Forwarded-For": "203.0.113.9"}), 401)


def test_public_read_opens_matching_to_all(sessions: Sessions) -> None:
    assert key_client(sessions, public_read=True).get("/matching").status_code == 200


def test_a_head_is_what_a_get_would_be_without_its_body(client: TestClient) -> None:
    whole, head = client.get("/healthz"), client.head("/healthz")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(whole.content))
    assert client.head("/nowhere").status_code == 404


def test_a_wrong_method_is_told_the_right_ones(client: TestClient) -> None:
    refused = client.post("/healthz")
    assert problem(refused, 405)["detail"].startswith("This path answers GET;")
    assert refused.headers["allow"] == "GET"
    several = client.put("/v1/session")
    assert several.headers["allow"] == "DELETE, GET, POST"


def test_a_packed_body_is_refused_as_what_it_is(client: TestClient) -> None:
    sent = client.post(
        "/places",
        content=b"\x1f\x8b\x08",
        headers={"Content-Encoding": "gzip", "Content-Type": "application/json"},
    )
    assert "'gzip'" in problem(sent, 415)["detail"]


def test_a_key_is_told_why_it_does_not_work(sessions: Sessions) -> None:
    with sessions.begin() as session:
        yesterday = now() - timedelta(days=1)
        ended = create_key(session, "told", ["match"], expires_at=yesterday)
        revoked, unknown = (create_key(session, "told", ["match"]) for _ in range(2))
        session.flush()
        session.execute(
            update(ApiKey).where(ApiKey.key_hash == key_hash(revoked)).values(revoked_at=yesterday)
        )
        session.execute(delete(ApiKey).where(ApiKey.key_hash == key_hash(unknown)))
    client = key_client(sessions)
    for key, told in (
        (ended, "ended on"),
        (revoked, "was revoked on"),
        (unknown, "is not known"),
        ("cp_short", "no whole key"),
    ):
        sent = client.get("/matching", headers={"Authorization": f"Bearer {key}"})
        assert told in problem(sent, 401)["detail"], key
