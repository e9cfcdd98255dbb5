"""Requests over HTTP with distinct questions, beside an endpoint that returns the same bytes."""

import asyncio
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import orjson

from models.snapshot import Snapshot, SnapshotStore

CONNECTIONS = (1, 16, 64)
_NOTHING = """
import sys, uvicorn
from fastapi import FastAPI, Response
app, content = FastAPI(), open(sys.argv[2], "rb").read()
@app.post("/v1/matches/peers")
async def nothing() -> Response:
    return Response(content, media_type="application/json")
uvicorn.run(app, port=int(sys.argv[1]), log_level="error", access_log=False)
"""
_MATCHER = """
import sys, uvicorn
from services.logs import *
from services.matcher.app import create_app
import logging, structlog
structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
uvicorn.run(create_app(), port=int(sys.argv[1]), log_level="error", access_log=False)
"""


def _bodies(var: Path, count: int) -> list[bytes]:
    store = SnapshotStore(var / "snapshots")
    current = store.current()
    assert current is not None
    places = Snapshot(store.path(current)).places
    rows = random.Random(5).sample(range(len(places)), min(count, len(places)))
    return [orjson.dumps({"place_id": places.id(row), "mode": "look_up"}) for row in rows]


def _request(body: bytes) -> bytes:
    head = (
        "POST /v1/matches/peers HTTP/1.1\r\nHost: localhost\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, body: bytes) -> bytes:
    writer.write(_request(body))
    head = await reader.readuntil(b"\r\n\r\n")
    if b" 200 " not in head.split(b"\r\n", 1)[0]:
        raise RuntimeError(head.decode())
    length = next(
        line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")
    )
    return await reader.readexactly(int(length.split(b":")[1]))


async def _load(port: int, bodies: list[bytes], connections: int, seconds: float) -> list[float]:
    """Milliseconds of each request that was answered in time."""
    took: list[float] = []
    end = time.perf_counter() + seconds
    waiting = iter(bodies)

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for body in waiting:
            if time.perf_counter() > end:
                break
            start = time.perf_counter()
            await _ask(reader, writer, body)
            took.append((time.perf_counter() - start) * 1000)
        writer.close()

    await asyncio.gather(*(one() for _ in range(connections)))
    return took


async def _once(port: int, body: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    content = await _ask(reader, writer, body)
    writer.close()
    return content


def _first_answer(port: int, body: bytes) -> tuple[float, bytes]:
    """Seconds from now until the server answers, and what it says."""
    start = time.perf_counter()
    while time.perf_counter() - start < 120:
        try:
            return time.perf_counter() - start, asyncio.run(_once(port, body))
        except OSError:
            time.sleep(0.02)
    raise RuntimeError("the server does not answer")


def _memory(pid: int) -> float:
    """MiB that a process holds in memory, files it shares included."""
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def http_rows(var: Path, seconds: float) -> tuple[list[list[str]], str]:
    """Requests a second and times at 1, 16 and 64 connections; cold start and memory in words."""
    bodies = _bodies(var, 20_000)
    environment = {**os.environ, "COUNTERPART_VAR": str(var)}
    server = subprocess.Popen([sys.executable, "-c", _MATCHER, "8765"], env=environment)
    rows: list[list[str]] = []
    idle: subprocess.Popen[bytes] | None = None
    try:
        start, content = _first_answer(8765, bodies[0])
        (var / "bench-answer.json").write_bytes(content)
        nothing = [sys.executable, "-c", _NOTHING, "8766", str(var / "bench-answer.json")]
        idle = subprocess.Popen(nothing)
        _first_answer(8766, bodies[0])
        for connections in CONNECTIONS:
            for name, port in (("peers", 8765), ("nothing", 8766)):
                asyncio.run(_load(port, bodies[:50], connections, seconds))
                took = asyncio.run(_load(port, bodies, connections, seconds))
                p50, p99 = np.percentile(took, [50, 99])
                rate = len(took) / seconds
                rows.append([str(connections), name, f"{rate:.0f}", f"{p50:.1f}", f"{p99:.1f}"])
        note = (
            f"First answer {start:.1f} s after the start of the process; "
            f"{_memory(server.pid):.0f} MiB in memory; {len(content):,} bytes an answer.\n"
        )
    finally:
        for process in filter(None, (server, idle)):
            process.terminate()
            process.wait()
        (var / "bench-answer.json").unlink(missing_ok=True)
    return rows, note
