"""An MCP server over a running server: over standard input and output, or over HTTP.

It reads the API document of the server it asks, so that tools are never older than it. Every call
is a request of the agent's own, with its key: scopes, limits and the log hold for it too.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import httpx2
from mcp import types
from mcp.server import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server

from services.agents.tools import Tool, tools_of

Asked = ServerRequestContext[Any, Any]
Client = Callable[[Asked], AbstractAsyncContextManager[httpx2.AsyncClient]]
"""Gives the client that a request of an agent is passed on with."""

INSTRUCTIONS = (
    "Finds peer places and international collaborations for a city, region or rural area, with "
    "reasons and refusals. Find a place's id with search_places first; then ask match_peers or "
    "match_collaborations. Say why: reasons and rules have texts. Unknown (null) is not zero."
)
_SECONDS = 60


class Agents:
    """The tools of one server, and how they are called."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._tools: dict[str, Tool] = {}

    async def tools(self, asked: Asked) -> dict[str, Tool]:
        if not self._tools:
            async with self._client(asked) as client:
                document = (await client.get("/openapi.json")).raise_for_status().json()
            self._tools = {tool.name: tool for tool in tools_of(document)}
        return self._tools

    async def listed(
        self, asked: Asked, _: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        tools = await self.tools(asked)
        return types.ListToolsResult(tools=[tool.described() for tool in tools.values()])

    async def called(
        self, asked: Asked, params: types.CallToolRequestParams
    ) -> types.CallToolResult:
        """The answer of the server as it is; a problem too, so that an agent can mend its call."""
        tool = (await self.tools(asked)).get(params.name)
        if tool is None:
            return _told(f"There is no tool {params.name!r}.", failed=True)
        try:
            async with self._client(asked) as client:
                answer = await client.request(**tool.request(params.arguments or {}))
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

        @asynccontextmanager
        async def same(_: Asked) -> AsyncIterator[httpx2.AsyncClient]:
            yield client

        server = Agents(same).server()
        async with stdio_server() as (read, write):
            await server.run(read, write, server.create_initialization_options())
