"""The OpenAPI document: the framework's own, with what it cannot know of the answers."""

import json
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import TypeAdapter

from services.web.answers import Problem
from services.web.contract.field_words import describe_fields, describe_parameters
from services.web.contract.operation import JSON, TABLE_MEDIA, Events, Operation, Operations
from services.web.contract.shared import (
    DESCRIPTION,
    HEADERS,
    PARAMETERS,
    PROBLEMS,
    TAGS,
    problem_response,
)
from services.web.contract.webhooks import webhooks

Facts = dict[str, Any]
REF = "#/components/schemas/{model}"
EXAMPLES = Path(__file__).parent / "examples"
_METHODS = {"get", "put", "post", "delete", "patch"}


def document(app: FastAPI, operations: Operations) -> Facts:
    """The whole document of an app whose operations are listed."""
    made = get_openapi(
        title=app.title,
        version=app.version,
        description=DESCRIPTION,
        routes=app.routes,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        contact={"name": "The Counterpart project"},
        servers=[{"url": "/", "description": "This server"}],
    )
    events: Events = getattr(app.state, "events", {})
    told = {id(event.body): event.body for event in events.values()}
    schemas = _components(made, operations, told)
    for key, path, operation in _all(made):
        _describe(path, operation, operations.get(key), schemas, key)
    if events:
        made["webhooks"] = webhooks(events, schemas)
    used = {tag for _, _, operation in _all(made) for tag in operation.get("tags", ())}
    made["tags"] = [{"name": n, "description": TAGS[n]} for n in TAGS if n in used]
    return made


def _all(made: Facts) -> Iterator[tuple[str, str, Facts]]:
    for path, methods in made["paths"].items():
        for method, operation in methods.items():
            if method in _METHODS:
                yield f"{method.upper()} {path}", path, operation


def _components(made: Facts, operations: Operations, more: dict[int, Any]) -> dict[int, Any]:
    """Put all that is shared into the document; answers with the schema of each model."""
    components = made.setdefault("components", {})
    own = components.setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        own.pop(unused, None)
    answers = {id(o.answer): o.answer for o in operations.values() if o.answer is not None}
    models = answers | more
    mode: Literal["validation"] = "validation"
    asked = [(key, mode, TypeAdapter(model)) for key, model in models.items()]
    asked.append((0, mode, TypeAdapter(Problem)))
    found, definitions = TypeAdapter.json_schemas(asked, ref_template=REF)
    for name, shape in definitions.get("$defs", {}).items():
        if _same(own.setdefault(name, _open(shape))) != _same(shape):
            raise ValueError(f"two models are called {name}: rename the one of the answer")
    describe_fields(own)
    components["headers"] = HEADERS
    components["parameters"] = PARAMETERS
    components["responses"] = {f"Problem{status}": problem_response(status) for status in PROBLEMS}
    components["securitySchemes"] = {
        "key": {"type": "http", "scheme": "bearer", "description": "A key: cp_…"},
        "session": {"type": "apiKey", "in": "cookie", "name": "counterpart_session"},
    }
    return {key: found[key, mode] for key in models}


def _same(shape: Any) -> Any:
    """A schema by what it takes: not by what it is called or how it is told."""
    if isinstance(shape, dict):
        told = {"title", "description", "default", "additionalProperties"}
        return {key: _same(value) for key, value in shape.items() if key not in told}
    return [_same(one) for one in shape] if isinstance(shape, list) else shape


def _open(shape: Any) -> Any:
    """A schema without the remark that more fields may come, which is the default."""
    if isinstance(shape, dict):
        return {
            key: _open(value)
            for key, value in shape.items()
            if not (key == "additionalProperties" and value is True)
        }
    return [_open(one) for one in shape] if isinstance(shape, list) else shape


