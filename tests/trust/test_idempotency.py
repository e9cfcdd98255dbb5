"""Check 16: a write that is sent again acts once, and is answered as it was."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import func, select, update

from models.database import Sessions, connect, sessions
from models.tables import PUBLIC, IdempotencyRow, Job, OutcomeRow, ShareRow, Table, now
from services.access.callers import create_key
from services.ingest.upsert import ensure_tenant
from services.matcher.app import create_app
from services.matcher.decisions.decisions import head_file
from services.matcher.decisions.verify import verify
from services.web.idempotency import Attempt
from tests.databases import Databases
from tests.matcher_fixtures import TENANT, Published
from tests.trust.report import Tried
from tests.trust.whole_app import PLACE, Whole, published, whole

__all__ = ["published", "whole"]
SENT = 4


def counted(opened: Sessions, table: type[Table]) -> int:
    with opened() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


@pytest.fixture
def opened(whole: Whole) -> Iterator[Sessions]:
    engine = connect(whole.app.state.settings.url)
    yield sessions(engine)
    engine.dispose()


@pytest.fixture
def match(whole: Whole) -> dict[str, Any]:
    given = whole.ask("POST", "/v1/matches/peers", "admin", json={"place_id": PLACE, "limit": 5})
    return dict(given.json())


def share(whole: Whole, match: dict[str, Any], key: str, who: str = "admin", **body: Any) -> Any:
    headers = {**whole.headers[who], "Idempotency-Key": key}
    path = f"/v1/matches/{match['match_id']}/shares"
    return whole.away.post(path, json=body, headers=headers)


def at_once(send: Callable[[], Response], times: int) -> list[Response]:
    with ThreadPoolExecutor(times) as many:
        return [asked.result() for asked in [many.submit(send) for _ in range(times)]]


def until_told(send: Callable[[], Response]) -> Response:
    """As a client does: again while the first is on its way."""
    for _ in range(200):
        answer = send()
        if answer.status_code != 409:
            return answer
    return answer


@pytest.mark.check(16, "A write sent several times at once acts once", few=12, full=1_000)
def test_sent_at_once_acts_once(
    whole: Whole, opened: Sessions, match: dict[str, Any], count: int, tried: Tried
) -> None:
    before = counted(opened, ShareRow)
    for _ in range(count):
        key = str(uuid4())

        def send(key: str = key) -> Response:
            return until_told(lambda: share(whole, match, key))

        answers = at_once(send, SENT)
        said = {(a.status_code, a.content) for a in answers}
        again = sum("idempotent-replayed" in a.headers for a in answers)
        tried(len(said) == 1 and again == SENT - 1, (said, again))
        tried({a.status_code for a in answers} == {201}, answers)
    tried(counted(opened, ShareRow) == before + count, "effects")
    whole.app.state.decisions.recorder.flush()
    tried(verify(opened, head_file(whole.app.state.settings)).faults == [], "audit")
    tried.done()


@pytest.mark.planted(16, "the key is kept after the effect, in another transaction")
def test_a_key_kept_after_the_effect_is_found(
    whole: Whole, opened: Sessions, match: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A crash between the two transactions, and the client sends again."""

    def crashes(attempt: Attempt, _: Any) -> None:
        attempt.session.commit()
        attempt.whole.settle()
        attempt.undo()
        raise ConnectionResetError

    before, key = counted(opened, ShareRow), str(uuid4())
    with monkeypatch.context() as patch:
        patch.setattr(Attempt, "commit", crashes)
        assert share(whole, match, key).status_code == 500
    assert share(whole, match, key).status_code == 201
    assert counted(opened, ShareRow) == before + 2, "the check would not have seen it"


