"""The search itself: how long it takes, whether it finds the true best, and how it grows."""

import time
from collections.abc import Sequence
from functools import partial

import numpy as np

from benchmarks.asking import (
    ONE_SIDED,
    TWO_SIDED,
    Asked,
    Built,
    Table,
    best,
    exhausted,
    opened,
    questions,
    searched,
    timed,
)
from services.matcher.matching.peers import PeerMatch
from services.matcher.matching.question import Context
from services.matcher.schemas import PeersRequest

TEXT_SHARES = (0.1, 0.5, 0.9)
NARROWER: tuple[tuple[str, tuple[tuple[str, object], ...]], ...] = (
    ("", ()),
    ("Europe", (("continents", ["EU"]),)),
    ("France and Spain", (("countries", ["FR", "ES"]),)),
)
TIME_HEAD = [
    "places", "sides", "asking places", "p50 ms", "p95", "p99", "every place scored", "same top 10",
]  # fmt: skip
PARTS_HEAD = ["places", "sides", "question and features ms", "search", "ranking"]
GROWTH_HEAD = ["places", "filter", "eligible", "groups", "p50 ms", "ms a 100,000 eligible"]
RECALL_HEAD = ["places", "text's share", "sides", "questions", "same top 10"]


def time_rows(built: Built, count: int) -> Table:
    """The search beside scoring every place, one-sided and two-sided."""
    context, rows = opened(built.store), []
    for mode, sides in ((ONE_SIDED, "one"), (TWO_SIDED, "two")):
        for told in (False, True):
            asked = questions(context.snapshot, count, Asked(mode, told=told), 1)
            took = timed(partial(searched, context), asked)
            few = asked[: max(count // 10, 10)]
            every = np.median(timed(partial(exhausted, context), few, warm=3))
            p50, p95, p99 = np.percentile(took, [50, 95, 99])
            who = "that wrote texts" if told else "at random"
            times = [f"{value:.2f}" for value in (p50, p95, p99)]
            rows.append([built.name, sides, who, *times, f"{every:.1f}", _alike(context, few)])
    return rows


def parts_rows(built: Built, count: int) -> Table:
    """Where the time of places that wrote texts goes, in the middle."""
    context, rows = opened(built.store), []
    for mode, sides in ((ONE_SIDED, "one"), (TWO_SIDED, "two")):
        took = []
        for question in questions(context.snapshot, count, Asked(mode), 5):
            start = time.perf_counter()
            match = PeerMatch(context, question)
            compared = time.perf_counter()
            found = match.rows(10)
            searched_at = time.perf_counter()
            best(match, found)
            ends = (compared, searched_at, time.perf_counter())
            took.append(np.diff((start, *ends)) * 1000)
        rows.append([built.name, sides, *(f"{part:.2f}" for part in np.median(took, axis=0))])
    return rows


def growth_rows(built: Built, count: int) -> Table:
    """One-sided time against how many places are eligible."""
    context, rows = opened(built.store), []
    for name, filters in NARROWER:
        asked = questions(context.snapshot, count, Asked(told=False, filters=filters), 3)
        took = float(np.median(timed(partial(searched, context), asked)))
        eligible = np.median([PeerMatch(context, question).pool.count() for question in asked[:50]])
        groups = len(context.snapshot.places.groups)
        each = took / max(float(eligible), 1) * 100_000
        rows.append(
            [built.name, name, f"{eligible:,.0f}", f"{groups:,}", f"{took:.2f}", f"{each:.2f}"]
        )
    return rows


def recall_rows(built: Built, count: int) -> Table:
    """How many of `count` questions or a few more get the ten that scoring every place gives."""
    context, rows = opened(built.store), []
    each = -(-count // (2 * len(TEXT_SHARES)))
    for share in TEXT_SHARES:
        for mode, sides in ((ONE_SIDED, "one"), (TWO_SIDED, "two")):
            asked = questions(context.snapshot, each, Asked(mode, share), 4)
            alike = _alike(context, asked)
            rows.append([built.name, f"{share:.1f}", sides, str(len(asked)), alike])
    return rows


def _alike(context: Context, asked: Sequence[PeersRequest]) -> str:
    same = sum(searched(context, q) == exhausted(context, q) for q in asked)
    return f"{same} of {len(asked)}"
