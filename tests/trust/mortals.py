"""Children that a check may kill: each is forked in a moment from one process."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import IO

import pytest

from models.database import ROOT
from models.settings import Settings
from tests.trust.work import settings_in

KILLED = -9
COMMAND = [sys.executable, "-X", "dev", "-W", "ignore", "-m", "tests.trust.dying"]


@dataclass
class Mortal:
    """A child at work."""

    handle: int
    said: IO[str]

    def kill(self) -> int:
        """Kill it, if it still lives; answers as `ended` does."""
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.handle, signal.SIGKILL)
        return self.ended()

    def ended(self) -> int:
        """Wait for its end: 0 where it did its work, -9 where it was killed."""
        os.close(self.handle)
        return int(self.said.readline())


@dataclass
class Mortals:
    """Where children come from."""

    process: "subprocess.Popen[str]"

    def begin(self, what: str, settings: Settings, point: str = "") -> Mortal:
        """A child that begins some work of `dying`; one at a time."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{what}\t{settings.var}\t{point}\n")
        self.process.stdin.flush()
        handle = os.pidfd_open(int(self.process.stdout.readline()))
        self.process.stdin.write("held\n")
        self.process.stdin.flush()
        return Mortal(handle, self.process.stdout)


@pytest.fixture
def doomed(migrated_file: Path, tmp_path: Path) -> Iterator[Settings]:
    """A migrated database, in memory where that can be had.

    What a killed process wrote stays with the system: a disk would take time and show no more.
    """
    memory = Path("/dev/shm")
    folder = Path(mkdtemp(dir=memory)) if os.access(memory, os.W_OK) else tmp_path / "var"
    folder.mkdir(exist_ok=True)
    shutil.copy(migrated_file, folder / "counterpart.db")
    yield settings_in(folder)
    shutil.rmtree(folder)


@contextmanager
def started(*tracer: str, loaded: str = "") -> Iterator[Mortals]:
    """The process that children come from, where asked under a tracer; what it loads besides."""
    # The debugging allocator of development mode would make everything slow.
    environment = {**os.environ, "PYTHONMALLOC": "pymalloc"}
    with subprocess.Popen(
        [*tracer, *COMMAND, *loaded.split()], cwd=ROOT, env=environment,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        yield Mortals(process)


@pytest.fixture(scope="session")
def mortals() -> Iterator[Mortals]:
    with started(loaded="services.matcher.app") as found:
        yield found
