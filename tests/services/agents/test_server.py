"""Agents use the operations of a running server as tools, over the real protocol."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import anyio
import orjson
import pytest
from mcp import ClientSession, StdioServerParameters, stdio_client
from mcp.types import TextContent

from tests.clients.conftest import address
from tests.contract.conftest import Running, published, running

__all__ = ["address", "published", "running"]
COUNTERPART = Path(sys.executable).with_name("counterpart")


def test_an_agent_finds_a_place_and_asks(address: str, running: Running) -> None:
    async def ask() -> None:
        environment = os.environ | {"COUNTERPART_KEY": running.key}
        command = StdioServerParameters(
            command=str(COUNTERPART), args=["mcp", "--url", address], env=environment
        )
        async with stdio_client(command) as (read, write), ClientSession(read, write) as session:
            await session.initialize()
            listed = await session.list_tools()
            assert "match_peers" in [tool.name for tool in listed.tools]
            found = await session.call_tool("search_places", {"q": "Бильбао"})
            assert not found.is_error
            place = orjson.loads(text(found.content))["items"][0]["id"]
            peers = await session.call_tool("match_peers", {"place_id": place, "limit": 1})
            assert orjson.loads(text(peers.content))["results"]
            wrong = await session.call_tool("match_peers", {"place_id": place, "limit": 500})
            assert wrong.is_error
            assert orjson.loads(text(wrong.content))["errors"][0]["pointer"] == "/limit"

    anyio.run(ask)


def text(content: Sequence[object]) -> str:
    first = content[0]
    assert isinstance(first, TextContent)
    return first.text


pytestmark = pytest.mark.skipif(not COUNTERPART.exists(), reason="counterpart is not installed")
