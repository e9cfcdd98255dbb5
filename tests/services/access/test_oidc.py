"""Signing in by an identity provider: a real one, on this machine, spoken to over HTTP."""

import contextlib
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import SecretStr

from models.database import Sessions
from models.errors import Unauthorised
from models.settings import Settings
from services.access.keys import create_key
from services.access.oidc import person_of
from services.access.oidc_routes import COOKIE
from services.web import app as web
from tests.waiting import PATIENCE

AWAY = ("203.0.113.9", 5000)
GROUPS = ["staff", "counterpart:desk:convene", "counterpart:desk:match"]
PEOPLE = [
    {"sub": "ana", "name": "Ana Silva", "groups": GROUPS},
    {"sub": "bo", "name": "Bo", "groups": ["staff"]},
    {"sub": "cy", "name": "Cy", "groups": ["counterpart:nowhere:match"]},
]


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """An identity provider with one person who may convene, and two whom it grants nothing."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port)]
    for person in PEOPLE:
        command += ["--user-claims", json.dumps(person)]
    provider = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            with contextlib.suppress(httpx.HTTPError):
                url = f"http://127.0.0.1:{port}/.well-known/openid-configuration"
                found = httpx.get(url, timeout=PATIENCE)
                break
            time.sleep(0.1)
        yield str(found.json()["issuer"])
    finally:
        provider.kill()
        provider.wait()


@pytest.fixture
def database_url(tmp_path: Path, migrated_file: Path) -> str:
    """One kind of database: what is stored of a session is tested with sessions."""
    (tmp_path / "own.db").write_bytes(migrated_file.read_bytes())
    return f"sqlite:///{tmp_path / 'own.db'}"


@pytest.fixture
def app(sessions: Sessions, issuer: str, tmp_path: Path) -> FastAPI:
    with sessions.begin() as session:
        create_key(session, "desk", ["match"])
    app = FastAPI(docs_url=None, redoc_url=None)
    web.install(app, list)
    app.state.every_tenant = sessions
    app.state.settings = Settings(
        _env_file=None,
        var=tmp_path,
        oidc_issuer=issuer,
        oidc_client_id="counterpart",
        oidc_client_secret=SecretStr("a secret of both"),
    )
    return app


@pytest.fixture
def browser(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, client=AWAY, follow_redirects=False) as client:
        yield client


def begun(browser: TestClient, then: str = "/desk") -> str:
    """Where a browser is sent that wants to sign in."""
    response = browser.get("/v1/session/oidc", params={"then": then})
    assert response.status_code == 303, response.text
    return str(response.headers["location"])


def approved(url: str, person: str) -> str:
    """What the provider sends the browser back to, once the person has signed in there."""
    response = httpx.post(url, data={"sub": person}, follow_redirects=False, timeout=PATIENCE)
    assert response.status_code == 302, response.text
    return response.headers["location"]


def test_a_person_signs_in_and_goes_on_to_where_they_wanted(browser: TestClient) -> None:
    asked = parse_qs(urlsplit(begun(browser)).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert {"state", "nonce", "code_challenge"} <= set(asked)
    back = browser.get(approved(begun(browser), "ana"))
    assert (back.status_code, back.headers["location"]) == (303, "/desk")
    who = browser.get("/v1/session").json()
    assert (who["tenant"], who["person"]) == ("desk", "Ana Silva")
    assert who["scopes"] == ["convene", "match"]
    assert COOKIE not in browser.cookies


@pytest.mark.parametrize("person", ["bo", "cy"])
def test_whom_the_provider_grants_nothing_here_stays_outside(
    browser: TestClient, person: str
) -> None:
    assert browser.get(approved(begun(browser), person)).status_code == 401
    assert browser.get("/v1/session").status_code == 401


def test_an_answer_is_good_once_and_for_the_browser_that_asked(
    app: FastAPI, browser: TestClient
) -> None:
    back = approved(begun(browser), "ana")
    with TestClient(app, client=AWAY) as another:
        assert another.get(back).status_code == 401
    kept = browser.cookies[COOKIE]
    assert browser.get(back).status_code == 303
    browser.cookies.set(COOKIE, kept)
    assert browser.get(back).status_code == 401


def test_an_answer_to_another_question_is_refused(browser: TestClient) -> None:
    earlier = approved(begun(browser), "ana")
    begun(browser)
    assert browser.get(earlier).status_code == 401


def test_a_token_for_another_nonce_is_refused(browser: TestClient) -> None:
    back = approved(begun(browser).replace("nonce=", "nonce=other"), "ana")
    assert browser.get(back).status_code == 401


@pytest.mark.parametrize(
    "then", ["https://elsewhere.example", "//elsewhere.example", "/\\elsewhere.example", "desk", ""]
)
def test_a_person_is_never_sent_elsewhere(browser: TestClient, then: str) -> None:
    back = browser.get(approved(begun(browser, then), "ana"))
    assert back.headers["location"] == "/"


def test_without_a_provider_there_is_nothing(app: FastAPI) -> None:
    app.state.settings = Settings(_env_file=None, secret=SecretStr("x"))
    with TestClient(app) as client:
        assert client.get("/v1/session/oidc").status_code == 404


def test_a_provider_that_is_not_there_is_said(app: FastAPI) -> None:
    elsewhere = {"oidc_issuer": "http://127.0.0.1:1"}
    app.state.settings = app.state.settings.model_copy(update=elsewhere)
    with TestClient(app) as client:
        assert client.get("/v1/session/oidc").status_code == 503


def test_one_person_belongs_to_one_tenant() -> None:
    two = {"sub": "x", "groups": [*GROUPS, "counterpart:other:match"]}
    with pytest.raises(Unauthorised, match="more than one"):
        person_of(two, "groups")
    odd = {"sub": "x", "groups": ["counterpart:desk:everything", "counterpart::match", 7, None]}
    with pytest.raises(Unauthorised, match="no tenant"):
        person_of(odd, "groups")
    assert person_of({"sub": "x", "role": "counterpart:desk:admin"}, "role").scopes == "admin"