def test_a_crash_before_the_commit_leaves_nothing(
    whole: Whole, opened: Sessions, match: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def crashes(*_: Any) -> None:
        raise ConnectionResetError

    before, key = counted(opened, ShareRow), str(uuid4())
    with monkeypatch.context() as patch:
        patch.setattr(Attempt, "commit", crashes)
        assert share(whole, match, key).status_code == 500
    assert counted(opened, ShareRow) == before
    assert verify(opened, head_file(whole.app.state.settings)).faults == []
    first = share(whole, match, key)
    assert first.status_code == 201
    assert share(whole, match, key).content == first.content
    assert counted(opened, ShareRow) == before + 1


def test_another_body_under_a_key_is_refused(whole: Whole, match: dict[str, Any]) -> None:
    key = str(uuid4())
    assert share(whole, match, key).status_code == 201
    answer = share(whole, match, key, note="Another")
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/key-reused")


def test_a_key_is_its_tenants_own(whole: Whole, opened: Sessions, match: dict[str, Any]) -> None:
    key, before = str(uuid4()), counted(opened, ShareRow)
    assert share(whole, match, key).status_code == 201
    theirs = {"match_id": whole.theirs["match"]}
    answer = share(whole, theirs, key, "other")
    assert answer.status_code == 201
    assert "idempotent-replayed" not in answer.headers
    assert counted(opened, ShareRow) == before + 2


def test_what_failed_may_be_sent_again(whole: Whole, match: dict[str, Any]) -> None:
    key = str(uuid4())
    path = f"/v1/matches/{match['match_id']}/outcomes"
    headers = {**whole.headers["admin"], "Idempotency-Key": key}
    bad = {"result_id": "nobody", "outcome": "invited", "at": "2026-01-01"}
    good = bad | {"result_id": match["results"][0]["place"]["id"]}
    assert whole.away.post(path, json=bad, headers=headers).status_code == 422
    assert whole.away.post(path, json=good, headers=headers).status_code == 201


def test_keys_live_for_a_day(whole: Whole, opened: Sessions, match: dict[str, Any]) -> None:
    key = str(uuid4())
    first = share(whole, match, key)
    with opened.begin() as session:
        session.execute(update(IdempotencyRow).values(created_at=now() - timedelta(hours=24)))
    second = share(whole, match, key, note="Another")
    assert second.status_code == 201
    assert second.json()["id"] != first.json()["id"]


def test_an_upload_is_one_job_whatever_its_boundary(whole: Whole, opened: Sessions) -> None:
    """Each sending of a form draws a boundary of its own."""
    headers = {**whole.headers["ingest"], "Idempotency-Key": str(uuid4())}
    before = counted(opened, Job)

    def send() -> Response:
        file = {"file": ("a.csv", b"id,name,kind,country\nx:once,New,city,ES\n")}
        return whole.away.post("/v1/ingest/files?kind=places", files=file, headers=headers)

    answers = [send() for _ in range(3)]
    assert {(a.status_code, a.content, a.headers["location"]) for a in answers} == {
        (202, answers[0].content, answers[0].headers["location"])
    }
    assert counted(opened, Job) == before + 1


@pytest.mark.parametrize("key", ["", "x" * 256, "a\tb"])
def test_a_bad_key_is_refused(whole: Whole, match: dict[str, Any], key: str) -> None:
    answer = share(whole, match, key)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == "bad_idempotency_key"


def test_outcomes_are_told_once(whole: Whole, opened: Sessions, match: dict[str, Any]) -> None:
    headers = {**whole.headers["admin"], "Idempotency-Key": str(uuid4())}
    body = {"result_id": match["results"][1]["place"]["id"], "outcome": "invited"}
    body["at"] = "2026-01-01"
    path = f"/v1/matches/{match['match_id']}/outcomes"
    before = counted(opened, OutcomeRow)
    answers = [whole.away.post(path, json=body, headers=headers) for _ in range(2)]
    assert answers[0].content == answers[1].content
    assert counted(opened, OutcomeRow) == before + 1


def test_without_a_key_nothing_is_kept(
    whole: Whole, opened: Sessions, match: dict[str, Any]
) -> None:
    before = counted(opened, IdempotencyRow)
    path = f"/v1/matches/{match['match_id']}/shares"
    codes = {
        whole.away.post(path, json={}, headers=whole.headers["admin"]).json()["code"]
        for _ in range(2)
    }
    assert len(codes) == 2
    assert counted(opened, IdempotencyRow) == before


@pytest.fixture
def on_postgresql(
    published: Published, databases: Databases, tmp_path: Path
) -> Iterator[tuple[TestClient, Sessions]]:
    """The same catalogue, with a database of several connections at once."""
    with databases.one() as made:
        url = made.render_as_string(hide_password=False)
        settings = published.settings.model_copy(
            update={"database_url": url, "audit_head": str(tmp_path / "head.json")}
        )
        engine = connect(url)
        with sessions(engine).begin() as session:
            ensure_tenant(session, PUBLIC)
            key = create_key(session, TENANT, ["match"])
        headers = {"Authorization": f"Bearer {key}"}
        with TestClient(create_app(settings), headers=headers) as client:
            yield client, sessions(engine)
        engine.dispose()


@pytest.mark.check(16, "The same on PostgreSQL", few=6, full=200)
def test_on_postgresql(
    on_postgresql: tuple[TestClient, Sessions], count: int, tried: Tried
) -> None:
    client, opened = on_postgresql
    match = client.post("/v1/matches/peers", json={"place_id": PLACE, "limit": 3}).json()
    path = f"/v1/matches/{match['match_id']}/shares"
    for _ in range(count):
        key = {"Idempotency-Key": str(uuid4())}

        def send(key: dict[str, str] = key) -> Response:
            return until_told(lambda: client.post(path, json={}, headers=key))

        said = {(a.status_code, a.content) for a in at_once(send, SENT)}
        tried(len(said) == 1 and next(iter(said))[0] == 201, said)
    tried(counted(opened, ShareRow) == count, "effects")
    tried.done()
