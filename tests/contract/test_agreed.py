"""Names that were agreed on stand in the API document: paths, fields, words, statuses."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.contract.calling import Facts, operations
from tests.contract.conftest import Running

AGREED: Facts = yaml.safe_load(Path(__file__).with_name("agreed.yaml").read_text(encoding="utf-8"))
ALWAYS = {"401", "403", "422", "429", "503"}


def nameless(path: str) -> str:
    """A path whatever its parameters are called."""
    return re.sub(r"{[^}]+}", "{}", path)


@pytest.fixture(scope="module")
def ours(running: Running) -> dict[str, Facts]:
    return {f"{m} {nameless(path)}": o for m, path, o in operations(running.document)}


class Schemas:
    """What a schema may hold, whatever way it is put together."""

    def __init__(self, document: Facts) -> None:
        self.document = document

    def forms(self, schema: Facts) -> Iterator[Facts]:
        """A schema, what it refers to, its alternatives, and the items of what is a list."""
        if "$ref" in schema:
            yield from self.forms(self.resolved(schema))
            return
        yield schema
        for inner in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), schema.get("items")):
            if isinstance(inner, dict):
                yield from self.forms(inner)

    def resolved(self, value: Facts) -> Facts:
        while "$ref" in value:
            found: Any = self.document
            for part in value["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            value = found
        return value

    def inside(self, schema: Facts, name: str) -> list[Facts]:
        """The schemas of one field."""
        forms = list(self.forms(schema))
        named = [f["properties"][name] for f in forms if name in f.get("properties", ())]
        values = [f.get("additionalProperties") for f in forms]
        return named or [v for v in values if isinstance(v, dict)]

    def missing(self, schemas: list[Facts], agreed: Any, where: str) -> Iterator[str]:
        """What was agreed on and is not there, by its place."""
        if isinstance(agreed, str):
            if not any(self.inside(schema, agreed) for schema in schemas):
                yield f"{where}/{agreed}"
        elif isinstance(agreed, list):
            for one in agreed:
                yield from self.missing(schemas, one, where)
        else:
            for name, inner in agreed.items():
                found = [f for schema in schemas for f in self.inside(schema, name)]
                if not found:
                    yield f"{where}/{name}"
                yield from self.missing(found, inner, f"{where}/{name}") if found else ()

    def words(self, schema: Facts) -> set[str]:
        return {word for form in self.forms(schema) for word in form.get("enum", ())}


def bodies(operation: Facts) -> list[Facts]:
    content = operation.get("requestBody", {}).get("content", {})
    return [one["schema"] for one in content.values()]


@pytest.mark.parametrize("name", AGREED["operations"])
def test_an_operation_has_all_that_was_agreed_on(
    name: str, ours: dict[str, Facts], running: Running
) -> None:
    agreed, operation = AGREED["operations"][name], ours[name]
    schemas = Schemas(running.document)
    status = str(agreed.get("status", 200))
    answers = [
        one["schema"]
        for code, response in operation["responses"].items()
        if code in (status, "201")
        for one in response.get("content", {}).values()
    ]
    parameters = {schemas.resolved(p)["name"] for p in operation.get("parameters", ())}
    missing = [
        *schemas.missing(bodies(operation), agreed.get("request", []), "request"),
        *schemas.missing(answers, agreed.get("answer", []), "answer"),
        *sorted(set(agreed.get("parameters", ())) - parameters),
    ]
    assert missing == []
    refuses = {str(code) for code in agreed.get("refuses", ())}
    if name.partition(" ")[2].startswith("/v1/"):
        refuses |= ALWAYS if parameters or bodies(operation) else ALWAYS - {"422"}
    assert {status, *refuses} - set(operation["responses"]) == set()


@pytest.mark.parametrize("name", AGREED["enums"])
def test_a_word_of_the_domain_stays_one(name: str, told: dict[str, tuple[Facts, Any]]) -> None:
    _, answer = told["get_taxonomy"]
    assert set(AGREED["enums"][name]) - set(answer.json()["enums"][name]) == set()


@pytest.mark.parametrize("name", AGREED["values"])
def test_a_value_of_a_request_stays_one(
    name: str, ours: dict[str, Facts], running: Running
) -> None:
    schemas = Schemas(running.document)
    for field, words in AGREED["values"][name].items():
        fields = [f for body in bodies(ours[name]) for f in schemas.inside(body, field)]
        taken = {word for one in fields for word in schemas.words(one)}
        assert set(words) - taken == set()


def test_a_problem_says_what_was_agreed_on(running: Running) -> None:
    schemas = Schemas(running.document)
    problem = running.document["components"]["schemas"]["Problem"]
    assert list(schemas.missing([problem], AGREED["problem"], "problem")) == []


def test_what_is_missing_is_found(running: Running) -> None:
    schemas = Schemas(running.document)
    problem = running.document["components"]["schemas"]["Problem"]
    agreed = ["type", "kind", {"errors": ["pointer", "place"]}]
    assert list(schemas.missing([problem], agreed, "")) == ["/kind", "/errors/place"]
