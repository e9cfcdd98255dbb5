"""A watched match: a verdict that changes with a new snapshot is told, and nothing else is."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from models.database import Sessions
from models.database import sessions as sessions_of
from models.embedding import load_embedder
from models.records import Collaboration
from models.snapshot import SnapshotStore
from models.tables import DeliveryRow, WatchRow
from services.ingest.publish import publish
from services.ingest.upsert import upsert_collaborations
from services.matcher.app import create_app
from services.matcher.watching import changes, look_again, take
from tests.matcher_fixtures import LOOPBACK, TENANT, Published
from tests.waiting import PATIENCE

RIVERS: dict[str, Any] = {
    "id": "x:river-cities",
    "name": "River Cities",
    "type": "managed_network",
    "goals": ["policy"],
    "theme": "climate_sustainability",
    "sectors": ["climate"],
    "stages": [{"stage": "apply", "status": "verified"}],
    "description": "Cities on rivers that prepare for floods together.",
    "entry_rules_known": True,
    "intake": "unknown",
    "last_confirmed": "2026-10-01",
}
ASKED = {"place_id": "gn:3128026", "among": ["x:river-cities"]}


def test_changes_are_of_what_was_known_before() -> None:
    before = {"a": "undetermined", "b": "eligible", "gone": "eligible"}
    after = {"a": "eligible", "b": "eligible", "new": "refused"}
    assert changes(before, after) == [{"id": "a", "before": "undetermined", "after": "eligible"}]


def test_of_several_matchers_one_looks(sessions: Sessions) -> None:
    with sessions.begin() as session:
        for match in ("m_one", "m_two"):
            session.add(
                WatchRow(tenant_id="tenant", match_id=match, seen_with="old", verdicts="{}")
            )
    with ThreadPoolExecutor(1) as another:
        with sessions.begin() as session:
            assert take(session, ("tenant", "m_one"), "new")
            waiting = another.submit(take_alone, sessions, "m_one")
            with pytest.raises(TimeoutError):
                waiting.result(timeout=0.3)
        assert waiting.result(PATIENCE) is False
    assert take_alone(sessions, "m_two") is True


def take_alone(sessions: Sessions, match: str) -> bool:
    with sessions.begin() as session:
        return take(session, ("tenant", match), "new")


def test_a_call_that_opens_is_told(
    published: Published, key: dict[str, str], tmp_path: Path
) -> None:
    app = create_app(published.copied(tmp_path / "var").settings)
    with TestClient(app, client=LOOPBACK, headers=key) as client:
        release(app, RIVERS)
        match = client.post("/v1/matches/collaborations", json=ASKED).json()
        hook = {"url": "https://apps.example.org/told", "events": ["match.verdict_changed"]}
        added = client.post("/v1/webhooks", json=hook).json()
        assert added["secret"].startswith("whsec_")
        watched = client.put(f"/v1/matches/{match['match_id']}/watch").json()
        assert watched["verdicts"] == {"x:river-cities": "conditional"}
        assert look_again(app.state.matcher, app.state.every_tenant) == 0

        app.state.decisions.recorder.flush()
        release(app, RIVERS | {"intake": "open"})
        assert look_again(app.state.matcher, app.state.every_tenant) == 1
        listed = client.get(f"/v1/webhooks/{added['id']}/deliveries").json()["items"]
        assert [one["event"] for one in listed] == ["match.verdict_changed"]
        assert listed[0]["body"]["data"]["changes"] == [
            {"id": "x:river-cities", "before": "conditional", "after": "eligible"}
        ]
        again = client.post(f"/v1/webhooks/{added['id']}/deliveries/{listed[0]['id']}/replay")
        assert (again.status_code, again.json()["state"]) == (202, "waiting")

        assert client.delete(f"/v1/matches/{match['match_id']}/watch").status_code == 204
        assert client.delete(f"/v1/webhooks/{added['id']}").status_code == 204
        with sessions_of(app.state.every_tenant.kw["bind"])() as session:
            assert session.scalar(select(WatchRow)) is None
            assert session.scalar(select(DeliveryRow)) is None


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"url": "http://apps.example.org/", "events": ["job.finished"]}, "/url"),
        ({"url": "https://apps.example.org/", "events": []}, "/events"),
        ({"url": "https://apps.example.org/", "events": ["something.else"]}, "/events/0"),
    ],
)
def test_a_bad_webhook_says_what_is_wrong(
    client: TestClient, key: dict[str, str], body: dict[str, Any], pointer: str
) -> None:
    answer = client.post("/v1/webhooks", json=body, headers=key)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == pointer


def release(app: Any, record: dict[str, Any]) -> None:
    """Write a collaboration of the tenant and publish."""
    settings = app.state.settings
    with app.state.every_tenant.begin() as session:
        upsert_collaborations(session, [Collaboration.model_validate(record)], TENANT)
        publish(session, SnapshotStore(settings.snapshots), load_embedder("auto"), read_texts=False)
