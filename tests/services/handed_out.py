"""Work that the tests of the executor hand out, in a module that workers can import."""

import os
import signal
import time
from pathlib import Path


def squared(number: int) -> int:
    return number * number


def refused(number: int) -> int:
    raise ValueError(f"no square of {number}")


def deadly(number: int) -> int:
    """Kills whoever takes it up, each time."""
    os.kill(os.getpid(), signal.SIGKILL)
    return number


def deadly_once(piece: tuple[int, Path]) -> int:
    """The tenth piece kills the first worker that takes it up, and only that one."""
    number, marker = piece
    time.sleep(0.01)
    if number == 10 and not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number * number


def whose(_: int) -> int:
    time.sleep(0.05)
    return os.getpid()
