"""What `/metrics` tells: counted by one process, or by all the workers of a service together.

Workers count in files of one folder, each in those of its number: whoever is asked adds them up,
and who takes the place of one that died counts on in its files.
"""

import logging
import os
import struct
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Metric,
    generate_latest,
    values,
)
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

log = logging.getLogger(__name__)

REQUESTS = Counter("counterpart_requests", "Requests answered", ["method", "route", "status"])
SECONDS = Histogram("counterpart_request_seconds", "Time to the answer", ["method", "route"])
SHED = Counter("counterpart_requests_shed", "Requests refused to keep up", ["why"])

# The library's names of the files; what is written into them is only as large as it must be.
_LIVE = "gauge_livesum"
_KINDS = ("counter", "histogram", _LIVE)
# A file that grows where the disk is full kills its process: room for all routes is taken first.
_ROOM = 2**20
_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
_BROKEN = (struct.error, RuntimeError, ValueError)
_LOOKS = 3


@lru_cache(maxsize=1)
def in_hand() -> Gauge:
    """Requests being answered; made when it is first asked for, since it counts from then on."""
    text = "Requests being answered"
    return Gauge("counterpart_requests_in_hand", text, multiprocess_mode="livesum")


def join(folder: Path, number: int) -> None:
    """Count in a folder from now on, as the worker of a number; before anything is counted.

    Where the folder has no room, that is said, and this process tells of itself alone.
    """
    try:
        _make_room(folder, number)
    except OSError as error:
        log.warning("/metrics tells of this worker alone: %s", error.strerror)
        return
    os.environ[_FOLDER] = str(folder)
    values.ValueClass = values.MultiProcessValue(lambda: number)  # type: ignore[no-untyped-call]
    in_hand()


def _make_room(folder: Path, number: int) -> None:
    for kind in _KINDS:
        file = _file(folder, kind, number)
        handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            with suppress(AttributeError):  # macOS has none
                os.posix_fallocate(handle, 0, _ROOM)
        except OSError:
            file.unlink()
            raise
        finally:
            os.close(handle)
    (folder / f"{number}.pid").write_text(str(os.getpid()))


def leave(folder: Path, number: int) -> None:
    """A worker is gone: what it had in hand, and what it was writing, does not count."""
    (folder / f"{number}.pid").unlink(missing_ok=True)
    _file(folder, _LIVE, number).unlink(missing_ok=True)
    for kind in _KINDS:
        file = _file(folder, kind, number)
        try:
            list(MmapedDict.read_all_values_from_file(str(file)))  # type: ignore[no-untyped-call]
        except FileNotFoundError:
            continue
        except _BROKEN:
            file.unlink()


def _file(folder: Path, kind: str, number: int) -> Path:
    return folder / f"{kind}_{number}.db"


def told() -> bytes:
    """All there is to tell, as Prometheus reads it."""
    folder = os.environ.get(_FOLDER)
    if folder is None:
        return generate_latest()
    for _ in range(_LOOKS):
        with suppress(*_BROKEN, FileNotFoundError):  # a worker makes its files this moment
            return _added_up(Path(folder))
    return _added_up(Path(folder))


def _added_up(folder: Path) -> bytes:
    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=str(folder))  # type: ignore[no-untyped-call]
    registry.register(_Processes(folder))
    return generate_latest(registry)


class _Processes(Collector):
    """What each worker takes of the machine, by its number."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def collect(self) -> Iterator[Metric]:
        found: dict[str, Metric] = {}
        for file in sorted(self._folder.glob("*.pid")):
            for metric in _of_process(file):
                family = found.setdefault(
                    metric.name, Metric(metric.name, metric.documentation, metric.type)
                )
                for sample in metric.samples:
                    family.add_sample(sample.name, {"worker": file.stem}, sample.value)
        yield from found.values()


def _of_process(file: Path) -> list[Metric]:
    try:
        pid = int(file.read_text())
    except (OSError, ValueError):
        return []
    return list(ProcessCollector(pid=lambda: pid, registry=None).collect())
