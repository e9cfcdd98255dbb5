"""What an app's developer meets first: each error says what was seen, expected, and would do."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import TypeAdapter, ValidationError

from services.inputs import input_errors, seen
from services.matcher.convening.schemas import Entry
from tests.contract.conftest import Running, published, running

__all__ = ["published", "running"]
PEERS = "/v1/matches/peers"
BILBAO = {"place_id": "gn:3128026"}


def first_error(client: TestClient, body: Any) -> dict[str, Any]:
    answer = client.post(PEERS, json=body) if body is not None else client.post(PEERS)
    assert answer.status_code == 422, answer.text
    assert client.get(answer.json()["type"]).status_code == 200
    found: dict[str, Any] = answer.json()["errors"][0]
    return found


@pytest.mark.parametrize(
    ("body", "pointer", "says", "example"),
    [
        (None, "", "a body is missing: send JSON", "gn:3128026"),
        ({}, "", "either place_id or place", "gn:3128026"),
        ({"placeid": "gn:1"}, "/placeid", "did you mean 'place_id'?", None),
        (BILBAO | {"needs": ["housing"]}, "/needs/0", "expected an object, got 'housing'", "stage"),
        (
            BILBAO | {"needs": [{"sector": "housin"}]},
            "/needs/0/sector",
            "got 'housin'; did you mean 'housing'?",
            "housing",
        ),
        (BILBAO | {"needs": [{"stage": "apply"}]}, "/needs/0/sector", "required", "regeneration"),
        (BILBAO | {"limit": 500}, "/limit", "got 500", "200"),
        (BILBAO | {"filters": {"kind": ["city"]}}, "/filters/kind", "did you mean 'kinds'?", None),
        (
            BILBAO | {"filters": {"countries": ["Spain"]}},
            "/filters/countries/0",
            "such as ES",
            None,
        ),
        (
            BILBAO | {"weights": {"similar_siz": 1}},
            "/weights/similar_siz",
            "did you mean 'similar_size'?",
            None,
        ),
    ],
)
def test_an_error_helps_to_mend_the_request(
    running: Running, body: Any, pointer: str, says: str, example: str | None
) -> None:
    error = first_error(running.client, body)
    assert error["pointer"] == pointer
    assert says in error["detail"]
    assert example is None or example in str(error["example"])


@pytest.mark.parametrize(
    ("sent", "code", "says"),
    [({"kind": "zzz"}, "unknown_value", "got 'zzz'"), ({}, "missing_field", "required")],
)
def test_the_kind_of_an_entry_is_told_at_its_field(
    sent: dict[str, str], code: str, says: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(Entry).validate_python(sent)
    found = [{**error, "loc": ("body", *error["loc"])} for error in refused.value.errors()]
    (error,) = input_errors(found)
    assert (error["pointer"], error["code"]) == ("/kind", code)
    assert says in error["detail"]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "null"),
        (True, "true"),
        ([None], "[null]"),
        ("null", "'null'"),
        (1.5, "1.5"),
    ],
)
def test_what_was_sent_is_shown_as_it_was(value: Any, shown: str) -> None:
    assert shown in seen(value)


def test_what_is_nested_without_end_is_shown_all_the_same() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    assert seen(deep) == "something nested very deeply"


def test_an_unknown_field_is_told_with_those_there_are(running: Running) -> None:
    need = {"sector": "water", "stage": "apply", "stag": "apply"}
    error = first_error(running.client, BILBAO | {"needs": [need]})
    assert error["pointer"] == "/needs/0/stag"
    assert error["detail"].endswith("did you mean 'stage'?")
    assert error["expected"] == "one of sector, stage, text, level"


def test_a_question_that_is_read_says_how_it_is_asked(running: Running) -> None:
    answer = running.client.get(PEERS)
    assert answer.status_code == 404
    assert "send a POST" in answer.json()["detail"]
