"""A Dask scheduler and workers as processes of this machine, for measurements and tests."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import orjson

ROOT = Path(__file__).resolve().parent.parent
_SCHEDULER = ("distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0")
_WORKER = ("distributed.cli.dask_worker", "--no-nanny", "--nthreads", "1", "--memory-limit", "0")
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


@dataclass(frozen=True)
class Cluster:
    """Where the scheduler listens, and the process of each worker."""

    address: str
    workers: tuple["subprocess.Popen[bytes]", ...]
    another: Callable[[], "subprocess.Popen[bytes]"]
    """Starts one more worker, as whatever watches them does when one has died."""


@contextmanager
def cluster(folder: Path, workers: int = 2) -> Iterator[Cluster]:
    """A scheduler and its workers on loopback; all of them end with the block."""
    with ExitStack() as running:
        file = folder / "scheduler.json"
        file.unlink(missing_ok=True)
        _start(running, folder, *_SCHEDULER, "--scheduler-file", str(file))
        address = _address(file)
        another = partial(_start, running, folder, *_WORKER, address)
        yield Cluster(address, tuple(another() for _ in range(workers)), another)


def _start(running: ExitStack, folder: Path, *module: str) -> "subprocess.Popen[bytes]":
    environment = {**os.environ, **_ONE_THREAD, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": ""}
    log = running.enter_context((folder / "dask.log").open("ab"))
    command = [sys.executable, "-m", *module, "--no-dashboard"]
    process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
    running.callback(process.wait)
    running.callback(process.kill)
    return process


def _address(file: Path) -> str:
    """Where the scheduler listens, once it has said so."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            return str(orjson.loads(file.read_bytes())["address"])
        except (FileNotFoundError, orjson.JSONDecodeError):
            time.sleep(0.05)
    raise TimeoutError(f"No Dask scheduler after a minute: see {file.parent / 'dask.log'}.")
