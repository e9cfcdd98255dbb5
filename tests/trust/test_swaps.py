"""Check 9: snapshots are swapped whole, whoever asks meanwhile."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Thread
from typing import Any

import pytest
from fastapi.testclient import TestClient

from models.snapshot import SnapshotStore
from services.matcher.app import create_app
from services.matcher.current import Current
from tests.matcher_fixtures import LOOPBACK, Published, published
from tests.trust.catalogues import republished
from tests.trust.report import Tried
from tests.waiting import until

__all__ = ["published"]
QUESTION: dict[str, Any] = {"place_id": "gn:3128026", "limit": 5, "as_of": "2026-06-01"}
ASKERS = 8


@pytest.fixture(scope="module")
def two(
    published: Published, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Published, list[str]]:
    """A catalogue with two snapshots that answer one question differently."""
    own = published.copied(tmp_path_factory.mktemp("two") / "var")
    store = SnapshotStore(own.settings.snapshots)
    first = store.current()
    assert first is not None
    return own, [first, republished(own, "DE"), first]


def swapping(store: SnapshotStore, ids: list[str], count: int, met: Callable[[str], bool]) -> None:
    """Swap so often, each time once what was put in force is met with."""
    for number in range(count):
        new = ids[(number + 1) % 2]
        store.roll_back(new)
        until(lambda new=new: met(new), f"{new} is met with")  # type: ignore[misc]


@pytest.mark.check(9, "Swaps under load: none failed, none mixed", few=8, full=50)
def test_swaps_fail_and_mix_nothing(
    two: tuple[Published, list[str]], count: int, tried: Tried
) -> None:
    own, ids = two
    store = SnapshotStore(own.settings.snapshots)
    store.roll_back(ids[0])
    with TestClient(create_app(own.settings), client=LOOPBACK) as client:

        def ask() -> tuple[int, str, bytes]:
            headers = {"Authorization": f"Bearer {own.keys['golden']}"}
            given = client.post("/v1/matches/peers", json=QUESTION, headers=headers)
            return given.status_code, str(given.json().get("snapshot_id")), given.content

        truth = {}
        for wanted in ids[:2]:
            store.roll_back(wanted)
            _, said, content = ask()
            truth[said] = content
        assert set(truth) == set(ids[:2])
        assert len(set(truth.values())) == 2
        stop, newest = Event(), [""]

        def go_on() -> list[tuple[int, str, bytes]]:
            found = []
            while not stop.is_set():
                found.append(ask())
                newest[0] = found[-1][1]
            return found

        with ThreadPoolExecutor(ASKERS) as many:
            asking = [many.submit(go_on) for _ in range(ASKERS)]
            try:
                swapping(store, ids, count, lambda new: newest[0] == new)
            finally:
                stop.set()
            answers = [a for one in asking for a in one.result()]
    for status, said, content in answers:
        tried(status == 200 and truth.get(said) == content, (status, said))
    tried.note(f"{count} swaps")
    tried.done()


@pytest.mark.planted(9, "a request that takes the snapshot twice")
def test_taking_the_snapshot_twice_is_found(two: tuple[Published, list[str]]) -> None:
    own, ids = two
    store = SnapshotStore(own.settings.snapshots)
    current = Current(store)
    current.get()
    mixed, stop = [], Event()

    def naive() -> None:
        while not stop.is_set():
            first = current.get().snapshot.id
            time.sleep(0.01)
            if current.get().snapshot.id != first:
                mixed.append(first)

    thread = Thread(target=naive)
    thread.start()
    try:
        swapping(store, ids, 4, lambda new: current.get().snapshot.id == new)
    finally:
        stop.set()
        thread.join()
    assert mixed
