"""The same tools at `/mcp`, with the agent's own key."""

import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import httpx2
import orjson
import pytest
import uvicorn
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client

from models.database import database_at
from services.access.keys import Scope, create_key
from services.cli import create_app
from tests.matcher_fixtures import Published, published, settings_of

__all__ = ["published"]


@dataclass(frozen=True)
class At:
    url: str
    key: str


@pytest.fixture(scope="module")
def at(published: Published, tmp_path_factory: pytest.TempPathFactory) -> Iterator[At]:
    """A server that answers agents, over a real connection; a key of one scope."""
    folder: Path = tmp_path_factory.mktemp("agents") / "var"
    settings = published.copied(folder).settings.model_copy(update={"agents": True})
    with database_at(settings.url) as database, database.begin() as session:
        key = create_key(session, "agents", [Scope.MATCH])
    server = uvicorn.Server(uvicorn.Config(create_app(settings), port=0, log_config=None))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield At(f"http://127.0.0.1:{port}", key)
    server.should_exit = True
    thread.join()


@asynccontextmanager
async def agent(at: At, key: str | None) -> AsyncIterator[ClientSession]:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=30) as client,
        streamable_http_client(f"{at.url}/mcp", http_client=client) as (read, write, *_),
        ClientSession(read, write) as session,
    ):
        await session.initialize()
        yield session


async def said(session: ClientSession, tool: str, given: dict[str, Any]) -> tuple[bool, Any]:
    """Whether a call failed, and what was answered."""
    told = await session.call_tool(tool, given)
    return told.is_error, orjson.loads(told.content[0].text)  # type: ignore[union-attr]


def test_an_agent_asks_with_its_own_key_and_scopes(at: At) -> None:
    async def ask() -> None:
        async with agent(at, at.key) as session:
            names = {tool.name for tool in (await session.list_tools()).tools}
            assert {"match_peers", "search_places"} <= names
            failed, peers = await said(session, "match_peers", {"place_id": "gn:3128026"})
            assert not failed
            assert peers["results"]
            failed, told = await said(session, "get_weights", {})
            assert not failed
            roster = {"collaboration_id": "districts-of-creativity"}
            assert (await said(session, "get_roster", roster))[1]["type"].endswith("missing-scope")
        async with agent(at, at.key[:-1]) as session:
            failed, told = await said(session, "match_peers", {"place_id": "gn:3128026"})
            assert (failed, told["type"]) == (True, "/problems/unauthorised")
        async with agent(at, None) as session:
            failed, told = await said(session, "get_weights", {})
            assert (failed, told["type"]) == (True, "/problems/unauthorised")

    anyio.run(ask)


def test_a_page_of_another_site_and_other_methods_are_refused(at: At) -> None:
    ask = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    headers = {"Accept": "application/json, text/event-stream"}
    with httpx2.Client(base_url=at.url, headers=headers) as client:
        elsewhere = client.post("/mcp", json=ask, headers={"Origin": "https://elsewhere.example"})
        assert elsewhere.status_code == 403
        assert elsewhere.json()["type"] == "/problems/csrf-refused"
        assert client.post("/mcp", json=ask, headers={"Origin": at.url}).status_code == 200
        assert client.get("/mcp").status_code == 405


def test_nothing_is_there_unless_asked_for(at: At, published: Published) -> None:
    app = create_app(settings_of(published.pristine))
    assert all(getattr(route, "path", "") != "/mcp" for route in app.routes)
    assert httpx2.get(f"{at.url}/openapi.json").json()["paths"].get("/mcp") is None
