"""The forms that the reconciliation API v0.2 asks for, in our own words."""

from typing import Any

import jsonschema_rs
import orjson
import pytest
from fastapi.testclient import TestClient

from services.matcher.reconciling.properties import COLLABORATION_PROPERTIES, PLACE_PROPERTIES

Json = dict[str, Any]
TEXT: Json = {"type": "string"}
ADDRESS = {"type": "string", "pattern": "^https?://"}
OF_AN_ID = {
    "type": "object",
    "required": ["url"],
    "properties": {"url": {"pattern": r"\{\{id\}\}"}},
}
NAMED = {"type": "object", "required": ["id", "name"], "properties": {"id": TEXT, "name": TEXT}}
TYPES = {"type": "array", "items": NAMED, "uniqueItems": True}
SERVICE = {
    "type": "object",
    "required": ["service_url", "service_path"],
    "properties": {"service_url": ADDRESS, "service_path": {"pattern": "^/"}},
}
MANIFEST = {
    "required": ["versions", "name", "identifierSpace", "schemaSpace", "view", "suggest", "extend"],
    "properties": {
        "versions": {"type": "array", "contains": {"const": "0.2"}},
        "name": TEXT,
        "identifierSpace": ADDRESS,
        "schemaSpace": ADDRESS,
        "documentation": ADDRESS,
        "defaultTypes": TYPES,
        "view": OF_AN_ID,
        "preview": {**OF_AN_ID, "required": ["url", "width", "height"]},
        "suggest": {"additionalProperties": SERVICE},
        "extend": {
            "required": ["propose_properties"],
            "properties": {"propose_properties": SERVICE},
        },
        "batchSize": {"type": "integer", "minimum": 1},
    },
}
FEATURE = {
    "required": ["id", "value"],
    "properties": {"id": TEXT, "value": {"type": ["number", "boolean"]}},
}
CANDIDATE = {
    "required": ["id", "name", "score", "match", "type"],
    "properties": {
        "id": TEXT,
        "name": TEXT,
        "description": TEXT,
        "score": {"type": "number"},
        "match": {"type": "boolean"},
        "type": TYPES,
        "features": {"type": "array", "items": FEATURE},
    },
}
RESULTS = {
    "minProperties": 1,
    "additionalProperties": {
        "required": ["result"],
        "properties": {"result": {"type": "array", "items": CANDIDATE}},
    },
}
SUGGESTED = {
    "required": ["id", "name"],
    "properties": {"id": TEXT, "name": TEXT, "description": TEXT, "notable": TYPES},
    "additionalProperties": False,
}
# A cell holds another record, or one value under the name of its kind.
CELL = {
    "oneOf": [
        {"required": ["id", "name"], "properties": {"id": TEXT, "name": TEXT}},
        {"required": ["str"], "properties": {"str": TEXT}},
        {"required": ["int"], "properties": {"int": {"type": "integer"}}},
        {"required": ["float"], "properties": {"float": {"type": "number"}}},
    ],
    "maxProperties": 2,
}
EXTENDED = {
    "required": ["meta", "rows"],
    "properties": {
        "meta": {"type": "array", "items": NAMED},
        "rows": {
            "additionalProperties": {
                "additionalProperties": {"type": "array", "items": CELL},
            }
        },
    },
}


def check(schema: Json, answer: Any) -> None:
    errors = jsonschema_rs.Draft202012Validator(schema).iter_errors(answer)
    assert [f"{e.instance_path}: {e.message}" for e in errors] == []


def asked(client: TestClient, path: str, **params: str) -> Any:
    answer = client.get(path, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize("noun", ["places", "collaborations"])
def test_the_manifest_and_what_it_leads_to(client: TestClient, noun: str) -> None:
    manifest = asked(client, f"/reconcile/{noun}")
    check(MANIFEST, manifest)
    for service in manifest["suggest"].values():
        found = asked(client, service["service_url"] + service["service_path"], prefix="c")
        check({"type": "array", "items": SUGGESTED, "minItems": 1}, found["result"])
    propose = manifest["extend"]["propose_properties"]
    kind = manifest["defaultTypes"][0]["id"]
    proposed = asked(client, propose["service_url"] + propose["service_path"], type=kind)
    check({"required": ["properties"], "properties": {"properties": TYPES}}, proposed)
    assert proposed["type"] == kind


def test_candidates_have_all_that_is_asked_for(client: TestClient) -> None:
    for noun, names in (("places", ["Bilbao", "Paris", "毕尔巴鄂"]), ("collaborations", ["C40"])):
        queries = {f"q{i}": {"query": name} for i, name in enumerate(names)}
        found = asked(client, f"/reconcile/{noun}", queries=orjson.dumps(queries).decode())
        check(RESULTS, found)
        assert list(found) == list(queries)
        assert all(answer["result"] for answer in found.values())


@pytest.mark.parametrize(
    ("noun", "ids", "properties"),
    [
        ("places", ["gn:3128026", "iso:ES-PV", "gn:1"], PLACE_PROPERTIES),
        ("collaborations", ["c40", "eu-leader", "no-such"], COLLABORATION_PROPERTIES),
    ],
)
def test_every_property_is_a_cell(
    client: TestClient, noun: str, ids: list[str], properties: Any
) -> None:
    wanted = {"ids": ids, "properties": [{"id": one.id} for one in properties]}
    found = asked(client, f"/reconcile/{noun}", extend=orjson.dumps(wanted).decode())
    check(EXTENDED, found)
    assert set(found["rows"]) == set(ids)
    for row in found["rows"].values():
        assert set(row) == {one.id for one in properties}
    assert any(values for values in found["rows"][ids[0]].values())


def test_a_wrong_form_is_found() -> None:
    for schema, wrong in (
        (MANIFEST, {"versions": ["0.1"]}),
        (RESULTS, {"q0": {"result": [{"id": "x", "name": "X"}]}}),
        (CELL, {"str": "a", "int": 1}),
    ):
        with pytest.raises(AssertionError):
            check(schema, wrong)
