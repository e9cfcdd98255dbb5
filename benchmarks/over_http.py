"""Requests over HTTP with distinct questions, beside an endpoint that returns the same bytes."""

import asyncio
import os
import random
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import orjson

from models.snapshot import Snapshot, SnapshotStore

CONNECTIONS = (1, 16, 64)
# Longer, and one worker would have answered for every place there is.
SECONDS = 4.0
# Of every place, so that none is asked for twice.
MANY = 1_000_000
PEERS, COLLABORATIONS = "/v1/matches/peers", "/v1/matches/collaborations"
# What is asked: a path, and what the question says besides the place.
QUESTIONS: dict[str, tuple[str, dict[str, str]]] = {
    "peers, one side": (PEERS, {"mode": "look_up"}),
    "peers, two sides": (PEERS, {}),
    "collaborations": (COLLABORATIONS, {}),
}
HEADER = [
    "question", "connections", "requests/s", "of doing nothing", "p50 ms", "p99 ms",
    "p99 of doing nothing", "CPU ms", "CPU ms of doing nothing",
]  # fmt: skip
_NOTHING = """
import sys, uvicorn
from fastapi import FastAPI, Response
app, content = FastAPI(), open(sys.argv[2], "rb").read()
@app.post("/v1/matches/{kind}")
async def nothing() -> Response:
    return Response(content, media_type="application/json")
uvicorn.run(app, port=int(sys.argv[1]), log_level="error", access_log=False)
"""
# As `counterpart serve matcher` serves it, without a line of log for each request.
MATCHER = """
import sys
from services.matcher.app import create_app
from services.serving import Server, listen
import logging, structlog
structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
Server(create_app(), lambda: None).run([listen("127.0.0.1", int(sys.argv[1]))])
"""


def requests_of(var: Path, question: str, count: int) -> list[bytes]:
    """Distinct questions about places at random, as they are sent."""
    store = SnapshotStore(var / "snapshots")
    current = store.current()
    assert current is not None
    places = Snapshot(store.path(current)).places
    rows = random.Random(5).sample(range(len(places)), min(count, len(places)))
    path, rest = QUESTIONS[question]
    return [_request(path, orjson.dumps({"place_id": places.id(row), **rest})) for row in rows]


def _request(path: str, body: bytes) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> bytes:
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    if b" 200 " not in head.split(b"\r\n", 1)[0]:
        raise RuntimeError(head.decode())
    length = next(
        line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")
    )
    return await reader.readexactly(int(length.split(b":")[1]))


async def load(port: int, requests: list[bytes], connections: int, seconds: float) -> list[float]:
    """Milliseconds of each request that was answered in time."""
    took: list[float] = []
    end = time.perf_counter() + seconds
    waiting = iter(requests)

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for request in waiting:
            if time.perf_counter() > end:
                break
            start = time.perf_counter()
            await _ask(reader, writer, request)
            took.append((time.perf_counter() - start) * 1000)
        writer.close()

    await asyncio.gather(*(one() for _ in range(connections)))
    return took


async def answer_once(port: int, request: bytes) -> bytes:
    """What is answered to one request on a connection of its own."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    content = await _ask(reader, writer, request)
    writer.close()
    return content


def ask_once(port: int, request: bytes) -> bytes:
    """The same, waited for."""
    return asyncio.run(answer_once(port, request))


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def first_answer(port: int, request: bytes) -> tuple[float, bytes]:
    """Seconds from now until the server answers, and what it says."""
    start = time.perf_counter()
    while time.perf_counter() - start < 120:
        try:
            content = ask_once(port, request)
            return time.perf_counter() - start, content
        except OSError:
            time.sleep(0.02)
    raise RuntimeError("the server does not answer")


def memory_of(pid: int) -> float:
    """MiB that a process holds in memory, files it shares included."""
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def cpu_of(pid: int) -> float:
    """Seconds of processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def settle(pid: int) -> None:
    """Wait until a server has done what it does at its start beside answering."""
    before = cpu_of(pid)
    for _ in range(120):
        time.sleep(1)
        now = cpu_of(pid)
        if now - before < 0.05:
            return
        before = now


class Server:
    """A server process, asked under load."""

    def __init__(self, source: str, port: int, *args: str, env: dict[str, str]) -> None:
        self.port = port
        self.process = subprocess.Popen([sys.executable, "-c", source, str(port), *args], env=env)

    def loaded(self, requests: list[bytes], connections: int, seconds: float) -> list[float]:
        """Requests a second, p50 and p99 in ms, and CPU ms a request."""
        before = cpu_of(self.process.pid)
        took = asyncio.run(load(self.port, requests, connections, seconds))
        used = cpu_of(self.process.pid) - before
        p50, p99 = np.percentile(took, [50, 99])
        return [len(took) / seconds, p50, p99, used * 1000 / len(took)]

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()


def _beside(
    server: Server, nothing: Server, requests: list[bytes], connections: int, seconds: float
) -> list[str]:
    # What was asked once is not recorded again: what warms up is not asked in the measured part.
    warming, requests = requests[: len(requests) // 4], requests[len(requests) // 4 :]
    for one in (server, nothing):
        one.loaded(warming, connections, seconds / 4)
    rate, p50, p99, cpu = server.loaded(requests, connections, seconds)
    if round(rate * seconds) == len(requests):
        raise RuntimeError(f"{len(requests)} questions are too few for {seconds} seconds")
    # To do nothing takes so little that the questions would run out.
    most, _, least, idle = nothing.loaded(requests * 10, connections, seconds)
    return [
        f"{rate:.0f}", f"{rate / most:.1%}", f"{p50:.1f}", f"{p99:.1f}", f"{p99 / least:.1f} times",
        f"{cpu:.2f}", f"{idle:.2f}",
    ]  # fmt: skip


def http_rows(
    var: Path, seconds: float, connections: tuple[int, ...] = CONNECTIONS
) -> tuple[list[list[str]], str]:
    """Each question beside an endpoint that returns the same bytes; start and memory in words."""
    env = {**os.environ, "COUNTERPART_VAR": str(var)}
    rows: list[list[str]] = []
    kept = var / "bench-answer.json"
    port, idle_port = free_port(), free_port()
    server = Server(MATCHER, port, env=env)
    try:
        first, _ = first_answer(port, requests_of(var, "peers, one side", 1)[0])
        memory = f"{memory_of(server.process.pid):.0f} MiB then"
        settle(server.process.pid)
        for question in QUESTIONS:
            requests = requests_of(var, question, MANY)
            content = ask_once(port, requests[0])
            kept.write_bytes(content)
            nothing = Server(_NOTHING, idle_port, str(kept), env=env)
            try:
                first_answer(idle_port, requests[0])
                for at, count in enumerate(connections):
                    part = requests[at :: len(connections)]
                    figures = _beside(server, nothing, part, count, seconds)
                    rows.append([f"{question}, {len(content):,} bytes", str(count), *figures])
            finally:
                nothing.stop()
        note = (
            f"First answer {first:.1f} s after the start of the process; {memory}, "
            f"{memory_of(server.process.pid):.0f} MiB after all these answers.\n"
        )
    finally:
        server.stop()
        kept.unlink(missing_ok=True)
    return rows, note


def main() -> None:
    """This alone, of the catalogue in var/: `python -m benchmarks.over_http [seconds]`."""
    rows, note = http_rows(Path("var"), float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS)
    sys.stdout.write("\n".join(" | ".join(row) for row in [HEADER, *rows]) + f"\n{note}")


if __name__ == "__main__":
    main()
