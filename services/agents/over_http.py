"""`/mcp`: the tools over HTTP, for agents that cannot start a program.

A call goes to the app itself, with the agent's own credentials and from its own address. No session
is kept between two requests, so that any matcher can answer any of them.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
from fastapi import APIRouter, FastAPI, Request
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from models.errors import CsrfRefused
from services.access.sessions import check_same_origin
from services.agents.server import Agents, Asked
from services.web.app import problem

PATH = "/mcp"
# Who asks, from where, and in which language: what an answer hangs on besides the question.
_PASSED_ON = ("authorization", "accept-language", "forwarded", "x-forwarded-for")


def add_agents(app: FastAPI) -> None:
    """Answer agents at `/mcp`."""
    manager = StreamableHTTPSessionManager(
        Agents(_Itself(app)).server(), json_response=True, stateless=True
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with manager.run():
            yield

    app.include_router(APIRouter(lifespan=lifespan))
    app.router.routes.append(Route(PATH, _Endpoint(manager), methods=["POST"]))


class _Itself:
    """Asks the app as whoever asks the agents' server."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    @asynccontextmanager
    async def __call__(self, asked: Asked) -> AsyncIterator[httpx2.AsyncClient]:
        request = asked.request
        assert isinstance(request, Request)
        headers = {n: request.headers[n] for n in _PASSED_ON if n in request.headers}
        address = (request.client.host, request.client.port) if request.client else ("", 0)
        transport = httpx2.ASGITransport(self._app, raise_app_exceptions=False, client=address)
        async with httpx2.AsyncClient(
            transport=transport, base_url=str(request.base_url), headers=headers
        ) as client:
            yield client


class _Endpoint:
    """What agents send; a page of elsewhere may send nothing."""

    def __init__(self, manager: StreamableHTTPSessionManager) -> None:
        self._manager = manager

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        try:
            check_same_origin(request)
        except CsrfRefused as refusal:
            await problem(request, refusal)(scope, receive, send)
            return
        await self._manager.handle_request(scope, receive, send)
