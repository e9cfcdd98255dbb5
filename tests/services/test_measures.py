"""What several processes count in one folder, and what is told of it."""

import subprocess
import sys
from pathlib import Path

import pytest

from services import measures

WORKER = """
import sys
from pathlib import Path
from services import measures
measures.join(Path(sys.argv[1]), int(sys.argv[2]))
for _ in range(int(sys.argv[3])):
    measures.REQUESTS.labels("GET", "/healthz", "200").inc()
measures.SECONDS.labels("GET", "/healthz").observe(0.2)
measures.in_hand().inc()
if len(sys.argv) > 4:
    print(measures.told().decode())
"""


def counted(folder: Path, number: int, times: int, *more: str) -> str:
    command = [sys.executable, "-c", WORKER, str(folder), str(number), str(times), *more]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return done.stdout


def value(told: str, name: str) -> float | None:
    lines = (line.rpartition(" ") for line in told.splitlines())
    return next((float(found) for key, _, found in lines if key == name), None)


REQUESTS = 'counterpart_requests_total{method="GET",route="/healthz",status="200"}'
COUNT = 'counterpart_request_seconds_count{method="GET",route="/healthz"}'


def test_a_place_that_is_filled_anew_counts_on(tmp_path: Path) -> None:
    counted(tmp_path, 0, 5)
    counted(tmp_path, 1, 2)
    files = set(tmp_path.iterdir())
    measures.leave(tmp_path, 0)
    told = counted(tmp_path, 0, 1, "told")
    assert value(told, REQUESTS) == 8
    assert value(told, COUNT) == 3
    assert value(told, "counterpart_requests_in_hand") == 2  # of the two that hold the places
    assert 'process_cpu_seconds_total{worker="0"}' in told
    assert 'process_cpu_seconds_total{worker="1"}' not in told  # it has ended
    assert set(tmp_path.iterdir()) == files


def test_what_was_being_written_when_a_process_died_does_not_count(tmp_path: Path) -> None:
    counted(tmp_path, 0, 5)
    counted(tmp_path, 1, 2)
    broken = tmp_path / "counter_0.db"
    broken.write_bytes(b"\xff\xff\xff\x00" + broken.read_bytes()[4:])
    measures.leave(tmp_path, 0)
    assert not broken.exists()
    assert value(counted(tmp_path, 1, 0, "told"), REQUESTS) == 2


def test_where_there_is_no_room_a_process_tells_of_itself(tmp_path: Path) -> None:
    counted(tmp_path, 1, 2)
    (tmp_path / "histogram_0.db").mkdir()  # stands where a file would be, as a full disk would
    told = counted(tmp_path, 0, 5, "told")
    assert value(told, REQUESTS) == 5
    assert "process_cpu_seconds_total " in told


def test_one_process_alone_needs_no_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PROMETHEUS_MULTIPROC_DIR", raising=False)
    measures.in_hand()
    told = measures.told().decode()
    assert "counterpart_requests_in_hand" in told
    assert "process_cpu_seconds_total " in told
