"""Of those that share a file's lock one has it, until it gives it back or ends."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from signal import SIGKILL
from threading import Thread

from models.file_lock import FileLock, is_free

HOLDER = """
import sys, time
from pathlib import Path
from models.file_lock import FileLock
lock = FileLock(Path(sys.argv[1]))
print(lock.take(), flush=True)
time.sleep(600)
"""

FORKED = """
import os, sys, time
from pathlib import Path
from models.file_lock import FileLock
FileLock(Path(sys.argv[1])).take()
if worker := os.fork():
    print(worker, flush=True)
    os.kill(os.getpid(), 9)
time.sleep(600)
"""


@contextmanager
def another_process(script: str, file: Path) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """A process that takes the lock of a file, and the line that it says then."""
    command = [sys.executable, "-c", script, str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as taker:
        assert taker.stdout is not None
        yield taker, taker.stdout.readline()


def test_one_has_it_until_it_is_given_back(tmp_path: Path) -> None:
    one, other = FileLock(tmp_path / "new" / "lock"), FileLock(tmp_path / "new" / "lock")
    assert one.take()
    assert not other.take()
    assert not other.take(seconds=0.01)
    assert one.take()
    one.give_back()
    assert other.take()
    assert not one.take()
    one.give_back()
    assert other.take()
    other.give_back()


def test_who_is_killed_loses_it(tmp_path: Path) -> None:
    lock = FileLock(tmp_path / "lock")
    with another_process(HOLDER, tmp_path / "lock") as (holder, said):
        assert said == "True\n"
        assert not lock.take()
        holder.kill()
    assert lock.take()
    lock.give_back()


def test_a_worker_keeps_what_its_parent_took(tmp_path: Path) -> None:
    lock = FileLock(tmp_path / "lock")
    with another_process(FORKED, tmp_path / "lock") as (parent, said):
        worker = int(said)
        assert parent.wait(60) == -SIGKILL
        try:
            assert not lock.take()
        finally:
            os.kill(worker, SIGKILL)
        assert lock.take(seconds=60)
    lock.give_back()


def test_who_waits_has_it_next(tmp_path: Path) -> None:
    one, order = FileLock(tmp_path / "lock"), ["one"]

    def next_in_line() -> None:
        with FileLock(tmp_path / "lock"):
            order.append("another")

    def patient() -> None:
        lock = FileLock(tmp_path / "lock")
        assert lock.take(seconds=60)
        order.append("a patient one")
        lock.give_back()

    waiting = [Thread(target=next_in_line), Thread(target=patient)]
    with one:
        for thread in waiting:
            thread.start()
        order.append("still one")
    for thread in waiting:
        thread.join(60)
    assert order[:2] == ["one", "still one"]
    assert sorted(order[2:]) == ["a patient one", "another"]


def test_who_asks_takes_nothing(tmp_path: Path) -> None:
    lock = FileLock(tmp_path / "lock")
    with lock:
        assert not is_free(tmp_path / "lock")
    assert is_free(tmp_path / "lock")
    assert lock.take()
    lock.give_back()
