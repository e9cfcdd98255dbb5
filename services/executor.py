"""Where heavy work is done: processes of this machine, or a Dask cluster, by one setting.

Both are `concurrent.futures` executors, so what runs on one runs on the other. A function that
is handed out stands at the top of a module, takes one piece, and keeps what is dear to load (a
model, a snapshot) by `functools.lru_cache`: it is then loaded once a process. Answers come back
in the order they are ready; what a worker that died had in hand is done again.
"""

import os
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    ProcessPoolExecutor,
    wait,
)
from contextlib import contextmanager
from importlib import import_module
from itertools import chain, islice
from multiprocessing import get_context, parent_process
from threading import Thread
from typing import Any, Generic, TypeVar

from models.errors import ExecutorUnavailable
from models.machine import cores

LOCAL = "local"
# Enough to keep a hundred workers busy, few enough that their answers fit in memory.
AHEAD = 256
# A piece at which this many workers died would kill the next one too. Dask's own default.
MOST_LOSSES = 3
SECONDS_TO_CONNECT = 10
MOST_GREETINGS = 5
# Where every process has a core of its own, threads inside it only wait for each other.
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

Piece = TypeVar("Piece")
Done = TypeVar("Done")


class Workers:
    """Open executors of one kind; `run` hands work out to them, piece by piece."""

    def __init__(self, opened: Callable[[], Executor], lost: tuple[type[Exception], ...]) -> None:
        self._open, self._lost = opened, lost
        self._executor = opened()

    def run(
        self, function: Callable[[Piece], Done], pieces: Iterable[Piece]
    ) -> Iterator[tuple[Piece, Done]]:
        """Each piece with what the function made of it, in the order they are done."""
        out = _Out(function, pieces)
        losses = 0
        try:
            while True:
                try:
                    out.submit(self._executor)
                    if not out.futures:
                        return
                    yield from out.done()
                except BrokenExecutor as broken:
                    losses += 1
                    if losses >= MOST_LOSSES:
                        raise _killed() from broken
                    out.take_back()
                    self._executor.shutdown(wait=False, cancel_futures=True)
                    self._executor = self._open()
        except self._lost as lost:
            raise _killed() from lost
        except CancelledError as lost:
            raise ExecutorUnavailable("The connection to the Dask scheduler was lost.") from lost
        finally:
            out.cancel()

    def begin(self, function: Callable[[Piece], object], piece: Piece) -> Callable[[], bool]:
        """Have a worker do what it needs before its first piece; says when asked whether it has.

        What goes wrong there will again in `run`, which deals with it.
        """
        return self._executor.submit(function, piece).done

    def close(self) -> None:
        """Let the processes of this machine go; a cluster is left as it was."""
        self._executor.shutdown(wait=True)


class _Out(Generic[Piece, Done]):
    """The pieces that are out with a worker, and those that wait for their turn."""

    def __init__(self, function: Callable[[Piece], Done], pieces: Iterable[Piece]) -> None:
        self._function = function
        self._waiting = iter(pieces)
        self.futures: dict[Future[Done], Piece] = {}

    def submit(self, executor: Executor) -> None:
        for piece in islice(self._waiting, AHEAD - len(self.futures)):
            try:
                self.futures[executor.submit(self._function, piece)] = piece
            except BrokenExecutor:
                self._waiting = chain([piece], self._waiting)
                raise

    def done(self) -> Iterator[tuple[Piece, Done]]:
        for future in wait(self.futures, return_when=FIRST_COMPLETED).done:
            result = future.result()
            yield self.futures.pop(future), result

    def take_back(self) -> None:
        """Let what no worker answered for be done again."""
        self._waiting = chain(list(self.futures.values()), self._waiting)
        self.futures.clear()

    def cancel(self) -> None:
        for future in self.futures:
            future.cancel()


@contextmanager
def workers(setting: str) -> Iterator[Workers]:
    """The workers that the setting `executor` names: `local`, `local:4` or `tcp://host:8786`."""
    kind, _, count = setting.partition(":")
    if kind != LOCAL:
        with _dask(setting) as found:
            yield found
        return
    pool = Workers(lambda: _processes(int(count or cores())), ())
    try:
        yield pool
    finally:
        pool.close()


def _processes(count: int) -> Executor:
    # Started afresh: a process forked after a use of OpenMP may hang.
    return ProcessPoolExecutor(count, mp_context=get_context("spawn"), initializer=_begin)


def _begin() -> None:
    """Prepare a process of this machine: one thread, and its end left to who started it."""
    os.environ.update(dict.fromkeys(_ONE_THREAD, "1"))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A pool's processes wait for work for ever when who started them is killed."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


@contextmanager
def _dask(address: str) -> Iterator[Workers]:
    """The workers behind a Dask scheduler; they have this project installed as we do."""
    try:
        distributed: Any = import_module("distributed")
    except ImportError as error:
        raise ExecutorUnavailable(
            f"COUNTERPART_EXECUTOR is {address!r}, which needs Dask: "
            "run `python requirements/installing.py scale`."
        ) from error
    with _connected(distributed.Client, address) as client:
        try:
            client.wait_for_workers(1, timeout=SECONDS_TO_CONNECT)
        except TimeoutError as error:
            raise ExecutorUnavailable(f"The Dask scheduler at {address} has no worker.") from error
        executor: Executor = client.get_executor(pure=False)
        yield Workers(lambda: executor, (distributed.KilledWorker,))


def _connected(client: Any, address: str) -> Any:
    """A client of a scheduler.

    It gives up with an AssertionError where the scheduler's greeting comes together with what it
    says next, as on a busy machine: another try finds them apart.
    """
    for is_last in (*[False] * (MOST_GREETINGS - 1), True):
        try:
            return client(address, timeout=SECONDS_TO_CONNECT, set_as_default=False)
        except (OSError, ValueError) as error:
            raise ExecutorUnavailable(f"No Dask scheduler answers at {address}.") from error
        except AssertionError as error:
            if is_last:
                detail = f"The Dask scheduler at {address} does not greet."
                raise ExecutorUnavailable(detail) from error


def _killed() -> ExecutorUnavailable:
    return ExecutorUnavailable(
        f"Workers died {MOST_LOSSES} times over this work: do they have enough memory?"
    )
