"""Work that the tests of the executor hand out, in a module that workers can import."""

import os
import signal
import time
from pathlib import Path

from tests.waiting import until


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
    return os.getpid()


def whose_together(folder: Path) -> int:
    """Waits until a second process has come, which may take a while to begin."""
    (folder / str(os.getpid())).touch()
    until(lambda: len(list(folder.iterdir())) > 1, "a second process")
    return os.getpid()
