"""Every answer is recorded, can be read by its tenant alone, and is replayed byte for byte."""

import hashlib
import shutil
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import update

from models.database import connect, sessions
from models.embedding import load_embedder
from models.records import Place
from models.snapshot import SnapshotStore
from models.tables import MatchRow
from services.access.callers import create_key
from services.ingest.publish import publish
from services.ingest.upsert import upsert_places
from services.matcher.app import create_app
from services.matcher.decisions.decisions import head_file
from services.matcher.decisions.recorder import Recorder
from services.matcher.decisions.verify import verify
from tests.matcher_fixtures import LOOPBACK, OTHER_TENANT, TENANT, Published

Client = TestClient
NEED = [{"sector": "mobility", "stage": "apply"}]
ANYWHERE = {"place": {"name": "Anywhere", "kind": "city", "country": "DE", "needs": NEED}}


@pytest.fixture
def own(published: Published, tmp_path: Path) -> Published:
    """A catalogue of this test alone."""
    return published.copied(tmp_path / "var")


@pytest.fixture
def asked(own: Published) -> Iterator[Client]:
    with TestClient(create_app(own.settings), client=LOOPBACK) as client:
        yield client


def as_tenant(own: Published, tenant: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {own.keys[tenant]}"}


def questions() -> Iterator[tuple[str, dict[str, Any]]]:
    """Sixty different questions of every kind."""
    countries = ["DE", "FR", "ES", "GB", "BR", "JP", "KE", "CA", "IT", "PT"]
    for at, country in enumerate(countries):
        place: dict[str, Any] = {
            "name": "Anywhere",
            "kind": "city",
            "country": country,
            "needs": NEED,
        }
        place |= {
            "population": 100_000 * (at + 1),
            "own_budget": {"amount": 1.25, "currency": "EUR"},
        }
        for limit in (3, 7, 12):
            yield "peers", {"place": place, "limit": limit}
            yield "collaborations", {"place": place, "limit": limit, "weights": {"fee_fits": limit}}


def republish(own: Published) -> str:
    """Publish another snapshot; answers with its id."""
    engine = connect(own.settings.url)
    new = Place.model_validate(
        {"id": "x:new", "name": "New", "kind": "city", "country": "DE", "needs": NEED}
    )
    with sessions(engine).begin() as session:
        upsert_places(session, [new], TENANT)
        store = SnapshotStore(own.settings.snapshots)
        published = publish(session, store, load_embedder("auto"), keep=1)
    engine.dispose()
    return published


def test_sixty_matches_replay_byte_for_byte_after_a_new_snapshot(
    own: Published, asked: Client
) -> None:
    answers = {}
    for kind, body in questions():
        given = asked.post(f"/v1/matches/{kind}", json=body)
        answers[given.json()["match_id"]] = given.content
    assert len(answers) == 60
    asked.app.state.decisions.recorder.flush()  # type: ignore[attr-defined]
    before = SnapshotStore(own.settings.snapshots).current()
    assert republish(own) != before
    assert (
        asked.post("/v1/matches/peers", json=next(questions())[1]).content not in answers.values()
    )
    for match_id, content in answers.items():
        again = asked.post(f"/v1/matches/{match_id}/replay")
        assert again.status_code == 200, again.text
        assert again.content == content
        assert asked.get(f"/v1/matches/{match_id}").content == content


def test_a_pending_match_can_be_read_at_once(asked: Client) -> None:
    given = asked.post("/v1/matches/peers", json=next(questions())[1])
    read = asked.get(f"/v1/matches/{given.json()['match_id']}")
    assert read.content == given.content
    assert read.headers["content-language"] == "en"


def test_a_match_that_waits_in_another_process_is_found(own: Published) -> None:
    several = own.settings.model_copy(update={"workers": 2})
    with (
        TestClient(create_app(several), client=LOOPBACK) as one,
        TestClient(create_app(several), client=LOOPBACK) as other,
    ):
        given = one.post("/v1/matches/peers", json=next(questions())[1])
        read = other.get(f"/v1/matches/{given.json()['match_id']}")
        assert read.content == given.content
        assert other.get("/v1/matches/m_none").status_code == 404


def test_what_waits_for_the_database_is_found(asked: Client) -> None:
    recorder = asked.app.state.decisions.recorder  # type: ignore[attr-defined]
    with recorder._writing:  # as long as the database cannot be written
        given = [asked.post(f"/v1/matches/{k}", json=b) for k, b in islice(questions(), 4)]
        for answer in given:
            read = asked.get(f"/v1/matches/{answer.json()['match_id']}")
            assert read.content == answer.content
    recorder.flush()
    assert recorder.pending.batch() == {}
    for answer in given:
        read = asked.get(f"/v1/matches/{answer.json()['match_id']}")
        assert read.content == answer.content


def test_what_is_pending_is_written_at_the_end(own: Published) -> None:
    with TestClient(create_app(own.settings), client=LOOPBACK) as client:
        match_id = client.post("/v1/matches/peers", json=next(questions())[1]).json()["match_id"]
    with sessions(connect(own.settings.url))() as session:
        row = session.get(MatchRow, ("public", match_id))
    assert row is not None
    assert row.kind == "peers"


def test_a_match_of_another_tenant_is_not_found(own: Published, asked: Client) -> None:
    question = next(questions())[1]
    mine = asked.post("/v1/matches/peers", json=question, headers=as_tenant(own, TENANT)).json()
    path = f"/v1/matches/{mine['match_id']}"
    assert asked.get(path, headers=as_tenant(own, TENANT)).status_code == 200
    for headers in (as_tenant(own, OTHER_TENANT), {}):
        for method, rest in (("GET", ""), ("POST", "/replay"), ("GET", "/audit")):
            answer = asked.request(method, path + rest, headers=headers)
            assert answer.status_code == 404
            assert answer.json()["type"] == "/problems/match-not-found"


def test_a_match_whose_snapshot_is_gone_says_so(own: Published, asked: Client) -> None:
    match_id = asked.post("/v1/matches/peers", json=next(questions())[1]).json()["match_id"]
    republish(own)  # nothing was written yet, so nothing kept the snapshot
    store = SnapshotStore(own.settings.snapshots)
    for folder in store.folder.iterdir():
        if folder.is_dir() and folder.name != store.current():
            shutil.rmtree(folder)
    asked.get("/v1/places?q=x")
    answer = asked.post(f"/v1/matches/{match_id}/replay")
    assert answer.status_code == 409
    assert answer.json()["type"] == "/problems/cannot-replay"
    assert answer.json()["reason"] == "snapshot_gone"


def test_an_answer_that_would_differ_is_never_given(own: Published, asked: Client) -> None:
    match_id = asked.post("/v1/matches/peers", json=next(questions())[1]).json()["match_id"]
    asked.app.state.decisions.recorder.flush()  # type: ignore[attr-defined]
    with sessions(connect(own.settings.url)).begin() as session:
        row = session.get(MatchRow, ("public", match_id))
        assert row is not None
        weights = orjson.loads(row.weights)
        row.weights = orjson.dumps(weights | {"similar_size": 0.125}).decode()
    answer = asked.post(f"/v1/matches/{match_id}/replay")
    assert answer.status_code == 409
    assert answer.json()["reason"] == "answer_differs"


def test_a_record_that_was_damaged_says_so(own: Published, asked: Client) -> None:
    match_id = asked.post("/v1/matches/peers", json=next(questions())[1]).json()["match_id"]
    asked.app.state.decisions.recorder.flush()  # type: ignore[attr-defined]
    with sessions(connect(own.settings.url)).begin() as session:
        session.execute(update(MatchRow).where(MatchRow.id == match_id).values(answer=b"no answer"))
    path = f"/v1/matches/{match_id}"
    for method, rest in (
        ("GET", ""), ("POST", "/replay"), ("GET", "/audit"), ("GET", f"/diff/{match_id}"),
    ):  # fmt: skip
        answer = asked.request(method, path + rest)
        assert answer.status_code == 503
        assert answer.json()["type"] == "/problems/match-damaged"
        assert answer.json()["match_id"] == match_id


def test_a_record_of_before_with_the_hash_of_its_answer_is_replayed_by_that(
    own: Published, asked: Client
) -> None:
    given = asked.post("/v1/matches/peers", json=next(questions())[1])
    path = f"/v1/matches/{given.json()['match_id']}"
    asked.app.state.decisions.recorder.flush()  # type: ignore[attr-defined]
    whole = hashlib.sha256(given.content).hexdigest()
    assert asked.get(f"{path}/audit").json()["answer_sha256"] == whole
    for kept, status in ((whole, 200), (whole[::-1], 409)):
        with sessions(connect(own.settings.url)).begin() as session:
            session.execute(update(MatchRow).values(answer_hash=kept))
        assert asked.post(f"{path}/replay").status_code == status


def test_the_audit_view_names_all_that_it_was_made_with(own: Published, asked: Client) -> None:
    question = next(questions())[1]
    mine, stranger = as_tenant(own, TENANT), as_tenant(own, OTHER_TENANT)
    given = asked.post("/v1/matches/peers", json=question, headers=mine).json()
    asked.app.state.decisions.recorder.flush()  # type: ignore[attr-defined]
    asked.post("/v1/matches/peers", json=question, headers=stranger)
    path = f"/v1/matches/{given['match_id']}"
    told = {"result_id": given["results"][0]["place"]["id"], "outcome": "invited"}
    told["at"] = "2026-01-01"
    assert asked.post(f"{path}/outcomes", json=told, headers=mine).status_code == 201
    seen = asked.get(f"{path}/audit", headers=mine).json()
    assert seen["inputs"] == question
    assert seen["weights"] == given["weights"]
    assert seen["snapshot_id"] == given["snapshot_id"]
    manifest = own.snapshot().manifest
    assert seen["rules_sha256"] == manifest.files["collaborations.json"].sha256
    assert seen["index_sha256"]
    assert seen["embedding_model"] == manifest.embedding.model
    assert {"answer_sha256", "inputs_sha256", "weights_version", "software"} <= set(seen)
    actor = "key " + hashlib.sha256(own.keys[TENANT].encode()).hexdigest()[:12]
    assert [(e["kind"], e["actor"]) for e in seen["log"]] == [
        ("matches", actor),
        ("outcome", actor),
    ]


def test_everybody_who_asks_is_named_and_the_answer_is_kept_once(
    own: Published, asked: Client
) -> None:
    """The same question by two keys of a tenant, and by one of them again."""
    with sessions(connect(own.settings.url)).begin() as session:
        second = create_key(session, TENANT, ["match"])
    headers = [as_tenant(own, TENANT), {"Authorization": f"Bearer {second}"}]
    question = next(questions())[1]
    for asking in (*headers, headers[0]):
        given = asked.post("/v1/matches/peers", json=question, headers=asking).json()
        asked.app.state.decisions.recorder.flush()  # type: ignore[attr-defined]
    path = f"/v1/matches/{given['match_id']}/audit"
    log = asked.get(path, headers=headers[0]).json()["log"]
    keys = (own.keys[TENANT], second)
    assert [e["actor"] for e in log] == [
        "key " + hashlib.sha256(k.encode()).hexdigest()[:12] for k in keys
    ]
    decisions = asked.app.state.decisions  # type: ignore[attr-defined]
    assert verify(decisions.sessions, head_file(own.settings)).faults == []


@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "once"}])
@pytest.mark.parametrize("decided", ["outcomes", "shares", "watch"])
def test_what_is_decided_on_is_on_file_though_its_process_dies_before_it_writes(
    own: Published,
    monkeypatch: pytest.MonkeyPatch,
    decided: str,
    headers: dict[str, str],
) -> None:
    """An answer waits for half a second, and a decision on it is committed at once."""
    key = as_tenant(own, TENANT)
    with monkeypatch.context() as dead, TestClient(create_app(own.settings)) as dying:
        dead.setattr(Recorder, "flush", lambda _: None)
        given = dying.post("/v1/matches/peers", json=ANYWHERE, headers=key).json()
        path = f"/v1/matches/{given['match_id']}"
        told = {"result_id": given["results"][0]["place"]["id"], "outcome": "invited"}
        body = {"outcomes": told | {"at": "2026-01-01"}, "shares": {}, "watch": None}[decided]
        method = "PUT" if decided == "watch" else "POST"
        said = dying.request(method, f"{path}/{decided}", json=body, headers=key | headers)
        assert said.status_code in (200, 201), said.text
        dying.app.state.decisions.recorder._closed.set()  # type: ignore[attr-defined]
    with TestClient(create_app(own.settings)) as another:
        assert another.get(path, headers=key).status_code == 200
    engine = connect(own.settings.url)
    assert verify(sessions(engine), head_file(own.settings)).faults == []
    engine.dispose()


def test_an_answer_that_was_kept_with_a_decision_is_not_written_again(
    asked: Client, own: Published
) -> None:
    key, recorder = as_tenant(own, TENANT), asked.app.state.decisions.recorder  # type: ignore[attr-defined]
    given = asked.post("/v1/matches/peers", json=ANYWHERE, headers=key).json()
    share = asked.post(f"/v1/matches/{given['match_id']}/shares", json={}, headers=key)
    assert share.status_code == 201
    recorder.flush()
    engine = connect(own.settings.url)
    with sessions(engine)() as session:
        assert [row.id for row in session.query(MatchRow)].count(given["match_id"]) == 1
    assert verify(sessions(engine), head_file(own.settings)).faults == []
    engine.dispose()
