"""A snapshot from its making to its end: published, opened, served, taken over; and memory."""

import os
import time
from pathlib import Path

import numpy as np
import orjson

from benchmarks.asking import Built
from benchmarks.over_http import (
    MATCHER,
    Server,
    ask_once,
    first_answer,
    free_port,
    memory_of,
    requests_of,
    settle,
)
from benchmarks.world import seconds_to_publish
from models.snapshot import Manifest, Snapshot, SnapshotStore
from models.snapshot.manifest import MANIFEST, entry

HEAD = [
    "places", "publish s", "snapshot MB", "open s", "first answer s", "memory MiB", "swap s",
    "failed in the swap",
]  # fmt: skip
ASKED = 300


def keeping_row(built: Built) -> list[str]:
    """Seconds and MiB of one catalogue."""
    store = SnapshotStore(built.store)
    published = f"{seconds_to_publish(built.store.parent):.1f}"
    folder = store.path(store.current() or "")
    size = sum(file.stat().st_size for file in folder.iterdir()) / 1e6
    opening = [_seconds_to_open(folder) for _ in range(3)]
    var = built.store.parent
    asked = requests_of(var, "peers, one side", ASKED)
    server = Server(MATCHER, free_port(), env={**os.environ, "COUNTERPART_VAR": str(var)})
    try:
        first, _ = first_answer(server.port, asked[0])
        settle(server.process.pid)
        for request in asked:
            ask_once(server.port, request)
        memory = memory_of(server.process.pid)
        swap, failed = _swap(store, server.port, asked)
    finally:
        server.stop()
    told = [published, f"{size:,.0f}", f"{np.median(opening):.2f}", f"{first:.1f}"]
    return [built.name, *told, f"{memory:,.0f}", f"{swap:.2f}", str(failed)]


def _seconds_to_open(folder: Path) -> float:
    start = time.perf_counter()
    Snapshot(folder)
    return time.perf_counter() - start


def _swap(store: SnapshotStore, port: int, asked: list[bytes]) -> tuple[float, int]:
    """Seconds until answers come from another snapshot, and the requests that failed meanwhile."""
    before = store.current()
    assert before is not None
    start, failed = _promote_another(store, before), 0
    try:
        for request in asked * 20:
            try:
                if orjson.loads(ask_once(port, request))["snapshot_id"] != before:
                    return time.perf_counter() - start, failed
            except (OSError, RuntimeError):
                failed += 1
        raise RuntimeError("the new snapshot was never taken over")
    finally:
        (store.folder / "CURRENT").write_text(before)
        store.prune([before])


def _promote_another(store: SnapshotStore, snapshot_id: str) -> float:
    """Make the same snapshot with other words in its weights current; answers with when."""
    old = store.path(snapshot_id)
    manifest = Manifest.model_validate_json((old / MANIFEST).read_bytes())
    with store.building() as folder:
        for name in manifest.files:
            os.link(old / name, folder / name)
        weights = folder / "weights.json"
        told = orjson.loads(weights.read_bytes())
        weights.unlink()
        weights.write_bytes(orjson.dumps({**told, "version": "benchmark"}))
        files = {**manifest.files, weights.name: entry(weights)}
        store.promote(folder, manifest.model_copy(update={"files": files}))
        return time.perf_counter()
