"""Check 13: of two that publish at once one wins."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from threading import Barrier

import pytest

from models.database import connect, sessions
from models.embedding import load_embedder
from models.errors import Conflict
from models.snapshot import Snapshot, SnapshotStore
from services.ingest.publish import publish
from tests.matcher_fixtures import Published, published
from tests.trust.catalogues import Copied, copied
from tests.trust.report import Tried

__all__ = ["copied", "published"]


def published_again(own: Published) -> str | None:
    """Publish what is there; None where somebody else is at it."""
    engine = connect(own.settings.url)
    store = SnapshotStore(own.settings.snapshots)
    try:
        with sessions(engine).begin() as session:
            return publish(session, store, load_embedder("auto"), read_texts=False)
    except Conflict:
        return None
    finally:
        engine.dispose()


@pytest.mark.check(13, "Of two publishers at once one wins", few=3, full=100)
def test_of_two_publishers_one_wins(copied: Copied, count: int, tried: Tried) -> None:
    own, store, _ = copied
    for _ in range(count):
        start = Barrier(2)

        def run(start: Barrier = start) -> str | None:
            start.wait()
            return published_again(own)

        with ThreadPoolExecutor(2) as both:
            said = [one.result() for one in [both.submit(run) for _ in range(2)]]
        tried(any(said) and set(said) <= {None, store.current()}, said)
        tried(Snapshot(store.path(str(store.current()))).id == store.current())
    with store.publishing():
        tried(published_again(own) is None, "two at once")
    tried(published_again(own) == store.current())
    tried.done()


@pytest.mark.planted(13, "nobody waits for the other publisher")
def test_publishers_that_do_not_wait_are_found(
    copied: Copied, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, store, _ = copied
    with store.publishing(), monkeypatch.context() as patch:
        patch.setattr(SnapshotStore, "publishing", lambda _: nullcontext())
        assert published_again(own) is not None, "the check would have seen it"
