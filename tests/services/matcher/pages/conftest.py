"""The real server on the small catalogue, on a port of its own, and one Chromium for a run."""

import threading
from collections.abc import Iterator

import pytest
import uvicorn
from fastapi.testclient import TestClient

from models.database import database_at
from models.snapshot import Snapshot
from services import serving
from services.access.callers import create_key
from services.matcher.app import create_app
from tests.matcher_fixtures import Published
from tests.services.matcher.pages.browser import Browser, chromium, why_no_browser
from tests.services.matcher.pages.convener import Convener
from tests.services.matcher.pages.untranslated import names_in
from tests.waiting import until


@pytest.fixture(scope="session")
def site(published: Published) -> Iterator[str]:
    """The address of a running matcher."""
    listener = serving.listen("127.0.0.1", 0)
    config = uvicorn.Config(create_app(published.settings), log_level="error", access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    until(lambda: server.started, "it answers")
    yield serving.address(listener)
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="session")
def english_names(snapshot: Snapshot) -> list[str]:
    """What is called so in every language: places, collaborations, and lists that places are on."""
    facts = [snapshot.places.facts(row) for row in range(len(snapshot.places))]
    lists = {str(name) for place in facts for name in place.get("track_record", ())}
    return names_in(snapshot.collaborations, [*(str(place["name"]) for place in facts), *lists])


@pytest.fixture(scope="session")
def conveners_key(published: Published) -> str:
    """The key of a convener, of a tenant that has nothing else."""
    with database_at(published.settings.database_url) as database, database.begin() as session:
        key = create_key(session, "conveners", ["match", "convene"], "Ana Ruiz")
    return key


@pytest.fixture
def convener(client: TestClient, conveners_key: str) -> Iterator[Convener]:
    """A convener signed in, for as long as the test runs."""
    yield Convener(client, conveners_key)
    client.cookies.clear()


@pytest.fixture(scope="session")
def one_browser(site: str) -> Iterator[Browser]:
    reason = why_no_browser()
    if reason is not None:
        pytest.skip(reason)
    with chromium(site) as browser:
        yield browser


@pytest.fixture
def browser(one_browser: Browser) -> Browser:
    """The browser as at a first visit."""
    one_browser.fresh()
    one_browser.requests()
    one_browser.complaints()
    return one_browser
