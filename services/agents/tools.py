"""The operations of an API document as tools for agents: each is one of the same name."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from mcp import types

Facts = dict[str, Any]
# What an agent may use: questions and records; files and papers are for programs and people.
TAGS = {"matching", "catalogue", "decisions", "reference", "portfolio", "convening"}
_JSON = "application/json"


@dataclass(frozen=True)
class Tool:
    """One operation as a tool."""

    name: str
    method: str
    path: str
    description: str
    schema: Facts
    in_path: frozenset[str]
    in_query: frozenset[str]

    def described(self) -> types.Tool:
        only_reads = self.method == "GET" or self.name.startswith(("match_", "check_", "review_"))
        return types.Tool(
            name=self.name,
            description=self.description,
            input_schema=self.schema,
            annotations=types.ToolAnnotations(read_only_hint=only_reads),
        )

    def request(self, given: Facts) -> Facts:
        """What is sent for a call: the rest of what is given is the body."""
        path = self.path
        for name in self.in_path:
            path = path.replace(f"{{{name}}}", quote(str(given.get(name, "")), safe=":"))
        body = {k: v for k, v in given.items() if k not in self.in_path | self.in_query}
        query = {k: v for k, v in given.items() if k in self.in_query}
        sent: Facts = {"method": self.method, "url": path, "params": query}
        return sent | ({"json": body} if self.method in ("POST", "PUT") else {})


def tools_of(document: Facts) -> Iterator[Tool]:
    """The tools of an API document."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            answers = operation.get("responses", {}).get("200", {}).get("content", {})
            if TAGS & set(operation.get("tags", ())) and _JSON in answers:
                yield _tool(document, path, method, operation)


def _tool(document: Facts, path: str, method: str, operation: Facts) -> Tool:
    places = {"path": set[str](), "query": set[str]()}
    schema: Facts = {"type": "object", "properties": {}, "required": []}
    for parameter in operation.get("parameters", ()):
        where = parameter.get("in")
        if where in places and parameter["name"] != "format":
            places[where].add(parameter["name"])
            schema["properties"][parameter["name"]] = parameter.get("schema", {})
            if parameter.get("required"):
                schema["required"].append(parameter["name"])
    body = operation.get("requestBody", {}).get("content", {}).get(_JSON, {}).get("schema", {})
    whole = _resolved(document, body)
    schema["properties"] |= whole.get("properties", {})
    schema["required"] += whole.get("required", [])
    return Tool(
        name=operation["operationId"],
        method=method.upper(),
        path=path,
        description=str(operation.get("description") or operation["operationId"]),
        schema=_closed(document, schema),
        in_path=frozenset(places["path"]),
        in_query=frozenset(places["query"]),
    )


def _resolved(document: Facts, schema: Facts) -> Facts:
    name = schema.get("$ref", "").rpartition("/")[2]
    found: Facts = document["components"]["schemas"][name] if name else schema
    return found


def _closed(document: Facts, schema: Facts) -> Facts:
    """A schema with all that it refers to inside it, since a tool's stands alone."""
    text, wanted = json.dumps(schema), dict[str, Facts]()
    known = document["components"]["schemas"]
    waiting = [text]
    while waiting:
        part = waiting.pop()
        for name in known:
            if f'"#/components/schemas/{name}"' in part and name not in wanted:
                wanted[name] = known[name]
                waiting.append(json.dumps(known[name]))
    whole = schema | ({"$defs": wanted} if wanted else {})
    closed: Facts = json.loads(json.dumps(whole).replace("#/components/schemas/", "#/$defs/"))
    return closed
