"""The socket that requests come in by."""

import asyncio
import socket

import pytest

from services.serving import listen
from services.workers.sharing import Shared
from tests.waiting import PATIENCE


@pytest.mark.parametrize("is_shared", [False, True])
def test_an_answer_is_sent_at_once(is_shared: bool) -> None:
    """What is written in two parts does not wait for the client to have the first."""
    listener = listen("127.0.0.1", 0)
    asyncio.run(_sends_at_once(Shared.of(listener, [0], 0) if is_shared else listener))


async def _sends_at_once(listener: socket.socket) -> None:
    sends_at_once: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    class Accepted(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            accepted = transport.get_extra_info("socket")
            nodelay = accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            sends_at_once.set_result(nodelay != 0)
            transport.close()

    server = await asyncio.get_running_loop().create_server(Accepted, sock=listener)
    async with server:
        _, writer = await asyncio.open_connection(*listener.getsockname())
        assert await asyncio.wait_for(sends_at_once, PATIENCE)
        writer.close()
        await writer.wait_closed()
