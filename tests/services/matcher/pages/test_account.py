"""Signing in on a page, and what it never does: lead to another site."""

import pytest
from fastapi.testclient import TestClient

from tests.matcher_fixtures import TENANT, Published

HTML = {"Accept": "text/html"}


def test_a_key_opens_a_session_and_signing_out_ends_it(
    client: TestClient, published: Published
) -> None:
    client.cookies.clear()
    sent = {"key": published.keys[TENANT], "next": "/portfolio?x=1"}
    entered = client.post("/sign-in", data=sent, headers=HTML, follow_redirects=False)
    assert (entered.status_code, entered.headers["location"]) == (303, "/portfolio?x=1")
    shown = client.get("/", headers=HTML).text
    token = shown.partition('name="csrf_token" value="')[2].partition('"')[0]
    assert client.post("/sign-out", headers=HTML).status_code == 403
    assert client.post("/sign-out", data={"csrf_token": token}, headers=HTML).status_code == 200
    assert 'name="csrf_token"' not in client.get("/", headers=HTML).text


@pytest.mark.parametrize("key", ["", "cp_wrong"])
def test_a_wrong_key_is_told_beside_its_field(client: TestClient, key: str) -> None:
    client.cookies.clear()
    answer = client.post("/sign-in", data={"key": key}, headers=HTML)
    assert answer.status_code == 422
    assert 'href="#key"' in answer.text
    assert "cp_wrong" not in answer.text


@pytest.mark.parametrize("next", ["//example.org", "https://example.org", "/\\example.org"])
def test_the_way_on_stays_here(client: TestClient, published: Published, next: str) -> None:
    client.cookies.clear()
    sent = {"key": published.keys[TENANT], "next": next}
    answer = client.post("/sign-in", data=sent, headers=HTML, follow_redirects=False)
    assert answer.headers["location"] == "/"
    client.cookies.clear()
