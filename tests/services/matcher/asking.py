"""Asking the matcher's API, and reading its answers."""

from collections.abc import Iterator
from typing import Any

import orjson
from fastapi.testclient import TestClient

Json = Any
BILBAO, BRISTOL, HAMBURG, MANCHESTER = "gn:3128026", "gn:2654675", "gn:2911298", "gn:2643123"
SINGAPORE, SYDNEY, CATALONIA, MILAN = "gn:1880252", "gn:2147714", "iso:ES-CT", "gn:3173435"


def ask(client: TestClient, kind: str, body: Json, headers: dict[str, str] | None = None) -> Json:
    """The answer to a question that is in order."""
    sent = {"Content-Type": "application/json", **(headers or {})}
    answer = client.post(f"/v1/matches/{kind}", content=orjson.dumps(body), headers=sent)
    assert answer.status_code == 200, answer.text
    return answer.json()


def subject(result: Json) -> Json:
    return result.get("place") or result["collaboration"]


def ids(answer: Json) -> list[str]:
    return [str(subject(result)["id"]) for result in answer["results"]]


def find(answer: Json, key: str) -> Json:
    return next(result for result in answer["results"] if subject(result)["id"] == key)


def refusal(answer: Json, key: str) -> Json:
    return next(r for r in answer["refused"] if subject(r)["id"] == key)


def strings(value: Json) -> Iterator[str]:
    """Every string of an answer."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)
    elif isinstance(value, str):
        yield value
