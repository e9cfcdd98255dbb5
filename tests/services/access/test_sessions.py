"""Signed-in people: what a cookie may do, what it may not, and when it ends."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI, Form, Response
from fastapi.testclient import TestClient
from pydantic import SecretStr
from sqlalchemy import text

from models.database import Sessions
from models.settings import Settings
from models.tables import SignIn, now
from services.access.callers import Convening
from services.access.keys import create_key, revoke_key, rotate_key
from services.access.sessions import COOKIE
from services.web import app as web
from services.web.app import answer

SETTINGS = Settings(_env_file=None, secret=SecretStr("one secret"))
AWAY = ("203.0.113.9", 5000)
ORIGIN = {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}


def make_app(sessions: Sessions, settings: Settings = SETTINGS) -> FastAPI:
    app = FastAPI(docs_url=None, redoc_url=None)
    web.install(app, list)
    app.state.every_tenant, app.state.settings = sessions, settings

    @app.get("/desk")
    def read(caller: Convening) -> Response:
        return answer({"tenant": caller.tenant, "person": caller.person})

    @app.post("/desk")
    def write(caller: Convening) -> Response:
        return answer({"tenant": caller.tenant})

    @app.post("/form")
    def form(caller: Convening, note: str = Form()) -> Response:
        return answer({"tenant": caller.tenant, "note": note})

    return app


@pytest.fixture
def key(sessions: Sessions) -> str:
    with sessions.begin() as session:
        return create_key(session, "desk", ["convene"], label="Ana")


@pytest.fixture
def client(sessions: Sessions) -> Iterator[TestClient]:
    with TestClient(make_app(sessions), client=AWAY) as client:
        yield client


def sign_in(client: TestClient, key: str) -> dict[str, Any]:
    response = client.post("/v1/session", json={"key": key}, headers=ORIGIN)
    assert response.status_code == 201, response.text
    content: dict[str, Any] = response.json()
    return content


def refused(response: Any, status: int, kind: str) -> None:
    assert (response.status_code, response.json()["type"]) == (status, f"/problems/{kind}")


def test_a_key_opens_a_session_that_says_who_it_is(client: TestClient, key: str) -> None:
    who = sign_in(client, key)
    assert (who["tenant"], who["person"], who["scopes"]) == ("desk", "Ana", ["convene"])
    assert client.get("/desk").json() == {"tenant": "desk", "person": "Ana"}
    assert client.get("/v1/session").json() == who


def test_the_cookie_is_signed_and_out_of_reach_of_scripts(client: TestClient, key: str) -> None:
    response = client.post("/v1/session", json={"key": key})
    cookie = response.headers["set-cookie"]
    assert {"HttpOnly", "SameSite=lax", "Path=/", "Max-Age=43200"} <= set(cookie.split("; "))
    assert "Secure" not in cookie
    assert key not in cookie


def test_where_browsers_come_by_https_the_cookie_goes_by_https_alone(
    sessions: Sessions, key: str
) -> None:
    settings = SETTINGS.model_copy(update={"public_url": "https://counterpart.example"})
    with TestClient(make_app(sessions, settings), client=AWAY) as client:
        response = client.post("/v1/session", json={"key": key})
    assert "Secure" in response.headers["set-cookie"].split("; ")


def test_only_the_hash_of_a_session_is_stored(
    client: TestClient, key: str, sessions: Sessions
) -> None:
    sign_in(client, key)
    token = client.cookies[COOKIE].rsplit(".", 1)[0]
    with sessions() as session:
        stored = str(session.execute(text("SELECT * FROM sign_in")).all())
    assert token not in stored


def test_an_unsafe_request_needs_the_token_of_its_session(client: TestClient, key: str) -> None:
    token = sign_in(client, key)["csrf_token"]
    refused(client.post("/desk"), 403, "csrf-refused")
    refused(client.post("/desk", headers={"X-CSRF-Token": "wrong"}), 403, "csrf-refused")
    assert client.post("/desk", headers={"X-CSRF-Token": token}).status_code == 200


def test_the_token_of_another_session_does_not_do(client: TestClient, key: str) -> None:
    before = sign_in(client, key)["csrf_token"]
    assert sign_in(client, key)["csrf_token"] != before
    refused(client.post("/desk", headers={"X-CSRF-Token": before}), 403, "csrf-refused")


def test_a_form_may_send_the_token_as_a_field(client: TestClient, key: str) -> None:
    token = sign_in(client, key)["csrf_token"]
    fields = {"note": "hello", "csrf_token": token}
    assert client.post("/form", data=fields).json() == {"tenant": "desk", "note": "hello"}
    assert client.post("/form", data=fields, files={"x": b"y"}).status_code == 200
    refused(client.post("/form", data={"note": "hello"}), 403, "csrf-refused")


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_page_of_another_site_changes_nothing(
    client: TestClient, key: str, headers: dict[str, str]
) -> None:
    token = sign_in(client, key)["csrf_token"]
    refused(client.post("/desk", headers={"X-CSRF-Token": token, **headers}), 403, "csrf-refused")
    refused(client.post("/v1/session", json={"key": key}, headers=headers), 403, "csrf-refused")


def test_signing_out_ends_the_session_and_not_only_the_cookie(client: TestClient, key: str) -> None:
    token = sign_in(client, key)["csrf_token"]
    cookie = client.cookies[COOKIE]
    refused(client.delete("/v1/session"), 403, "csrf-refused")
    assert client.delete("/v1/session", headers={"X-CSRF-Token": token}).status_code == 204
    assert COOKIE not in client.cookies
    client.cookies[COOKIE] = cookie
    assert client.get("/desk").status_code == 401
    refused(client.post("/desk", headers={"X-CSRF-Token": token}), 401, "unauthorised")


def test_signing_in_again_ends_the_session_before(client: TestClient, key: str) -> None:
    sign_in(client, key)
    before = client.cookies[COOKIE]
    sign_in(client, key)
    client.cookies.clear()
    client.cookies[COOKIE] = before
    assert client.get("/desk").status_code == 401


def test_a_revoked_key_ends_the_sessions_it_opened(
    client: TestClient, key: str, sessions: Sessions
) -> None:
    sign_in(client, key)
    with sessions.begin() as session:
        revoke_key(session, key[:11])
    assert client.get("/desk").status_code == 401


def test_a_session_comes_to_its_end(client: TestClient, key: str, sessions: Sessions) -> None:
    sign_in(client, key)
    with sessions.begin() as session:
        session.query(SignIn).one().expires_at = now() - timedelta(seconds=1)
    assert client.get("/desk").status_code == 401


def test_a_rotated_key_opens_sessions_until_its_own_end(
    client: TestClient, key: str, sessions: Sessions
) -> None:
    with sessions.begin() as session:
        new = rotate_key(session, key[:11], timedelta(hours=1))
    sign_in(client, key)
    sign_in(client, new)


@pytest.mark.parametrize("cookie", ["", "x", "a.b", "é.x", "a" * 5000])
def test_a_made_up_cookie_is_nobody(client: TestClient, cookie: str) -> None:
    headers = {"Cookie": f"{COOKIE}={cookie}".encode()}
    assert client.get("/desk", headers=headers).status_code == 401  # type: ignore[arg-type]


def test_a_cookie_signed_with_another_secret_is_nobody(
    client: TestClient, key: str, sessions: Sessions
) -> None:
    sign_in(client, key)
    other = Settings(_env_file=None, secret=SecretStr("another secret"))
    with TestClient(make_app(sessions, other), client=AWAY, cookies=client.cookies) as stranger:
        assert stranger.get("/desk").status_code == 401


def test_a_session_outlives_the_rotation_of_the_secret(
    client: TestClient, key: str, sessions: Sessions
) -> None:
    token = sign_in(client, key)["csrf_token"]
    app = make_app(
        sessions,
        Settings(_env_file=None, secret=SecretStr("two"), secret_before=SETTINGS.secret),
    )
    with TestClient(app, client=AWAY, cookies=client.cookies) as rotated:
        assert rotated.get("/desk").status_code == 200
        assert rotated.post("/desk", headers={"X-CSRF-Token": token}).status_code == 200


def test_a_key_goes_before_a_cookie(client: TestClient, key: str, sessions: Sessions) -> None:
    sign_in(client, key)
    with sessions.begin() as session:
        other = create_key(session, "other", ["convene"])
    header = {"Authorization": f"Bearer {other}"}
    assert client.post("/desk", headers=header).json() == {"tenant": "other"}


def test_a_wrong_key_signs_nobody_in(client: TestClient) -> None:
    refused(client.post("/v1/session", json={"key": "cp_wrong"}), 401, "unauthorised")
    refused(client.get("/v1/session"), 401, "unauthorised")