def _describe(
    path: str, operation: Facts, known: Operation | None, schemas: dict[int, Any], key: str
) -> None:
    known = known or Operation(id=operation["operationId"])
    operation["operationId"] = known.id
    operation["summary"] = known.id.replace("_", " ").capitalize()
    _name_parameters(operation, key, known)
    responses: Facts = {}
    example = examples().get(known.id, {})
    for status in known.statuses:
        responses[str(status)] = _success(key, known, schemas, example.get("answer"))
    if key.startswith("GET /v1/"):
        responses["304"] = {"description": "Nothing has changed since the ETag that was sent."}
    for status in sorted(_problems(path, operation, known)):
        responses[str(status)] = {"$ref": f"#/components/responses/Problem{status}"}
    operation["responses"] = responses
    _add_request_example(operation, example)
    if known.deprecated:
        operation["deprecated"] = True
    if path.startswith(("/v1/", "/reconcile/")):
        anyone: list[Facts] = [] if known.needs_key else [{}]
        operation["security"] = [{"key": []}, {"session": []}, *anyone]
    else:
        operation["security"] = []


def _success(key: str, known: Operation, schemas: dict[int, Any], example: Any) -> Facts:
    names = ["X-Request-Id", *known.headers]
    if key.startswith("GET /v1/"):
        names.append("ETag")
    if " /v1/" in key or " /reconcile/" in key:
        names += ["RateLimit", "RateLimit-Policy"]
    if known.creates:
        names.append("Idempotent-Replayed")
    said: Facts = {
        "description": "As asked." if known.answer or known.media != (JSON,) else "Done.",
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in sorted({*names})},
    }
    content: Facts = {}
    if known.answer is not None:
        schema = _open(schemas[id(known.answer)])
        content = {medium: {"schema": schema} for medium in known.media}
        if example is not None:
            content[known.media[0]]["example"] = example
    elif known.media != (JSON,):
        content = {medium: {"schema": _unread(medium)} for medium in known.media}
        if isinstance(example, str):
            content[known.media[0]]["example"] = example
    if known.table:
        for name, medium in TABLE_MEDIA.items():
            text = {"type": ["string", "object"]}
            content.setdefault(medium, {"schema": _unread(medium) if name == "xlsx" else text})
    return said | ({"content": content} if content else {})


def _unread(medium: str) -> Facts:
    """The schema of an answer whose medium says all there is to know of its form."""
    if medium == TABLE_MEDIA["geojson"]:
        return {"type": "object"}
    is_text = medium.startswith("text/")
    return {"type": "string"} | ({} if is_text else {"contentMediaType": medium})


def _problems(path: str, operation: Facts, known: Operation) -> set[int]:
    found = {*known.problems}
    if path.startswith(("/v1/", "/reconcile/")):
        found |= {401, 403, 429, 503}
    parameters = [p.get("name") for p in operation.get("parameters", ())]
    if "{" in path:
        found |= {404, 422}
    if "cursor" in parameters and path.startswith("/v1/"):
        found.add(410)
    if parameters:
        found.add(422)
    if "requestBody" in operation:
        found |= {413, 422}
        if any("form" in medium for medium in operation["requestBody"]["content"]):
            found.add(400)
    if known.creates:
        found.add(409)
    if known.conditional:
        found.add(412)
    if known.table:
        found.add(406)
    return found - ({422} if not parameters and "requestBody" not in operation else set())


def _name_parameters(operation: Facts, key: str, known: Operation) -> None:
    added = []
    if key.startswith("GET /v1/"):
        added.append("IfNoneMatch")
    if known.creates:
        added.append("IdempotencyKey")
    if known.conditional:
        added.append("IfMatch")
    if known.table:
        added.append("Format")
    listed = operation.get("parameters", []) + [
        {"$ref": f"#/components/parameters/{name}"} for name in added
    ]
    describe_parameters(listed)
    if listed:
        operation["parameters"] = listed


def _add_request_example(operation: Facts, example: Facts) -> None:
    values = {**example.get("path", {}), **example.get("query", {})}
    for parameter in operation.get("parameters", ()):
        if parameter.get("name") in values:
            parameter["example"] = values[parameter["name"]]
    if "body" in example and "requestBody" in operation:
        content = operation["requestBody"]["content"]
        medium = example.get("medium", JSON)
        if medium in content:
            content[medium]["example"] = example["body"]


@lru_cache(maxsize=1)
def examples() -> dict[str, Facts]:
    """A real request and its answer by operation id, as they were recorded (tests/contract)."""
    return {
        path.stem: json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(EXAMPLES.glob("*.json"))
    }
