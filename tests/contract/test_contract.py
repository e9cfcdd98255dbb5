"""The API document says what the running app does: names, examples, answers, problems."""

from typing import Any

import jsonschema_rs
import orjson
import pytest

from services.events.kinds import EventKind
from services.web.contract.document import examples
from tests.contract.calling import Facts, operations, steps
from tests.contract.conftest import Running

IDS = [step["id"] for step in steps()]
# What is not JSON, or has no body at all.
NO_SCHEMA = {
    "get_metrics",
    "get_briefing",
    "preview_places",
    "preview_collaborations",
    "sign_out",
    "end_share",
    "remove_webhook",
    "unwatch_match",
}


def described(running: Running) -> dict[str, Facts]:
    return {o["operationId"]: o for _, _, o in operations(running.document)}


def test_every_operation_is_listed_under_a_name_of_its_own(running: Running) -> None:
    names = [o["operationId"] for _, _, o in operations(running.document)]
    assert len(names) == len(set(names))
    unlisted = [name for name in names if "_v1_" in name or name.endswith(("_get", "_post"))]
    assert unlisted == [], "list these in the service's contract.py"


def test_every_operation_is_called_by_the_scenario(running: Running) -> None:
    assert sorted(IDS) == sorted(described(running))


@pytest.mark.parametrize("name", IDS)
def test_the_answer_is_as_documented(
    name: str, running: Running, told: dict[str, tuple[Facts, Any]], valid: Any
) -> None:
    _, answer = told[name]
    operation = described(running)[name]
    assert str(answer.status_code) in operation["responses"], answer.text
    assert answer.status_code < 300, answer.text
    response = operation["responses"][str(answer.status_code)]
    for header in response.get("headers", ()):
        optional = {"RateLimit", "RateLimit-Policy", "Link", "Idempotent-Replayed", "ETag"}
        assert header in answer.headers or header in optional, header
    if answer.status_code == 204:
        return
    medium = answer.headers["content-type"].partition(";")[0]
    assert medium in response["content"]
    if name in NO_SCHEMA:
        return
    lines = answer.text.splitlines() if "ndjson" in medium else [answer.text]
    for line in lines:
        assert valid(response["content"][medium]["schema"], orjson.loads(line)) == []


@pytest.mark.parametrize("name", IDS)
def test_every_field_of_the_answer_is_named(
    name: str, running: Running, told: dict[str, tuple[Facts, Any]]
) -> None:
    """Programs are generated from the document: a field it does not name has no type there."""
    _, answer = told[name]
    operation, document = described(running)[name], closed(running.document)
    medium = answer.headers.get("content-type", "").partition(";")[0]
    if name in NO_SCHEMA or not answer.content:
        return
    schema = operation["responses"][str(answer.status_code)]["content"][medium]["schema"]
    check = jsonschema_rs.Draft202012Validator(
        closed(schema) | {"components": document["components"]}
    )
    for line in answer.text.splitlines() if "ndjson" in medium else [answer.text]:
        errors = check.iter_errors(orjson.loads(line))
        assert [f"{e.instance_path}: {e.message[:300]}" for e in errors] == []


def closed(schema: Any) -> Any:
    """A schema whose objects have the fields it names and no others."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: closed(value) for key, value in schema.items()}
    if isinstance(schema.get("properties"), dict) and schema.get("type") == "object":
        found.setdefault("additionalProperties", False)
    return found


@pytest.mark.parametrize("name", IDS)
def test_the_example_is_one_of_the_running_app(
    name: str, told: dict[str, tuple[Facts, Any]]
) -> None:
    """Recorded by `make contract`: the same was sent, and the answer has the same form."""
    example = examples()[name]
    sent, answer = told[name]
    body = sent.get("body") or sent.get("form") or {k: sent[k] for k in ("file",) if k in sent}
    assert set(example.get("body", {})) == set(body)
    assert example.get("query", {}) == sent.get("query", {})
    assert example["status"] == answer.status_code
    if answer.content and answer.headers.get("content-type") == "application/json":
        given, said = example["answer"], answer.json()
        assert type(given) is type(said)
        assert set(given) <= set(said), "run make contract"


@pytest.mark.parametrize("name", IDS)
def test_the_example_is_valid(name: str, running: Running, valid: Any) -> None:
    operation = described(running)[name]
    for status, response in operation["responses"].items():
        for said in response.get("content", {}).values():
            if (
                status.startswith("2")
                and "example" in said
                and not isinstance(said["example"], str)
            ):
                assert valid(said["schema"], said["example"]) == []
    for content in operation.get("requestBody", {}).get("content", {}).values():
        if "example" in content and "schema" in content:
            assert valid(content["schema"], content["example"]) == []


def test_every_reference_leads_somewhere(running: Running) -> None:
    def walk(value: Any) -> None:
        if isinstance(value, dict):
            if "$ref" in value and isinstance(value["$ref"], str):
                found: Any = running.document
                for part in value["$ref"].removeprefix("#/").split("/"):
                    found = found[part]
            for inner in value.values():
                walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)

    walk(running.document)


def test_every_schema_has_a_name_that_people_would_give(running: Running) -> None:
    """Two models of one name get the path of their module into the clients' names."""
    assert [name for name in running.document["components"]["schemas"] if "__" in name] == []


def test_limits_are_told_in_words_of_json_schema(running: Running) -> None:
    """A validator that stands before a limit hides it: the schema then says `ge`."""

    def keys(value: Any) -> set[str]:
        inner = value.values() if isinstance(value, dict) else value
        own = set(value) if isinstance(value, dict) else set()
        nested = (keys(one) for one in inner if isinstance(one, dict | list))
        return own.union(*nested)

    schemas = running.document["components"]["schemas"]
    assert keys(schemas) & {"ge", "gt", "le", "lt", "max_length", "min_length"} == set()


def test_every_event_is_described_with_one_that_is_valid(running: Running, valid: Any) -> None:
    told = running.document["webhooks"]
    assert set(told) == set(EventKind)
    for event in told.values():
        content = event["post"]["requestBody"]["content"]["application/json"]
        assert valid(content["schema"], content["example"]) == []


def test_an_event_that_was_told_is_as_described(
    running: Running, told: dict[str, tuple[Facts, Any]], valid: Any
) -> None:
    _, answer = told["list_deliveries"]
    for delivery in answer.json()["items"]:
        event = running.document["webhooks"][delivery["event"]]["post"]
        schema = event["requestBody"]["content"]["application/json"]["schema"]
        assert valid(closed({**schema}), delivery["body"]) == []
