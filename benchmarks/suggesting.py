"""Suggestions and reconciled names over HTTP, one after another, as somebody types or a sheet asks.

    python -m benchmarks.suggesting [URL] [COUNT]

Asks a running server; without a URL, that of `make run`. Prefixes are the first two to six signs
of names of places at random, in every script there is.
"""

import csv
import json
import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import numpy as np

from models.settings import Settings
from models.snapshot import Snapshot, SnapshotStore

NAMES = Path(__file__).parents[1] / "tests/services/matcher/reconciling/names.csv"
Ask = Callable[[httpx2.Client, str], httpx2.Response]


def names(count: int) -> Iterator[str]:
    """Names and aliases of places at random."""
    store = SnapshotStore(Settings().snapshots)
    current = store.current()
    assert current is not None, "nothing is published: make run"
    places, chance = Snapshot(store.path(current)).places, random.Random(7)
    for _ in range(count):
        facts = places.facts(chance.randrange(len(places)))
        yield chance.choice([facts["name"], *facts.get("aliases", ())])


def suggested(client: httpx2.Client, name: str) -> httpx2.Response:
    prefix = name[: random.Random(name).randint(2, 6)]
    return client.get("/reconcile/places/suggest/entity", params={"prefix": prefix})


def typed(client: httpx2.Client, name: str) -> httpx2.Response:
    prefix = name[: random.Random(name).randint(2, 6)]
    return client.get("/v1/places", params={"q": prefix, "limit": 10})


def reconciled(client: httpx2.Client, name: str) -> httpx2.Response:
    queries: dict[str, Any] = {"q0": {"query": name}}
    return client.post("/reconcile/places", data={"queries": json.dumps(queries)})


def measured(client: httpx2.Client, asked: list[str], ask: Ask) -> list[float]:
    """Milliseconds of each request."""
    took = []
    for name in asked:
        start = time.perf_counter()
        ask(client, name).raise_for_status()
        took.append((time.perf_counter() - start) * 1000)
    return took


def main(url: str = "http://127.0.0.1:8000", count: str = "1000") -> None:
    asked = list(names(int(count)))
    with NAMES.open(encoding="utf-8", newline="") as file:
        sheet = [row["name"] for row in csv.DictReader(file)]
    rows = {
        "suggestions (reconciliation)": (asked, suggested),
        "typeahead (/v1/places?q=)": (asked, typed),
        "one name reconciled (of names.csv)": (sheet, reconciled),
    }
    print("| asked | requests | p50 ms | p95 ms | p99 ms | most |\n|---|---|---|---|---|---|")  # noqa: T201
    with httpx2.Client(base_url=url, timeout=60) as client:
        measured(client, asked[:20], suggested)
        for name, (texts, ask) in rows.items():
            took = measured(client, texts, ask)
            p50, p95, p99 = np.percentile(took, [50, 95, 99])
            cells = (name, len(took), *(f"{ms:.1f}" for ms in (p50, p95, p99, max(took))))
            print("| " + " | ".join(map(str, cells)) + " |")  # noqa: T201
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    print(f"\nLoad of the machine (1, 5, 15 minutes): {load}; cores: {os.cpu_count()}")  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
