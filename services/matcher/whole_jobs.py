"""Jobs that ask for a whole catalogue: begun by one request, watched and fetched by others.

A job is a folder of the data directory, so that each matcher of the machine knows of it: what
it is and how far it got, its answers once they are whole, and a lock for as long as it is worked
on. A job whose lock is free and whose state says otherwise has lost its process.
"""

import re
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from threading import Event, Lock
from time import monotonic, time
from typing import Any

import orjson
import structlog

from models.errors import Conflict, NotFound, Problem, TooManyJobs
from models.file_lock import FileLock, is_free
from services.matcher.whole import Everyone, ask_everyone

# One is worked on at a time on a machine: it uses all cores. So many of one tenant are kept.
MOST_OF_A_TENANT = 3
SECONDS_TO_WAIT = 30
KEPT_SECONDS = 7 * 24 * 3600
SECONDS_BETWEEN_WORDS = 2
SECONDS_TO_A_TURN = 0.5
STATE, ANSWERS, LOCK, TURN = "state.json", "answers.ndjson", "lock", "working.lock"
_ID = re.compile(r"^[0-9a-f]{32}$")
_LOST = "The server that worked on it was stopped: ask again."
_FAILED = "The job failed for a reason of the service; its id helps find why."


class Stopped(Exception):
    """The service is going down."""


class WholeJobs:
    """Begins jobs, works on them one by one, and tells of those of the machine."""

    def __init__(self, folder: Path, executor: str) -> None:
        self.folder, self.executor = folder, executor
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="whole")
        self._stopping = Event()
        self._lock = Lock()

    def begin(self, asked: Everyone, rows: list[int]) -> str:
        """Queue the question; answers with the id of its job."""
        self._tidy()
        job_id = token_hex(16)
        state = {
            "job_id": job_id,
            "tenant": asked.tenant,
            "state": "queued",
            "places": len(rows),
            "done": 0,
            "snapshot_id": asked.snapshot.name,
            "as_of": asked.as_of.isoformat(),
        }
        with self._lock:
            if self._unfinished(asked.tenant) >= MOST_OF_A_TENANT:
                raise TooManyJobs(MOST_OF_A_TENANT, SECONDS_TO_WAIT)
            lock = _filed(self.folder / job_id, state)
        # However it ends, and even if it never begins, the job is in nobody's hands then.
        self._thread.submit(self._run, asked, rows, state).add_done_callback(
            lambda _: lock.give_back()
        )
        return job_id

    def _unfinished(self, tenant: str) -> int:
        """How many of a tenant's jobs the processes of this machine have in hand."""
        found = 0
        for file in self.folder.glob(f"*/{STATE}"):
            with suppress(FileNotFoundError):  # over for long, and tidied away
                held = not is_free(file.parent / LOCK)
                found += held and orjson.loads(file.read_bytes())["tenant"] == tenant
        return found

    def find(self, tenant: str, job_id: str) -> dict[str, Any]:
        """How a tenant's own job stands."""
        home = self.folder / job_id
        if not _ID.match(job_id) or not (home / STATE).is_file():
            raise NotFound(f"No job has the id {job_id[:80]!r}.")
        free = is_free(home / LOCK)
        state: dict[str, Any] = orjson.loads((home / STATE).read_bytes())
        if state.pop("tenant") != tenant:
            raise NotFound(f"No job has the id {job_id[:80]!r}.")
        if free and state["state"] in ("queued", "running"):
            state |= {"state": "failed", "detail": _LOST}
        return state

    def answers(self, tenant: str, job_id: str) -> Path:
        """The file with a job's lines, once all are there."""
        state = self.find(tenant, job_id)
        if state["state"] != "done":
            raise Conflict(f"The job is {state['state']}: {state['done']} of {state['places']}.")
        return self.folder / job_id / ANSWERS

    def close(self) -> None:
        """Let the job end at its next piece, and drop those that wait."""
        self._stopping.set()
        self._thread.shutdown(wait=True, cancel_futures=True)

    def _run(self, asked: Everyone, rows: list[int], state: dict[str, Any]) -> None:
        home, turn = self.folder / state["job_id"], FileLock(self.folder / TURN)
        with self._outcome(home, state):
            while not turn.take():
                if self._stopping.wait(SECONDS_TO_A_TURN):
                    raise Stopped
            try:
                self._work(home, asked, rows, state)
            finally:
                turn.give_back()

    def _work(self, home: Path, asked: Everyone, rows: list[int], state: dict[str, Any]) -> None:
        said = monotonic()

        def told(done: int) -> None:
            nonlocal said
            if self._stopping.is_set():
                raise Stopped
            state["done"] = done
            if monotonic() - said >= SECONDS_BETWEEN_WORDS:
                _write(home, state)
                said = monotonic()

        _write(home, state | {"state": "running"})
        state["state"] = "running"
        with (home / f"{ANSWERS}.part").open("wb") as file:
            for lines in ask_everyone(asked, rows, self.executor, told):
                file.write(lines)
        (home / f"{ANSWERS}.part").replace(home / ANSWERS)

    @contextmanager
    def _outcome(self, home: Path, state: dict[str, Any]) -> Iterator[None]:
        """What becomes of the work within is the job's state afterwards."""
        try:
            yield
            _write(home, state | {"state": "done"})
        except Stopped:
            _write(home, state | {"state": "failed", "detail": _LOST})
        except Problem as problem:
            _write(home, state | {"state": "failed", "detail": problem.detail})
        except Exception:
            structlog.get_logger("jobs").exception("job failed", job_id=state["job_id"])
            _write(home, state | {"state": "failed", "detail": _FAILED})

    def _tidy(self) -> None:
        """Remove the jobs that are over for longer than they are kept."""
        for home in self.folder.iterdir() if self.folder.is_dir() else ():
            state = home / STATE
            if state.is_file() and time() - state.stat().st_mtime > KEPT_SECONDS:
                shutil.rmtree(home, ignore_errors=True)


def _filed(home: Path, state: dict[str, Any]) -> FileLock:
    """A job's folder; its lock is this process's until the job is over."""
    lock = FileLock(home / LOCK)
    lock.take()
    _write(home, state)
    return lock


def _write(home: Path, state: dict[str, Any]) -> None:
    beside = home / f"{STATE}.part"
    beside.write_bytes(orjson.dumps(state))
    beside.replace(home / STATE)
