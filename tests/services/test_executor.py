"""The same work on processes of this machine and on a Dask cluster, with workers that die."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from benchmarks.cluster import Cluster, cluster
from models.errors import ExecutorUnavailable
from models.settings import Settings
from services import executor
from services.executor import workers
from tests.services import handed_out
from tests.waiting import until

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def dask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with cluster(tmp_path_factory.mktemp("dask")) as started:
        yield started


@pytest.fixture(params=["local:2", "dask"])
def setting(request: pytest.FixtureRequest) -> str:
    if request.param == "dask":
        started: Cluster = request.getfixturevalue("dask")
        return started.address
    return str(request.param)


def test_every_piece_comes_back_with_what_was_made_of_it(setting: str) -> None:
    count = executor.AHEAD + 50
    with workers(setting) as found:
        done = dict(found.run(handed_out.squared, range(count)))
    assert done == {number: number * number for number in range(count)}


def test_work_is_shared_among_processes_that_are_not_this_one(setting: str, tmp_path: Path) -> None:
    with workers(setting) as found:
        pieces = [tmp_path] * 20
        processes = {process for _, process in found.run(handed_out.whose_together, pieces)}
    assert len(processes) == 2
    assert os.getpid() not in processes


def test_pieces_are_read_as_they_are_needed(setting: str) -> None:
    read = []

    def pieces() -> Iterator[int]:
        for number in range(10_000):
            read.append(number)
            yield number

    with workers(setting) as found:
        next(iter(found.run(handed_out.squared, pieces())))
    assert len(read) <= executor.AHEAD


def test_an_error_of_the_work_is_the_callers(setting: str) -> None:
    with workers(setting) as found, pytest.raises(ValueError, match="no square of 3"):
        list(found.run(handed_out.refused, [3]))


def test_nothing_is_lost_when_a_worker_is_killed(tmp_path: Path, setting: str) -> None:
    marker = tmp_path / "killed"
    with workers(setting) as found:
        pieces = [(number, marker) for number in range(60)]
        done = [
            (number, square) for (number, _), square in found.run(handed_out.deadly_once, pieces)
        ]
    assert marker.exists()
    assert sorted(done) == [(number, number * number) for number in range(60)]


def test_work_that_kills_every_worker_is_given_up() -> None:
    with workers("local:1") as found, pytest.raises(ExecutorUnavailable, match="Workers died"):
        list(found.run(handed_out.deadly, [1]))


def test_processes_end_when_who_started_them_is_killed() -> None:
    program = (
        "import os, signal\n"
        "from services.executor import workers\n"
        "from tests.services import handed_out\n"
        "with workers('local:1') as found:\n"
        "    print(*(pid for _, pid in found.run(handed_out.whose, [1])), flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    process = Path("/proc") / ended.stdout.strip()
    assert process.name.isdigit()
    until(lambda: not _runs(process), "it ends")


def _runs(process: Path) -> bool:
    try:
        return process.joinpath("stat").read_text().rsplit(")")[-1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_without_the_extra_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with (
        pytest.raises(ExecutorUnavailable, match=r"installing\.py scale"),
        workers("tcp://127.0.0.1:8786"),
    ):
        pass


def test_a_scheduler_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executor, "SECONDS_TO_CONNECT", 0.3)
    with (
        pytest.raises(ExecutorUnavailable, match="answers at tcp"),
        workers("tcp://127.0.0.1:9"),
    ):
        pass


@pytest.mark.parametrize("times", [1, executor.MOST_GREETINGS])
def test_a_greeting_that_comes_with_more_is_asked_for_again(
    dask: Cluster, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    """What the library takes for impossible, and a busy machine makes happen."""
    distributed: Any = import_module("distributed")
    client, failed = distributed.Client, list[int]()

    def busy(*args: Any, **more: Any) -> Any:
        if len(failed) < times:
            failed.append(1)
            raise AssertionError
        return client(*args, **more)

    monkeypatch.setattr(distributed, "Client", busy)
    refused = pytest.raises(ExecutorUnavailable, match="does not greet")
    with refused if times > 1 else nullcontext(), workers(dask.address) as found:
        assert list(found.run(handed_out.squared, [3])) == [(3, 9)]
    assert len(failed) == times


def test_a_scheduler_without_workers_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(executor, "SECONDS_TO_CONNECT", 2)
    with (
        cluster(tmp_path, workers=0) as idle,
        pytest.raises(ExecutorUnavailable, match="has no worker"),
        workers(idle.address),
    ):
        pass


@pytest.mark.parametrize("setting", ["local:0", "lokal", "8786", "tcp://", "http://host:8786"])
def test_what_names_no_executor_is_no_setting(setting: str) -> None:
    with pytest.raises(ValidationError, match="executor"):
        Settings(_env_file=None, executor=setting)
