"""Check 22: after many requests a process holds no more than after some."""

import gc
import random
import threading
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from models.snapshot import SnapshotStore
from services.matcher.decisions.asked import answering
from tests.trust.conftest import FULL
from tests.trust.report import Tried
from tests.trust.whole_app import Whole, published, whole

__all__ = ["published", "whole"]
psutil: Any = import_module("psutil")
MEBIBYTE = 2**20
# In ten thousand requests, most of them recorded and remembered; few tell of descriptors alone.
GROWTH = 20.0
PARTS = 10


def asked(whole: Whole, number: int, places: list[str], chance: random.Random) -> None:
    """One request of those that are made in a day."""
    place = chance.choice(places)
    match number % 20:
        case 7:
            file = {"file": ("a.csv", f"id,name,kind,country\nx:s{number},A,city,ES\n".encode())}
            whole.ask("POST", "/v1/ingest/files?kind=places", "ingest", files=file)
        case 11:
            store = SnapshotStore(whole.app.state.settings.snapshots)
            store.roll_back(str(store.current()))
        case 13 | 14:
            whole.ask("GET", f"/v1/places?q={place[-2:]}", "match")
        case 17:
            whole.near.get("/find", headers={"Accept": "text/html"})
        case _:
            body = {"place_id": place, "limit": chance.randint(1, 20)}
            kind = chance.choice(["peers", "collaborations"])
            whole.ask("POST", f"/v1/matches/{kind}", "match", json=body)


def held() -> dict[str, float]:
    """What this process holds: bytes, descriptors, threads."""
    gc.collect()
    me = psutil.Process()
    return {
        "bytes": me.memory_info().rss,
        "descriptors": len(list(Path("/proc/self/fd").iterdir())),
        "threads": threading.active_count(),
    }


def soaked(whole: Whole, count: int, chance: random.Random) -> list[dict[str, float]]:
    """What is held after a first part, and after each further one."""
    listed = whole.ask("GET", "/v1/places?limit=50", "match").json()["items"]
    places = [item["id"] for item in listed]
    found = []
    for part in range(PARTS):
        for number in range(count // PARTS):
            asked(whole, part * count + number, places, chance)
        whole.app.state.decisions.recorder.flush()
        found.append(held())
    return found


def growth(found: list[dict[str, float]], count: int) -> float:
    """Mebibytes in ten thousand requests, from a third of the way to the end."""
    first, last = found[PARTS // 3], found[-1]
    requests = count * (PARTS - 1 - PARTS // 3) / PARTS
    return (last["bytes"] - first["bytes"]) / MEBIBYTE / requests * 10_000


@pytest.mark.check(22, "Requests of a day, one after the other", few=100, full=20_000)
def test_nothing_is_held_that_is_done(
    whole: Whole, count: int, chance: random.Random, tried: Tried
) -> None:
    found = soaked(whole, count, chance)
    first, last = found[PARTS // 3], found[-1]
    for name, room in (("descriptors", 10), ("threads", 5)):
        tried(last[name] <= first[name] + room, f"{name}: {first[name]} -> {last[name]}")
    if FULL:
        tried(growth(found, count) <= GROWTH, f"{growth(found, count):.1f} MiB in 10,000")
        tried.note(f"{count:,} requests, {growth(found, count):.1f} MiB in 10,000")
    tried.done()


@pytest.mark.planted(22, "a connection that each request leaves open")
def test_what_is_left_open_is_found(
    whole: Whole, chance: random.Random, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    left: list[Any] = []

    def leaking(*args: Any, **more: Any) -> Any:
        left.append((tmp_path / f"{len(left)}").open("w"))
        return answering(*args, **more)

    monkeypatch.setattr("services.matcher.routes.matches.answering", leaking)
    found = soaked(whole, 60, chance)
    for file in left:
        file.close()
    assert found[-1]["descriptors"] > found[PARTS // 3]["descriptors"] + 10
