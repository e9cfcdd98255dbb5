"""An MCP server over the operations of a running server: each becomes a tool of the same name.

It reads the API document of the server it is pointed at, so that tools are never older than it.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx2
from mcp import types
from mcp.server import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server

Facts = dict[str, Any]
# What an agent may use: questions and records; files and papers are for programs and people.
TAGS = {"matching", "catalogue", "decisions", "reference", "portfolio", "convening"}
INSTRUCTIONS = (
    "Finds peer places and international collaborations for a city, region or rural area, with "
    "reasons and refusals. Find a place's id with search_places first; then ask match_peers or "
    "match_collaborations. Say why: reasons and rules have texts. Unknown (null) is not zero."
)
_JSON = "application/json"
_SECONDS = 60


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


class Agents:
    """The tools of one server, and how they are called."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self._client = client
        self._tools: dict[str, Tool] = {}

    async def tools(self) -> dict[str, Tool]:
        if not self._tools:
            document = (await self._client.get("/openapi.json")).raise_for_status().json()
            self._tools = {tool.name: tool for tool in tools_of(document)}
        return self._tools

    async def listed(
        self, _: ServerRequestContext, __: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        return types.ListToolsResult(
            tools=[tool.described() for tool in (await self.tools()).values()]
        )

    async def called(
        self, _: ServerRequestContext, params: types.CallToolRequestParams
    ) -> types.CallToolResult:
        """The answer of the server as it is; a problem too, so that an agent can mend its call."""
        tool = (await self.tools()).get(params.name)
        if tool is None:
            return _told(f"There is no tool {params.name!r}.", failed=True)
        try:
            answer = await self._client.request(**tool.request(params.arguments or {}))
        except httpx2.HTTPError:
            return _told("The Counterpart server does not answer.", failed=True)
        return _told(answer.text, failed=answer.is_error)

    def server(self) -> Server[Any]:
        return Server(
            "counterpart",
            instructions=INSTRUCTIONS,
            on_list_tools=self.listed,
            on_call_tool=self.called,
        )


def _told(text: str, failed: bool) -> types.CallToolResult:
    return types.CallToolResult(
        content=[types.TextContent(type="text", text=text)], is_error=failed
    )


async def serve_stdio(url: str, key: str | None) -> None:
    """Speak MCP over standard input and output until they are closed."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    async with httpx2.AsyncClient(base_url=url, headers=headers, timeout=_SECONDS) as client:
        server = Agents(client).server()
        async with stdio_server() as (read, write):
            await server.run(read, write, server.create_initialization_options())
