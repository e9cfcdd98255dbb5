"""Who takes a connection, of several servers on one port."""

import os
import select
import socket
import time
from collections.abc import Iterator

import pytest

from services.workers import sharing
from services.workers.sharing import NOBODY, Shared
from tests.waiting import PATIENCE


@pytest.fixture
def port() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        yield listener


def seen_by(port: socket.socket, held: list[int], number: int) -> Shared:
    copy = socket.socket(port.family, port.type, port.proto, os.dup(port.fileno()))
    found = Shared.of(copy, held, number)
    found.setblocking(False)
    return found


def connected(port: socket.socket) -> socket.socket:
    """Who calls; the call has come by then, which its end may know before the other one does."""
    found = socket.create_connection(port.getsockname())
    coming = select.poll()  # `select` knows no descriptors from 1,024 on
    coming.register(port, select.POLLIN)
    assert coming.poll(1000 * PATIENCE)
    return found


def is_taken(by: Shared) -> bool:
    try:
        by.accept()[0].close()
    except BlockingIOError:
        return False
    return True


def test_they_take_turns_though_one_is_always_first(
    port: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sharing, "SECONDS_TO_WAIT", PATIENCE)
    held = [0, 0]
    with seen_by(port, held, 0) as quick, seen_by(port, held, 1) as late:
        for _ in range(10):
            with connected(port):
                assert is_taken(quick) or is_taken(late)
        assert held == [5, 5]


def test_who_does_not_come_is_not_waited_for(
    port: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sharing, "SECONDS_TO_WAIT", 0.05)
    held = [3, 0]
    with seen_by(port, held, 0) as one, connected(port):
        assert not is_taken(one)
        time.sleep(0.06)
        assert is_taken(one)
        assert held == [4, 0]
        with connected(port):
            assert not is_taken(one)


def test_who_is_not_there_is_not_counted(port: socket.socket) -> None:
    with seen_by(port, [3, NOBODY], 0) as one, connected(port):
        assert is_taken(one)
        assert not is_taken(one)  # there is none
