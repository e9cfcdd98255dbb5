"""How fast, how exact, beside what else: one run, written to docs/speed.md.

    python -m benchmarks.speed --source var/snapshots --folder var/bench

Makes the worlds it needs (see `world.py`), asks the same questions of the search, of scoring every
place and of other systems (see `rivals.py`, the extra `bench`), then asks over HTTP beside an
endpoint that does nothing but return the same bytes.
"""

import argparse
import platform
import random
import resource
import time
from collections.abc import Callable
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.over_http import HEADER, http_rows
from benchmarks.rivals import rival_rows
from benchmarks.world import make_world
from models.snapshot import Snapshot, SnapshotStore
from services.matcher.catalogue import Catalogue
from services.matcher.compiled import KERNEL
from services.matcher.matching.peers import PeerMatch
from services.matcher.matching.question import Context
from services.matcher.schemas import PeersRequest
from services.matcher.scoring import Rows
from services.matcher.wording import wording

TEN = (
    "needs_met", "gives_back", "shared_sectors", "shared_goals", "similar_size", "similar_rank",
    "similar_powers", "shared_language", "nearness", "similar_text",
)  # fmt: skip
REPORT = Path(__file__).resolve().parent.parent / "docs" / "speed.md"
BEGIN, END = "<!-- measured -->", "<!-- end of measured -->"
Table = list[list[str]]


def opened(store: Path) -> tuple[Snapshot, Context]:
    """The current snapshot of a store, and what an answer is made with."""
    snapshots = SnapshotStore(store)
    current = snapshots.current()
    if current is None:
        raise SystemExit(f"No snapshot in {store}: publish the catalogue first.")
    snapshot = Snapshot(snapshots.path(current))

    def none() -> Any:
        raise RuntimeError("no text without a vector is asked with")

    context = Context(
        Catalogue(snapshot), "public", wording("en"), date(2026, 1, 1), none, none, lambda _: ""
    )
    return snapshot, context


def questions(
    snapshot: Snapshot, count: int, mode: str, told: bool, seed: int
) -> list[PeersRequest]:
    """Distinct places asking with ten features of equal weight; `told` ones wrote texts."""
    chance = random.Random(seed)
    owners = sorted({int(row) for row in snapshot.places.texts.owners})
    rows = owners if told else range(len(snapshot.places))
    weights = {name: 1.0 if name in TEN else 0.0 for name in snapshot.weights["peers"][mode]}
    chosen = chance.sample(rows, min(count, len(rows)))
    return [
        PeersRequest.model_validate(
            {"place_id": snapshot.places.id(row), "mode": mode, "weights": weights}
        )
        for row in chosen
    ]


def top(match: PeerMatch, rows: Rows) -> list[int]:
    """The ten best of some rows, by the arithmetic of the answers."""
    ranking = match.rank(rows).ranking
    return [int(row) for row in ranking.rows[ranking.best(10)]]


def timed(ask: Callable[[PeersRequest], Any], asked: list[PeersRequest]) -> np.ndarray[Any, Any]:
    """Milliseconds of each question, after some to warm up."""
    for question in asked[:20]:
        ask(question)
    took = []
    for question in asked:
        start = time.perf_counter()
        ask(question)
        took.append((time.perf_counter() - start) * 1000)
    return np.array(took)


def engine_rows(context: Context, snapshot: Snapshot, name: str, count: int) -> Table:
    """The search beside scoring every place, one-sided and two-sided."""
    rows: Table = []
    for mode, sides in (("look_up", "one"), ("sustained_pairing", "two")):
        for told in (False, True):
            asked = questions(snapshot, count, mode, told, 1)

            def search(question: PeersRequest) -> list[int]:
                match = PeerMatch(context, question)
                return top(match, match.rows(10))

            def every(question: PeersRequest) -> list[int]:
                match = PeerMatch(context, question)
                return top(match, match.rows(10, exhaustive=True))

            fast, slow = timed(search, asked), timed(every, asked[: max(count // 4, 20)])
            alike = sum(search(q) == every(q) for q in asked)
            p50, p95, p99 = np.percentile(fast, [50, 95, 99])
            who = "that wrote texts" if told else "at random"
            rows.append(
                [name, sides, who, f"{p50:.2f}", f"{p95:.2f}", f"{p99:.2f}",
                 f"{np.median(slow):.1f}", f"{alike} of {len(asked)}"]
            )  # fmt: skip
    return rows


def loading(store: Path) -> tuple[float, float]:
    """Seconds to check and open a snapshot, and MiB of memory the process then has at most."""
    start = time.perf_counter()
    opened(store)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return time.perf_counter() - start, peak


def bandwidth() -> float:
    """GB a second that one core reads from memory."""
    block = np.ones(50_000_000)
    times = []
    for _ in range(5):
        start = time.perf_counter()
        block.sum()
        times.append(time.perf_counter() - start)
    return float(block.nbytes / min(times) / 1e9)


def table(head: list[str], rows: Table) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def report(parts: list[str]) -> None:
    """Put the tables in place of those measured before."""
    text = REPORT.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN, 1)
    after = rest.split(END, 1)[1]
    whole = "\n".join([before + BEGIN, "", *parts, END + after])
    REPORT.write_text(whole, encoding="utf-8")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Measure, and write docs/speed.md.")
    parser.add_argument("--source", type=Path, default=Path("var"))
    parser.add_argument("--folder", type=Path, default=Path("var/bench"))
    parser.add_argument("--sizes", default="10000,40000,160000,640000")
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=5)
    asked = parser.parse_args()
    if not KERNEL.make(asked.source / "compiled"):
        raise SystemExit("The search cannot be compiled here: it would be measured in steps.")
    packages = ", ".join(
        f"{p} {version(p)}" for p in ("numpy", "numba", "faiss-cpu", "fastapi", "uvicorn")
    )
    machine = f"{platform.machine()}, Python {platform.python_version()}, {packages}"
    parts = [f"Measured {date.today()}: {machine}. One core reads {bandwidth():.1f} GB/s.\n"]
    head = [
        "places",
        "sides",
        "asking places",
        "p50 ms",
        "p95",
        "p99",
        "every place scored",
        "same top 10",
    ]
    rows, costs = [], []
    stores: list[tuple[str, Path, dict[str, float]]] = [
        ("default catalogue", asked.source / "snapshots", {})
    ]
    for size in map(int, filter(None, asked.sizes.split(","))):
        folder = asked.folder / str(size)
        made = {}
        if SnapshotStore(folder / "snapshots").current() is None:
            made = make_world(asked.source / "snapshots", folder, size)
        stores.append((f"{size:,}", folder / "snapshots", made))
    for name, store, made in stores:
        seconds, peak = loading(store)
        publish = f"{made['publish']:.0f}" if made else "made before"
        costs.append([name, publish, f"{seconds:.1f}", f"{peak:.0f}"])
        snapshot, context = opened(store)
        rows += engine_rows(context, snapshot, name, asked.questions)
    parts += [
        table(head, rows),
        table(["places", "publish s", "open s", "memory at most MiB"], costs),
    ]
    rivals = rival_rows(snapshot, context, questions(snapshot, 60, "look_up", True, 2))
    parts.append(table(["system", "p50 ms", "recall@10 in per cent"], rivals))
    served, note = http_rows(asked.source, asked.seconds)
    parts += [table(HEADER, served), note]
    report(parts)


if __name__ == "__main__":
    main()
