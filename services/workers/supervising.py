"""The parent of several servers: begins them, puts another where one dies, and ends them all."""

import gc
import os
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import wait
from pathlib import Path
from types import FrameType
from typing import Any

import structlog
from fastapi import FastAPI

from models.file_lock import FileLock
from models.settings import Settings
from services import measures
from services.workers.sharing import NOBODY
from services.workers.worker import ENDING, Service, work

# A busy machine starts slowly; a worker that shows no sign for longer hangs.
SECONDS_TO_START, SECONDS_TO_SHOW = 120.0, 60.0
# Who lived for so long did not die of how it began: another one takes its place at once.
LIVED = 10.0
LONGEST_PAUSE = 30.0
LOOK_SECONDS = 1.0


@dataclass
class _Place:
    """A worker's number, and the process that has it now."""

    number: int
    process: Any = None
    begun: float = 0.0
    heard: float = 0.0
    signs: int = 0
    failed: int = 0
    """How many processes in a row died soon after they had begun."""
    due: float = 0.0

    @property
    def is_up(self) -> bool:
        return self.signs > 0


def run(make: Callable[[Settings], FastAPI], settings: Settings, listener: socket.socket) -> None:
    """Answer with as many processes as the settings say, until told to end."""
    context = _context()
    with _folder(settings.var / "metrics") as folder:
        service = Service(
            make,
            settings,
            listener,
            folder,
            signs=context.RawArray("L", settings.workers),
            held=context.RawArray("L", [NOBODY] * settings.workers),
            greeted=context.Lock(),
            parent=os.getpid(),
        )
        ended_by = _Parent(service, context).run()
    if ended_by is None:
        sys.exit(1)
    signal.raise_signal(ended_by)


def _context() -> Any:
    """On Linux workers are copies of their parent, and share with it what it has imported."""
    if sys.platform != "linux":
        return get_context("spawn")
    gc.collect()
    gc.freeze()  # what is never looked through is never copied for it
    return get_context("fork")


@contextmanager
def _folder(home: Path) -> Iterator[Path]:
    """A fresh folder, for as long as this process lives; what dead ones left behind goes."""
    try:
        folder = _made(home)
    except OSError:  # a full disk keeps nobody from answering
        folder = Path(tempfile.mkdtemp(prefix="counterpart-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _made(home: Path) -> Path:
    home.mkdir(parents=True, exist_ok=True)
    for left in home.iterdir():
        turn = FileLock(left / "lock")
        if left.is_dir() and turn.take():
            shutil.rmtree(left, ignore_errors=True)
            turn.give_back()
    folder = Path(tempfile.mkdtemp(prefix=f"{os.getpid()}-", dir=home))
    FileLock(folder / "lock").take()  # for as long as this process or a worker of it lives
    return folder


class _Parent:
    """Looks after the workers of a service."""

    def __init__(self, service: Service, context: Any) -> None:
        self._service, self._context = service, context
        self._places = [_Place(number) for number in range(service.settings.workers)]
        self._ending: signal.Signals | None = None
        self._was_up = self._given_up = False
        self._looked = time.monotonic()
        self._log = structlog.get_logger("workers")

    def run(self) -> signal.Signals | None:
        """Until all have ended; answers with the signal that ended them, None where none did."""
        with self._signals():
            for place in self._places:
                self._begin(place)
            while self._is_needed():
                self._wait()
                for place in self._places:
                    self._look(place)
                self._looked = time.monotonic()
        return self._ending

    def _is_needed(self) -> bool:
        is_over = self._ending is not None or self._given_up
        return any(place.process is not None for place in self._places) or not is_over

    @contextmanager
    def _signals(self) -> Iterator[None]:
        """What tells this process to end tells all of them; `nohup` keeps what it ignores."""
        before = {ending: signal.getsignal(ending) for ending in ENDING}
        for ending, handler in before.items():
            if handler != signal.SIG_IGN:
                signal.signal(ending, self._told)
        try:
            yield
        finally:
            for ending, handler in before.items():
                signal.signal(ending, handler)

    def _told(self, number: int, _: FrameType | None) -> None:
        """Pass a signal on; a closed terminal ends as in order as anything else."""
        self._ending = signal.Signals(number)
        self._end(signal.SIGTERM if number == signal.SIGHUP else self._ending)

    def _end(self, how: signal.Signals) -> None:
        for place in self._places:
            if place.process is not None:
                with suppress(ProcessLookupError):
                    os.kill(place.process.pid, how)

    def _begin(self, place: _Place) -> None:
        """Fill a place; no signal comes between the process and what is known of it."""
        self._service.signs[place.number] = 0
        # No daemon: one may not begin processes, as jobs do.
        process = self._context.Process(
            target=work, args=(self._service, place.number), name=f"worker {place.number}"
        )
        signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
        try:
            if self._ending is None and not self._given_up:
                process.start()
                place.process, place.signs = process, 0
                place.begun = place.heard = time.monotonic()
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)

    def _wait(self) -> None:
        """Until a worker has died, or it is time to look."""
        running = [place.process.sentinel for place in self._places if place.process is not None]
        wait(running, LOOK_SECONDS) if running else time.sleep(LOOK_SECONDS)

    def _look(self, place: _Place) -> None:
        now = time.monotonic()
        if place.process is None:
            if now >= place.due:
                self._begin(place)
            return
        signs = self._service.signs[place.number]
        # Where this process itself was stopped for a while, so were the others.
        if signs != place.signs or now - self._looked > 5 * LOOK_SECONDS:
            place.heard, place.signs = now, signs
            self._was_up = self._was_up or signs > 0
        if not place.process.is_alive():
            self._died(place, now)
        elif self._ending is None and now - place.heard > (
            SECONDS_TO_SHOW if place.is_up else SECONDS_TO_START
        ):
            self._log.error("worker hangs", worker=place.number, pid=place.process.pid)
            place.process.kill()

    def _died(self, place: _Place, now: float) -> None:
        code = place.process.exitcode
        pid = place.process.pid
        place.process.join()
        place.process.close()
        place.process = None
        self._service.held[place.number] = NOBODY
        measures.leave(self._service.folder, place.number)
        if self._ending is not None or self._given_up:
            return
        if not self._was_up:
            self._log.error("worker cannot start", worker=place.number, pid=pid, exit_code=code)
            self._given_up = True
            self._end(signal.SIGTERM)
            return
        place.failed = 0 if place.is_up and now - place.begun > LIVED else place.failed + 1
        pause = min(2.0 ** (place.failed - 1), LONGEST_PAUSE) if place.failed > 1 else 0.0
        place.due = now + pause
        self._log.warning(
            "worker died, another takes its place",
            worker=place.number,
            pid=pid,
            exit_code=code,
            seconds=pause,
        )
        self._look(place)
