"""The reconciliation API v0.2, as OpenRefine speaks it."""

from typing import Any

import orjson
import pytest
from fastapi.testclient import TestClient

Json = dict[str, Any]
ORIGIN = {"Origin": "http://127.0.0.1:3333"}


def asked(value: Any) -> str:
    return orjson.dumps(value).decode()


def get(client: TestClient, path: str = "/places", **params: Any) -> Json:
    answer = client.get(f"/reconcile{path}", params=params, headers=ORIGIN)
    assert answer.status_code == 200, answer.text
    assert answer.headers["access-control-allow-origin"] == "*"
    content: Json = answer.json()
    return content


@pytest.mark.parametrize("noun", ["places", "collaborations"])
def test_the_manifest_leads_to_everything_else(client: TestClient, noun: str) -> None:
    manifest = get(client, f"/{noun}")
    assert manifest["versions"] == ["0.2"]
    assert {"name", "identifierSpace", "schemaSpace"} <= set(manifest)
    assert "{{id}}" in manifest["view"]["url"]
    for service in manifest["suggest"].values():
        url = service["service_url"] + service["service_path"]
        assert isinstance(client.get(url, params={"prefix": "c"}).json()["result"], list)
    propose = manifest["extend"]["propose_properties"]
    proposed = client.get(propose["service_url"] + propose["service_path"]).json()
    assert len(proposed["properties"]) > 5
    sample = {"places": "gn:3128026", "collaborations": "c40"}[noun]
    page = client.get(manifest["preview"]["url"].replace("{{id}}", sample))
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "http" not in page.text


def test_names_are_answered_each_under_its_own_key(client: TestClient) -> None:
    queries = {
        "q0": {"query": "Βίλμπαο", "limit": 2},
        "q1": {"query": "Bilbao", "properties": [{"pid": "country", "v": {"id": "ES"}}]},
        "q2": {"query": "No such place at all"},
    }
    answers = get(client, queries=asked(queries))
    assert list(answers) == ["q0", "q1", "q2"]
    best = answers["q1"]["result"][0]
    assert (best["id"], best["name"], best["match"]) == ("gn:3128026", "Bilbao", True)
    assert best["type"] == [{"id": "city", "name": "city"}]
    assert {feature["id"] for feature in best["features"]} == {"name_likeness", "properties_agree"}
    assert answers["q2"]["result"] == []


def test_a_form_does_the_same(client: TestClient) -> None:
    queries = asked({"a": {"query": "100RC"}, "b": {"query": "Resilient Cities"}})
    posted = client.post("/reconcile/collaborations", data={"queries": queries}, headers=ORIGIN)
    assert posted.json() == get(client, "/collaborations", queries=queries)
    first = posted.json()["a"]["result"][0]
    assert (first["id"], first["match"]) == ("100-resilient-cities", True)
    assert not any(one["match"] for one in posted.json()["b"]["result"])


def test_a_sheet_is_extended_and_unknown_stays_empty(client: TestClient) -> None:
    wanted = {
        "ids": ["gn:3128026", "gn:1"],
        "properties": [{"id": "population"}, {"id": "country"}, {"id": "mayor"}],
    }
    answer = get(client, extend=asked(wanted))
    assert answer["rows"]["gn:3128026"] == {
        "population": [{"int": 347342}],
        "country": [{"id": "ES", "name": "Spain"}],
        "mayor": [],
    }
    assert answer["rows"]["gn:1"] == {"population": [], "country": [], "mayor": []}
    assert [one["id"] for one in answer["meta"]] == ["population", "country", "mayor"]


def test_suggestions_are_in_any_script(client: TestClient) -> None:
    for prefix in ("bilb", "Бильб", "毕尔", "बिल्"):
        found = get(client, "/places/suggest/entity", prefix=prefix)["result"]
        assert "gn:3128026" in [one["id"] for one in found], prefix
    kinds = get(client, "/places/suggest/type", prefix="reg")["result"]
    assert kinds == [{"id": "region", "name": "region"}]
    facts = get(client, "/places/suggest/property", prefix="pop")["result"]
    assert "population" in [one["id"] for one in facts]


def test_jsonp_calls_a_function_and_nothing_else(client: TestClient) -> None:
    called = client.get("/reconcile/places", params={"callback": "jQuery_1.done"})
    assert called.headers["content-type"] == "text/javascript; charset=utf-8"
    assert called.headers["x-content-type-options"] == "nosniff"
    assert called.text.startswith("/**/jQuery_1.done({")
    refused = client.get("/reconcile/places", params={"callback": "alert(1)//"})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "?callback"


def test_a_page_elsewhere_may_ask_only_here(client: TestClient) -> None:
    preflight = {**ORIGIN, "Access-Control-Request-Method": "POST"}
    assert client.options("/reconcile/places", headers=preflight).status_code == 200
    elsewhere = client.get("/v1/taxonomy", headers=ORIGIN)
    assert "access-control-allow-origin" not in elsewhere.headers


@pytest.mark.parametrize(
    ("field", "value", "pointer"),
    [
        ("queries", "{", "?queries"),
        ("queries", '{"q0": {}}', "?queries/q0/query"),
        ("queries", '{"q0": {"query": "x", "limit": 0}}', "?queries/q0/limit"),
        ("queries", "[]", "?queries"),
        ("queries", "{}", "?queries"),
        ("queries", "[" * 1_000 + "]" * 1_000, "?queries"),
        ("extend", '{"ids": []}', "?extend/properties"),
    ],
)
def test_bad_questions_say_where(client: TestClient, field: str, value: str, pointer: str) -> None:
    for answer in (
        client.get("/reconcile/places", params={field: value}),
        client.post("/reconcile/places", data={field: value}),
    ):
        assert answer.status_code == 422, answer.text
        assert answer.json()["errors"][0]["pointer"] == pointer


def test_what_is_no_form_and_no_record_is_told(client: TestClient) -> None:
    assert client.post("/reconcile/places", json={}).status_code == 422
    missing = client.get("/reconcile/places/preview", params={"id": "gn:1"})
    assert missing.json()["type"] == "/problems/place-not-found"


def test_the_private_is_nobody_elses(client: TestClient, key: dict[str, str]) -> None:
    own = asked({"q": {"query": "Weak City"}})
    found = client.get("/reconcile/places", params={"queries": own}, headers=key).json()
    assert found["q"]["result"][0]["id"] == "x:weak-city"
    others = client.get("/reconcile/places", params={"queries": own}).json()["q"]["result"]
    assert "x:weak-city" not in [one["id"] for one in others]
    extend = asked({"ids": ["x:weak-city"], "properties": [{"id": "country"}]})
    rows = client.get("/reconcile/places", params={"extend": extend}).json()["rows"]
    assert rows == {"x:weak-city": {"country": []}}
