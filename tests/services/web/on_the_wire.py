"""An app on a real connection, in the loop of the test."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from unittest.mock import Mock, patch

import uvicorn
from fastapi import FastAPI
from uvicorn.server import ServerState

from services.web.wire import Wire


class Line:
    """The client's end of a connection, and what the server knows of all."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, state: ServerState
    ) -> None:
        self.reader, self.writer, self.state = reader, writer, state

    @asynccontextmanager
    async def beside(self) -> AsyncIterator["Line"]:
        """Another connection to the same server."""
        reader, writer = await asyncio.open_connection(*self.writer.get_extra_info("peername"))
        try:
            yield Line(reader, writer, self.state)
        finally:
            await _closed(writer)

    def of_the_server(self) -> Any:
        """The server's end of this connection."""
        here = self.writer.get_extra_info("sockname")
        return next(one for one in self.state.connections if one.client == here)  # type: ignore[union-attr]

    async def ask(self, sent: bytes) -> bytes:
        self.writer.write(sent)
        return await answer_of(self.reader)

    async def send_in_parts(self, parts: Sequence[bytes]) -> list[Any]:
        """Send parts, each once the one before has come; the server's ends of all connections."""
        connections: list[Any] = []
        for part in parts:
            while not connections:
                connections = list(self.state.connections)
                await asyncio.sleep(0)
            (came,) = connections
            with patch.object(came, "data_received", Mock(wraps=came.data_received)) as received:
                self.writer.write(part)
                while not received.called:
                    await asyncio.sleep(0)
        return connections


@asynccontextmanager
async def connected(app: FastAPI, protocol: Any = Wire, **settings: Any) -> AsyncIterator[Line]:
    """A connection to an app that is served by a protocol."""
    loop, state = asyncio.get_running_loop(), ServerState()
    config = uvicorn.Config(app, http=protocol, log_config=None, access_log=False, **settings)
    server = await loop.create_server(lambda: _made(config, state), "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    async with server:
        try:
            yield Line(reader, writer, state)
        finally:
            await _closed(writer)


async def _closed(writer: asyncio.StreamWriter) -> None:
    writer.close()
    await writer.wait_closed()


def _made(config: uvicorn.Config, state: ServerState) -> asyncio.Protocol:
    if not config.loaded:
        config.load()
    made: asyncio.Protocol = config.http_protocol_class(  # type: ignore[call-arg]
        config=config, server_state=state, app_state={}
    )
    return made


async def answer_of(reader: asyncio.StreamReader) -> bytes:
    """One whole answer; nothing where the connection is closed instead."""
    head = b"HTTP/1.1 1"
    while head.startswith(b"HTTP/1.1 1"):
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:
            return b""
    fields = dict(line.split(b": ", 1) for line in head.split(b"\r\n")[1:-2])
    length = fields.get(b"content-length")
    return head + await (reader.read() if length is None else reader.readexactly(int(length)))


def posted(path: str, body: bytes, *fields: str) -> bytes:
    """A request as most clients send it, and what else it says."""
    head = [
        f"POST {path} HTTP/1.1", "Host: here", "Content-Type: application/json",
        f"Content-Length: {len(body)}", *fields, "", "",
    ]  # fmt: skip
    return "\r\n".join(head).encode("latin-1") + body
