"""Both services on a copy of the small catalogue, with callers of every kind."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from models.database import database_at
from models.tables import now
from services.access.keys import Scope, create_key, revoke_key
from services.cli import create_app
from tests.matcher_fixtures import LOOPBACK, TENANT, Published, published, settings_of

__all__ = ["published", "whole"]

AWAY = ("203.0.113.9", 5000)
CONVENED = "districts-of-creativity"
PLACE = "gn:3128026"
THEIR_PLACE = "x:strong-city"


@dataclass
class Whole:
    """The app, a client of another machine and one of this, and everyone's credentials."""

    app: FastAPI
    away: TestClient
    near: TestClient
    headers: dict[str, dict[str, str]]
    theirs: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, who: str, **more: Any) -> Any:
        return self.away.request(method, path, headers=self.headers[who], **more)


@pytest.fixture(scope="module")
def whole(published: Published, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    """One tenant with a key of each scope, another with things of its own."""
    folder = tmp_path_factory.mktemp("whole") / "var"
    unlimited = {"rate_per_key": "", "rate_per_address": "", "rate_of_wrong_keys": ""}
    app = create_app(published.copied(folder).settings.model_copy(update=unlimited))
    with (
        TestClient(app, client=AWAY, raise_server_exceptions=False) as away,
        TestClient(app, client=LOOPBACK, raise_server_exceptions=False) as near,
    ):
        whole = Whole(app, away, near, _headers(folder))
        whole.theirs = _theirs(whole)
        yield whole


def _headers(folder: Path) -> dict[str, dict[str, str]]:
    """Credentials by who sends them; those of the other tenant are `other`."""
    with database_at(settings_of(folder).url) as database, database.begin() as session:
        keys = {scope.value: create_key(session, "mine", [scope]) for scope in Scope}
        keys["other"] = create_key(session, TENANT, ["match", "convene", "ingest"])
        every = list(Scope)
        keys["revoked"] = create_key(session, "mine", every)
        revoke_key(session, keys["revoked"][:11])
        past = now() - timedelta(seconds=1)
        keys["expired"] = create_key(session, "mine", every, expires_at=past)
    keys["wrong"] = keys["admin"][:-1] + ("a" if keys["admin"][-1] != "a" else "b")
    return {"nobody": {}} | {who: {"Authorization": f"Bearer {key}"} for who, key in keys.items()}


def _theirs(whole: Whole) -> dict[str, str]:
    """Things that belong to the other tenant, by what they are."""

    def made(method: str, path: str, status: int, **more: Any) -> Any:
        response = whole.ask(method, path, "other", **more)
        assert response.status_code == status, response.text[:300]
        return response.json()

    match = made("POST", "/v1/matches/peers", 200, json={"place_id": PLACE, "limit": 1})
    screening = made(
        "POST",
        f"/v1/collaborations/{CONVENED}/screenings",
        200,
        json={"applicants": [{"place_id": PLACE}]},
    )
    share = made("POST", f"/v1/matches/{match['match_id']}/shares", 201, json={})
    told = {"url": "https://example.org/told", "events": ["job.finished"]}
    webhook = made("POST", "/v1/webhooks", 201, json=told)
    file = {"file": ("a.csv", b"id,name,kind,country\nx:their-new,New,city,ES\n")}
    job = made("POST", "/v1/ingest/files?kind=places", 202, files=file)
    snapshot = whole.app.state.matcher.current.get().snapshot
    own = next(c["id"] for c in snapshot.collaborations if str(c["id"]).startswith("x:"))
    return {
        "match": match["match_id"],
        "screening": screening["screening_id"],
        "share": share["id"],
        "webhook": webhook["id"],
        "job": job["job_id"],
        "place": THEIR_PLACE,
        "collaboration": own,
    }
