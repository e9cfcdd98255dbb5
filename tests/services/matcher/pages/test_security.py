"""What a browser is told, and what is taken from one."""

import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient

from services.matcher.pages.security import OwnForm, sign, unsign
from services.web.app import install
from tests.matcher_fixtures import LOOPBACK, Published

HTML = {"Accept": "text/html"}


def test_a_page_lets_a_browser_load_from_here_alone(client: TestClient) -> None:
    policy = client.get("/", headers=HTML).headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "http" not in policy


def test_an_error_is_a_page_for_a_person_and_a_problem_for_a_program(client: TestClient) -> None:
    for accept, media in (("text/html", "text/html"), ("*/*", "application/problem+json")):
        answer = client.get("/no-such-page", headers={"Accept": accept})
        assert answer.status_code == 404
        assert answer.headers["content-type"].startswith(media)
    api = client.get("/v1/places/gn:0", headers=HTML)
    assert api.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "path",
    [
        "/places/suggest?q=Bil&kind=nonsense",
        "/places/x:none-such",
        "/networks/none-such",
        "/matches/m_none/brief",
        "/go?place=gn:0",
        "/ask/stage?place=gn:0",
        "/ask/nonsense?place=gn:3128026",
        "/find/peers?place=gn:3128026&mode=nonsense",
        "/find/peers?place=gn:3128026&sector=nonsense&stage=apply",
        "/find/nonsense?place=gn:3128026",
        "/portfolio?place=gn:0",
        "/assets/..%2Fsecurity.py",
        "/assets/land-1m.svg",
        "/?lang=%00&q=%00&missing=yes",
        f"/?missing=yes&q={'x' * 201}",
    ],
)
def test_no_address_is_a_fault_of_ours(client: TestClient, path: str) -> None:
    client.cookies.clear()
    client.cookies.set("place", "not.ours")
    client.cookies.set("shortlist", "not.ours")
    assert client.get(path, headers=HTML).status_code in (200, 404, 422)


@pytest.mark.parametrize("path", ["/portfolio/commitments", "/portfolio/invitation"])
def test_a_form_without_its_fields_is_no_fault_of_ours(client: TestClient, path: str) -> None:
    client.cookies.clear()
    assert client.post(path, headers=HTML).status_code in (200, 422)
    assert client.post(path, data={"place": ""}, headers=HTML).status_code in (200, 422)


def test_the_language_of_the_address_is_remembered(client: TestClient) -> None:
    client.cookies.clear()
    assert '<html lang="es"' in client.get("/?lang=es", headers=HTML).text
    assert '<html lang="es"' in client.get("/", headers=HTML).text
    client.cookies.clear()
    assert '<html lang="fr"' in client.get("/", headers={"Accept-Language": "fr-CA"}).text
    assert '<html lang="en"' in client.get("/?lang=xx", headers=HTML).text


def test_a_form_from_another_site_is_refused(published: Published) -> None:
    app = FastAPI()
    app.state.settings = published.settings
    install(app, lambda: [])

    @app.post("/change", dependencies=[OwnForm])
    def change() -> str:
        return "changed"

    client = TestClient(app, client=LOOPBACK, raise_server_exceptions=False)
    assert client.post("/change").json() == "changed"
    assert client.post("/change", headers={"Sec-Fetch-Site": "same-origin"}).status_code == 200
    assert client.post("/change", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert client.post("/change", headers={"Origin": "https://example.org"}).status_code == 403
    assert client.post("/change", headers={"Origin": "null"}).status_code == 403


def test_only_what_was_signed_here_for_the_same_purpose_is_read(published: Published) -> None:
    app = FastAPI()
    app.state.settings = published.settings
    request = Request({"type": "http", "app": app, "headers": []})
    signed = sign(request, "place", {"id": "gn:1"})
    assert unsign(request, "place", signed) == {"id": "gn:1"}
    assert unsign(request, "other", signed) is None
    assert unsign(request, "place", f"x{signed}") is None
    assert unsign(request, "place", "é.é") is None
    assert unsign(request, "place", None) is None
