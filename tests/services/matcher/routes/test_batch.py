"""One question asked for many places."""

from typing import Any

import orjson
from fastapi.testclient import TestClient

from tests.services.matcher.asking import BILBAO, BRISTOL, ask

PATH = "/v1/matches/peers:batch"


def lines(client: TestClient, body: Any) -> list[Any]:
    answer = client.post(PATH, json=body)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/x-ndjson"
    return [orjson.loads(line) for line in answer.content.splitlines()]


def test_each_place_is_answered_as_if_it_were_asked_alone(client: TestClient) -> None:
    question = {"mode": "look_up", "limit": 3, "max_per_country": 1, "as_of": "2026-11-01"}
    told = lines(client, {**question, "place_ids": [BILBAO, BRISTOL]})
    alone = [ask(client, "peers", {**question, "place_id": p}) for p in (BILBAO, BRISTOL)]
    assert [line["answer"] for line in told] == alone


def test_a_bad_place_has_a_line_of_its_own_and_the_rest_are_answered(client: TestClient) -> None:
    bad = {"name": "Nowhere", "kind": "planet", "country": "XX"}
    told = lines(client, {"place_ids": ["gn:none", BILBAO], "places": [bad], "limit": 1})
    assert [line["index"] for line in told] == [0, 1, 2]
    assert told[0]["problem"]["type"] == "/problems/place-not-found"
    assert told[1]["answer"]["results"]
    assert told[2]["problem"]["status"] == 422
    pointers = {e["pointer"] for e in told[2]["problem"]["errors"]}
    assert pointers == {"/places/0/kind", "/places/0/country"}
    assert told[2]["problem"]["detail"].startswith("/places/0/")


def test_what_is_no_place_is_told_where_it_stands(client: TestClient) -> None:
    told = lines(client, {"place_ids": [BILBAO], "places": [None, 5], "limit": 1})
    errors = [line["problem"]["errors"][0] for line in told[1:]]
    assert [e["pointer"] for e in errors] == ["/places/0", "/places/1"]
    assert [e["detail"] for e in errors] == [
        "expected an object, got null",
        "expected an object, got 5",
    ]


def test_a_batch_of_none_or_too_many_is_refused(client: TestClient) -> None:
    assert client.post(PATH, json={}).status_code == 422
    assert client.post(PATH, json={"place_ids": [BILBAO] * 1001}).status_code == 422


def test_no_place_is_suggested_more_often_than_the_cap(client: TestClient) -> None:
    asked = {"place_ids": [BILBAO, BRISTOL, "gn:2911298", "gn:2643123"], "limit": 5}
    told = lines(client, {**asked, "exposure_cap": 1})
    found = [r["place"]["id"] for line in told for r in line["answer"]["results"]]
    assert len(found) == 20
    assert len(set(found)) == 20
