"""The queue of jobs: how many wait for a tenant, and when one job does for two requests."""

from collections.abc import Iterator
from threading import Event

import pytest

from models.database import Sessions
from models.errors import TooManyJobs
from services.ingest import jobs as queue
from services.ingest.jobs import Jobs, Report
from tests.waiting import PATIENCE


@pytest.fixture
def held(sessions: Sessions) -> Iterator[tuple[Jobs, Event]]:
    """A queue whose first job goes on until it is let go."""
    jobs, begun, let_go = Jobs(sessions), Event(), Event()

    def work(_: Report) -> None:
        begun.set()
        let_go.wait(PATIENCE)

    jobs.submit("a", "places", work)
    assert begun.wait(PATIENCE)
    yield jobs, let_go
    let_go.set()
    jobs.stop()


def nothing(_: Report) -> None:
    return None


def test_a_publish_that_waits_does_for_the_next_one_too(held: tuple[Jobs, Event]) -> None:
    jobs, _ = held
    first = jobs.submit_once("a", "publish", nothing)
    assert jobs.submit_once("a", "publish", nothing) == first
    other = jobs.submit_once("b", "publish", nothing)
    assert other != first


def test_it_does_not_where_a_file_came_between(held: tuple[Jobs, Event]) -> None:
    jobs, _ = held
    first = jobs.submit_once("a", "publish", nothing)
    jobs.submit("a", "places", nothing)
    assert jobs.submit_once("a", "publish", nothing) != first


def test_one_that_has_begun_does_not(held: tuple[Jobs, Event]) -> None:
    jobs, let_go = held
    begun, end = Event(), Event()

    def work(_: Report) -> None:
        begun.set()
        end.wait(PATIENCE)

    first = jobs.submit_once("a", "publish", work)
    let_go.set()
    assert begun.wait(PATIENCE)
    assert jobs.submit_once("a", "publish", nothing) != first
    end.set()


def test_a_tenant_whose_jobs_wait_is_told_and_nobody_else(
    held: tuple[Jobs, Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs, _ = held
    monkeypatch.setattr(queue, "MOST_OF_A_TENANT", 2)
    for _ in range(2):
        jobs.submit("a", "places", nothing)
    with pytest.raises(TooManyJobs) as refused:
        jobs.submit("a", "places", nothing)
    assert refused.value.status == 429
    assert int(refused.value.headers["Retry-After"]) > 0
    assert jobs.submit("b", "places", nothing)
