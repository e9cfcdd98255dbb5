"""Past one machine: replicas, PostgreSQL, a store behind a URL and a Dask cluster, as processes.

What dies is killed for good: a matcher under load, a Dask worker while it reads texts, another
while it answers for a whole catalogue. Nothing is lost, and no caller sees it.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from pydantic import SecretStr
from sqlalchemy import URL, Engine, func, select

from models.database import connect, sessions
from models.row_security import grant
from models.settings import Settings
from models.snapshot import SnapshotStore
from models.snapshot.remote import share
from models.tables import TextVector
from services.access.keys import Scope, create_key
from services.backing_up import back_up, restore
from services.ingest import queue_tables
from tests.conftest import APP_ROLE
from tests.databases import database_of
from tests.deploy.site import NGINX, Load, Site, ask, running, until
from tests.matcher_fixtures import Published, published, settings_of

__all__ = ["published"]
pytestmark = pytest.mark.skipif(
    NGINX is None, reason="nginx is not installed: apt-get install nginx-light"
)
QUESTION = orjson.dumps({"place_id": "gn:3128026", "limit": 5, "as_of": "2026-11-01"})
WHOLE = {"mode": "look_up", "limit": 2, "as_of": "2026-11-01"}
SUBJECTS = ("trams", "floods", "housing", "heat", "waste", "museums", "buses", "parks")
# Pieces of texts for two workers, of which one dies over its first.
TEXTS = 4 * 64


@pytest.fixture(scope="module")
def owner(postgres: URL) -> Iterator[Engine]:
    """An empty database of PostgreSQL, as its owner sees it."""
    with database_of(postgres) as made:
        engine = connect(made.render_as_string(hide_password=False))
        yield engine
        engine.dispose()


def environment(folder: Path, owner: Engine) -> dict[str, str]:
    """The settings that all processes of the site have in common."""
    url = owner.url.set(username=APP_ROLE).render_as_string(hide_password=False)
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("COUNTERPART_")}
    return inherited | {
        "COUNTERPART_DATABASE_URL": url,
        "COUNTERPART_SNAPSHOT_STORE": (folder / "store").as_uri(),
        "COUNTERPART_SECRET": "of the tests",
        "COUNTERPART_AUDIT_HEAD": str(folder / "audit-head.json"),
        "COUNTERPART_RATE_PER_KEY": "",
        "COUNTERPART_WEBHOOK_SECONDS": "0",
        "COUNTERPART_COMPILED_SEARCH": "false",
    }


def moved_in(folder: Path, catalogue: Path, owner: Engine) -> str:
    """The catalogue of one machine put into PostgreSQL and the store; answers with a key."""
    back_up(settings_of(catalogue), folder / "backup")
    settings = Settings(
        _env_file=None,
        var=folder / "ingest",
        database_url=owner.url.render_as_string(hide_password=False),
        snapshot_store=(folder / "store").as_uri(),
        audit_head=str(folder / "audit-head.json"),
        secret=SecretStr("of the tests"),
    )
    restore(settings, folder / "backup")
    grant(owner, APP_ROLE)
    queue_tables.prepare(owner, APP_ROLE)
    current = SnapshotStore(settings.snapshots).current()
    assert current is not None
    share(settings, current)
    with sessions(owner).begin() as session:
        return create_key(session, "site", [Scope.MATCH, Scope.INGEST], "of the test")


@pytest.fixture(scope="module")
def site(
    published: Published, owner: Engine, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    key = moved_in(folder, published.pristine, owner)
    with running(folder, environment(folder, owner), key) as site:
        yield site


def vectors(owner: Engine) -> int:
    with sessions(owner)() as session:
        return session.scalar(select(func.count()).select_from(TextVector)) or 0


def upload(site: Site) -> None:
    """Many places with texts that nobody has read yet, as a file through nginx."""
    lines = [
        {
            "id": f"x:town-{n}",
            "name": f"Town {n}",
            "country": "ES",
            "kind": "city",
            "population": 100_000 + n,
            "description": f"Town {n} works on {SUBJECTS[n % 8]} and {SUBJECTS[n // 8 % 8]}, "
            f"with {n} neighbours.",
        }
        for n in range(TEXTS)
    ]
    content = b"".join(orjson.dumps(line) + b"\n" for line in lines)
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="towns.ndjson"\r\n\r\n'
    path, kind = "/v1/ingest/files?kind=places", "multipart/form-data; boundary=b"
    body = head + content + b"\r\n--b--\r\n"
    status, found = ask(site.port, "POST", path, body, site.key, kind)
    assert status == 202, found
    assert finished(site, orjson.loads(found)["job_id"])["rows"]["written"] == TEXTS


def finished(site: Site, job_id: str) -> dict[str, Any]:
    """An ingest job once it is done."""
    path = f"/v1/ingest/jobs/{job_id}"
    until(lambda: site.call("GET", path)["state"] in ("done", "failed"), f"job {job_id}")
    job: dict[str, Any] = site.call("GET", path)
    assert job["state"] == "done", job
    return job


def test_a_publish_reaches_both_matchers_while_a_worker_dies(site: Site, owner: Engine) -> None:
    """Bulk reading on Dask, a worker killed over it; a swap under load, none failed, none mixed."""
    upload(site)
    before, read = site.snapshot_of(site.port, QUESTION), vectors(owner)
    load = Load(site.port, site.key, QUESTION)
    with load.asking():
        until(lambda: load.answered > 0, "an answer from the old snapshot")
        job_id = site.call("POST", "/v1/ingest/publish", expected=202)["job_id"]
        with site.frozen_at_work(site.dask.workers[0]):
            assert vectors(owner) < read + TEXTS
        after = str(finished(site, job_id)["revision"])
        for port in site.matchers:
            until(lambda p=port: site.snapshot_of(p, QUESTION) == after, "it swaps")  # type: ignore[misc]
        seen = load.answered
        until(lambda: load.answered >= seen + 20, "answers from the new snapshot")
    assert load.failures == []
    assert vectors(owner) == read + TEXTS
    assert set(load.bodies) == {before, after}
    assert {snapshot: len(bodies) for snapshot, bodies in load.bodies.items()} == {
        before: 1,
        after: 1,
    }


def test_a_whole_catalogue_is_answered_for_while_a_worker_dies(site: Site) -> None:
    replaced = site.dask.another()
    begun = site.call("POST", "/v1/matches/peers:all", WHOLE, 202)
    path = f"/v1/matches/jobs/{begun['job_id']}"
    with site.frozen_at_work(site.dask.workers[1]):
        assert site.call("GET", path)["state"] == "running"
    until(lambda: site.call("GET", path)["state"] != "running", "the job ends")
    job = site.call("GET", path)
    assert job["state"] == "done", job
    assert replaced.poll() is None
    status, content = ask(site.port, "GET", f"{path}/answers", key=site.key)
    assert status == 200
    lines = [orjson.loads(line) for line in content.splitlines()]
    assert len(lines) == len({line["place_id"] for line in lines}) == job["places"] > TEXTS
    assert [line for line in lines if "problem" in line] == []


def test_a_matcher_dies_and_no_caller_sees_it(site: Site) -> None:
    load = Load(site.port, site.key, QUESTION)
    with load.asking():
        until(lambda: load.answered > 20, "both answer")
        site.kill(site.matchers[1])
        seen = load.answered
        until(lambda: load.answered > seen + 50, "the other one answers")
    assert load.failures == []
    assert len(load.bodies) == 1


def test_planted_without_the_retry_of_nginx_callers_do_see_it(site: Site) -> None:
    """The same load at a matcher itself: what is asked of it when it dies is lost."""
    load = Load(site.matchers[0], site.key, QUESTION)
    with load.asking():
        until(lambda: load.answered > 5, "it answers")
        site.kill(site.matchers[0])
        until(lambda: bool(load.failures), "a caller sees it")
    assert load.failures
