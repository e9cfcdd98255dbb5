"""One of several servers on a port: it ends with its parent, and shows that it lives."""

import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

import structlog
from fastapi import FastAPI

from models.settings import Settings
from services import logs, measures, printing, serving
from services.workers.sharing import Shared

# What a parent handles for all of its workers.
ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
SECONDS_BETWEEN_LOOKS = 0.5
SECONDS_TO_END = 30
INTERRUPTED = 128 + signal.SIGINT
# The server ticks ten times a second; it shows that it lives at every fifth.
TICKS = 5


@dataclass(frozen=True)
class Service:
    """What all workers have in common; a new one is handed it."""

    make: Callable[[Settings], FastAPI]
    settings: Settings
    listener: socket.socket
    folder: Path
    """Where they count what `/metrics` tells."""
    signs: Any
    """An array in shared memory: how often the worker of each number has shown that it lives."""
    held: Any
    """Another: how many connections each of them has."""
    greeted: Any
    """A lock: who takes it has greeted for all."""
    parent: int


def work(service: Service, number: int) -> None:
    """Serve until told to end; the whole life of a process."""
    os.setpgid(0, 0)  # Ctrl-C is for the parent, which passes it on
    for ending in ENDING:
        signal.signal(ending, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
    logs.configure()
    Thread(target=_end_with_parent, args=(service.parent,), daemon=True, name="parent").start()
    try:
        measures.join(service.folder, number)
        app = service.make(service.settings)
        said = serving.greeting(app, serving.address(service.listener))
        listener = Shared.of(service.listener, service.held, number)
        _Server(app, said, service, number).run([listener])
    except KeyboardInterrupt:
        # All is shut down by now; a thread that waits for work must not keep the process.
        os._exit(INTERRUPTED)
    except Exception:
        structlog.get_logger("workers").exception("worker failed", worker=number)
        sys.exit(1)


class _Server(serving.Server):
    def __init__(self, app: FastAPI, said: str, service: Service, number: int) -> None:
        super().__init__(app, self._greet)
        self._said, self._service, self._number = said, service, number

    def _greet(self) -> None:
        """Only the first worker that is up says so, and none that takes another's place."""
        self._service.signs[self._number] += 1
        self._service.held[self._number] = 0
        if self._service.greeted.acquire(block=False):
            count = self._service.settings.workers
            printing.say(f"{self._said}\nRequests are answered by {count} processes.")

    async def on_tick(self, counter: int) -> bool:
        self._service.held[self._number] = len(self.server_state.connections)
        if counter % TICKS == 0:
            self._service.signs[self._number] += 1
        return await super().on_tick(counter)


def _end_with_parent(parent: int) -> None:
    """Nobody would look after this process any more, and it would keep the port.

    Looked for again and again: what `multiprocessing` waits by, copies begun later hold open.
    """
    while os.getppid() == parent:
        time.sleep(SECONDS_BETWEEN_LOOKS)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(SECONDS_TO_END)
    os._exit(1)
