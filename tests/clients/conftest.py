"""A server that clients reach over a real connection."""

import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn

from tests.contract.conftest import Running, published, running

__all__ = ["published", "running"]


@pytest.fixture(scope="session")
def address(running: Running) -> Iterator[str]:
    """Where the running app answers."""
    config = uvicorn.Config(running.client.app, port=0, log_config=None, lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()
