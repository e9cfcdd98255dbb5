"""`counterpart serve` with two workers, as a process of its own, for tests of what they share."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

from models.settings import Settings
from services.serving import listen
from tests.waiting import PATIENCE, until

PEERS = "/v1/matches/peers"
_SERVE = "from services.cli import app; app()"


@dataclass
class Served:
    """The parent, where it answers, and what it keeps."""

    parent: "subprocess.Popen[bytes]"
    at: str
    var: Path
    log: Path

    def workers(self) -> dict[int, int]:
        """The process of each worker that is up, by its number."""
        found = {}
        for file in self.var.glob("metrics/*/*.pid"):
            with suppress(FileNotFoundError):  # of one that has just ended
                content = file.read_text()
                if content:
                    found[int(file.stem)] = int(content)
        return found

    @contextmanager
    def only(self, number: int) -> Iterator[httpx.Client]:
        """Whoever is asked in here, the worker of this number answers: the others are stopped."""
        others = [pid for other, pid in self.workers().items() if other != number]
        try:
            for pid in others:
                until(lambda pid=pid: self._stopped(pid), "it stands still")  # type: ignore[misc]
            with self.client() as client:
                yield client
        finally:
            for pid in others:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

    def _stopped(self, pid: int) -> bool:
        """Whether a worker could be stopped between two of its writes, which others wait for."""
        os.kill(pid, signal.SIGSTOP)
        until(lambda: all(state in "TZ" for state in _states(pid)), "it stands still")
        with closing(sqlite3.connect(self.var / "counterpart.db", timeout=0)) as database:
            try:
                database.execute("BEGIN EXCLUSIVE")
            except sqlite3.OperationalError:
                os.kill(pid, signal.SIGCONT)
                return False
        return True

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.at, timeout=PATIENCE)

    def is_up(self) -> bool:
        """Whether all workers answer."""
        return len(self.workers()) == 2 and all(self._answers(n) for n in self.workers())

    def _answers(self, number: int) -> bool:
        with self.only(number) as client:
            try:
                return client.get("/readyz", timeout=2).status_code == 200
            except httpx.HTTPError:
                return False


def _states(pid: int) -> list[str]:
    """The state of each thread of a process, as the system names it."""
    found = []
    for thread in Path(f"/proc/{pid}/task").glob("*"):
        with suppress(OSError):
            found.append((thread / "stat").read_text().rsplit(")", 1)[1].split()[0])
    return found


def _hear_signals() -> None:
    """As begun by hand: `nohup` and shells have what they begin ignore some, which is kept."""
    for ending in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, signal.SIG_DFL)


@contextmanager
def served(settings: Settings, log: Path, *service: str, **more: str) -> Iterator[Served]:
    """A service with two workers on a port of its own; it is up, and gone afterwards."""
    probe = listen("127.0.0.1", 0)
    port = probe.getsockname()[1]
    probe.close()
    env = os.environ | {
        "COUNTERPART_VAR": str(settings.var),
        "COUNTERPART_DATABASE_URL": settings.url,
        "COUNTERPART_SNAPSHOT_STORE": str(settings.snapshots),
        "COUNTERPART_SECRET": settings.secret.get_secret_value(),
        "COUNTERPART_COMPILED_SEARCH": "false",
        "COUNTERPART_WORKERS": "2",
        **more,
    }
    command = [sys.executable, "-c", _SERVE, "serve", *service, "--port", str(port)]
    with log.open("wb") as err:
        parent = subprocess.Popen(
            command, cwd=log.parent, env=env, stderr=err, preexec_fn=_hear_signals
        )
    found = Served(parent, f"http://127.0.0.1:{port}", settings.var, log)
    try:
        until(found.is_up, "both workers answer")
        yield found
    finally:
        parent.terminate()
        parent.wait(PATIENCE)
