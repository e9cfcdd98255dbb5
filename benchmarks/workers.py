"""One worker beside two, asked by turns: `python -m benchmarks.workers [seconds]`.

Whoever asks runs on the same cores: on two of them it takes from both, and more from two workers.
"""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from benchmarks.over_http import (
    MANY,
    QUESTIONS,
    cpu_of,
    first_answer,
    free_port,
    load,
    requests_of,
    settle,
)

CONNECTIONS = 16
SERVE = "from services.cli import app; app()"
HEADER = [
    "question", "requests/s, one worker", "two workers", "times", "p99 ms, one worker",
    "two workers", "CPU ms, one worker", "two workers", "MiB, one worker", "two workers",
]  # fmt: skip
ROUNDS = 3
# Longer, and two workers would have answered for every place there is.
SECONDS = 2.0


class Service:
    """`counterpart serve matcher` with so many workers."""

    def __init__(self, var: Path, workers: int) -> None:
        self.port = free_port()
        env = {**os.environ, "COUNTERPART_VAR": str(var), "COUNTERPART_WORKERS": str(workers)}
        command = [sys.executable, "-c", SERVE, "serve", "matcher", "--port", str(self.port)]
        self.parent = subprocess.Popen(command, env=env, stderr=subprocess.DEVNULL)

    def processes(self) -> list[int]:
        """The parent and its workers."""
        pid = self.parent.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [pid, *map(int, children)]

    def loaded(self, requests: list[bytes], seconds: float) -> tuple[list[float], float]:
        """Milliseconds of each request that was answered, and seconds of processor time."""
        before = self._cpu()
        took = asyncio.run(load(self.port, requests, CONNECTIONS, seconds))
        return took, self._cpu() - before

    def _cpu(self) -> float:
        return sum(map(cpu_of, self.processes()))

    def memory(self) -> float:
        """MiB of all processes; what several share counts once."""
        return sum(map(proportional, self.processes()))

    def stop(self) -> None:
        self.parent.terminate()
        self.parent.wait()


def proportional(pid: int) -> float:
    """MiB of a process, with its share of what it shares (PSS)."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("Pss:")).split()[1]) / 1024


def rows(var: Path, seconds: float = SECONDS, rounds: int = ROUNDS) -> list[list[str]]:
    """Each question to one worker and to two, by turns."""
    services = [Service(var, count) for count in (1, 2)]
    try:
        for service in services:
            first_answer(service.port, requests_of(var, "peers, one side", 1)[0])
            for pid in service.processes():
                settle(pid)
        return [_row(var, question, services, seconds, rounds) for question in QUESTIONS]
    finally:
        for service in services:
            service.stop()


def _row(
    var: Path, question: str, services: list[Service], seconds: float, rounds: int
) -> list[str]:
    requests = requests_of(var, question, MANY)
    took: list[list[float]] = [[], []]
    used = [0.0, 0.0]
    for number in range(rounds + 1):
        for at, service in enumerate(services):
            asked = requests[number :: rounds + 1]
            found, cpu = service.loaded(asked, seconds)
            if len(found) == len(asked):
                raise RuntimeError(f"{len(asked)} questions are too few for {seconds} seconds")
            if number:  # the first one warms up
                took[at] += found
                used[at] += cpu
    one, two = (len(each) / seconds / rounds for each in took)
    late = [f"{np.percentile(each, 99):.1f}" for each in took]
    work = [f"{1000 * cpu / len(each):.2f}" for cpu, each in zip(used, took, strict=True)]
    memory = [f"{service.memory():.0f}" for service in services]
    return [question, f"{one:.0f}", f"{two:.0f}", f"{two / one:.2f}", *late, *work, *memory]


def main() -> None:
    """The catalogue in var/."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS
    table = [HEADER, *rows(Path("var"), seconds)]
    sys.stdout.write("\n".join(" | ".join(row) for row in table) + "\n")


if __name__ == "__main__":
    main()
