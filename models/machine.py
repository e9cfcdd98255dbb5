"""How much of its machine a process may use: cores and memory, a container's limits included."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

HERE = Path("/")
_FEW = 2**60  # bytes; what is said to be more is no limit


def cores(root: Path = HERE) -> int:
    """How many cores this process can keep busy: at least one, a part of one does not count."""
    quotas = (_quota(group) for group in _groups("cpu", root))
    return max(1, int(min([_allowed(), *(quota for quota in quotas if quota is not None)])))


def memory(root: Path = HERE) -> int | None:
    """How many bytes this process and others that it starts may still take; None is unknown."""
    left = [room for group in _groups("memory", root) if (room := _room(group)) is not None]
    with suppress(OSError):
        for line in (root / "proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                left.append(int(line.split()[1]) * 1024)
    return max(0, min(left)) if left else None


def _allowed() -> int:
    with suppress(AttributeError):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _groups(controller: str, root: Path) -> Iterator[Path]:
    """The control group of this process and those around it, of both versions of cgroup."""
    try:
        told = (root / "proc/self/cgroup").read_text().splitlines()
    except OSError:
        return
    for line in told:
        _, controllers, path = line.split(":", 2)
        if controllers and controller not in controllers.split(","):
            continue
        base = root / "sys/fs/cgroup" / (controller if controllers else "")
        within = base / path.strip("/")
        yield within
        # Seen from inside a container, its own group may be the outermost there is.
        yield from (around for around in within.parents if around.is_relative_to(base))


def _quota(group: Path) -> float | None:
    """Cores' worth of time that a group may use; None where it is not limited."""
    with suppress(OSError, ValueError, ZeroDivisionError):
        if (group / "cpu.max").is_file():
            most, period = (group / "cpu.max").read_text().split()
        else:
            most, period = (
                (group / f"cpu.cfs_{name}_us").read_text().strip() for name in ("quota", "period")
            )
        return int(most) / int(period) if int(most) > 0 else None
    return None


def _room(group: Path) -> int | None:
    """Bytes up to the limit of a group; what it only keeps of files it has read is room, too."""
    for limit, used, kept in (
        ("memory.max", "memory.current", "inactive_file"),
        ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
    ):
        with suppress(OSError, ValueError):
            most = int((group / limit).read_text())
            if most < _FEW:
                return most - int((group / used).read_text()) + _told(group / "memory.stat", kept)
    return None


def _told(statistics: Path, name: str) -> int:
    lines = statistics.read_text().splitlines()
    return next((int(line.split()[1]) for line in lines if line.split()[0] == name), 0)
