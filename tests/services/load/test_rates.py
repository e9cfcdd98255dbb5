"""Limits by key and by address: told, kept, not to be talked out of, shared by processes."""

import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI, Response
from fastapi.testclient import TestClient

from models.database import Sessions
from models.settings import Settings
from services.access.callers import Matching
from services.access.keys import create_key
from services.access.sessions import COOKIE
from services.load.rates import Bucket, Rates
from services.web import app as web
from services.web.app import answer

AWAY = ("203.0.113.9", 5000)
LIMITS: dict[str, Any] = {
    "rate_per_key": "5/minute",
    "rate_per_address": "3/minute",
    "rate_of_wrong_keys": "4/minute",
}


def make_app(sessions: Sessions, var: Path, **more: Any) -> FastAPI:
    app = FastAPI(docs_url=None, redoc_url=None)
    web.install(app, list)
    app.state.every_tenant = sessions
    app.state.settings = Settings(_env_file=None, var=var, public_read=True, **LIMITS | more)

    @app.get("/read")
    def read(caller: Matching) -> Response:
        return answer({"tenant": caller.tenant})

    @app.get("/v1/pairings")
    def dear(caller: Matching) -> Response:
        return answer({"tenant": caller.tenant})

    return app


@pytest.fixture
def app(sessions: Sessions, tmp_path: Path) -> FastAPI:
    return make_app(sessions, tmp_path)


def asker(app: FastAPI, address: str = AWAY[0]) -> TestClient:
    return TestClient(app, client=(address, 5000))


def statuses(client: TestClient, times: int, path: str = "/read", **more: Any) -> list[int]:
    return [client.get(path, **more).status_code for _ in range(times)]


def key_of(sessions: Sessions, tenant: str = "city") -> dict[str, str]:
    with sessions.begin() as session:
        return {"Authorization": f"Bearer {create_key(session, tenant, ['match'])}"}


def test_what_is_left_is_told_and_what_is_over_is_refused(app: FastAPI) -> None:
    client = asker(app)
    first = client.get("/read")
    assert first.headers["ratelimit-policy"] == '"address";q=3;w=60'
    assert first.headers["ratelimit"].startswith('"address";r=2;t=')
    statuses(client, 2)
    over = client.get("/read")
    assert (over.status_code, over.json()["type"]) == (429, "/problems/too-many-requests")
    assert 1 <= int(over.headers["retry-after"]) <= 60
    assert over.headers["ratelimit"].startswith('"address";r=0;t=')
    assert over.json()["request_id"] == over.headers["x-request-id"]


def test_keys_and_addresses_are_counted_apart(app: FastAPI, sessions: Sessions) -> None:
    one, two = key_of(sessions), key_of(sessions, "other")
    client = asker(app)
    assert statuses(client, 6, headers=one) == [200] * 5 + [429]
    assert statuses(client, 1, headers=two) == [200]
    assert statuses(client, 4) == [200] * 3 + [429]
    assert statuses(asker(app, "203.0.113.10"), 1) == [200]
    assert statuses(asker(app, "198.51.100.1"), 1, headers=one) == [429]


def test_this_machine_reads_as_often_as_it_likes(app: FastAPI) -> None:
    assert set(statuses(asker(app, "127.0.0.1"), 10)) == {200}


def test_a_dear_request_counts_for_more(app: FastAPI, sessions: Sessions) -> None:
    key = key_of(sessions)
    assert statuses(asker(app), 2, "/v1/pairings", headers=key) == [200, 429]


def test_health_is_never_refused(app: FastAPI) -> None:
    assert set(statuses(asker(app), 10, "/healthz")) == {200}


@pytest.mark.parametrize(
    "header",
    ["X-Forwarded-For", "Forwarded", "X-Real-IP", "True-Client-IP", "CF-Connecting-IP", "Via"],
)
def test_no_header_makes_another_address(app: FastAPI, header: str) -> None:
    client = asker(app)
    found = [client.get("/read", headers={header: f"192.0.2.{n}"}).status_code for n in range(5)]
    assert found[3:] == [429, 429]


def test_neither_a_made_up_key_nor_a_made_up_cookie_is_another_caller(app: FastAPI) -> None:
    client = asker(app)
    for number in range(6):
        last = client.get("/read", headers={"Cookie": f"{COOKIE}=made-up-{number}.x"})
    assert last.status_code == 429


def test_wrong_keys_end_the_patience_with_an_address(app: FastAPI, sessions: Sessions) -> None:
    right, client = key_of(sessions), asker(app)
    with sessions() as session:
        wrong = [create_key(session, "city", ["match"]) for _ in range(6)]
    found = [
        client.get("/read", headers={"Authorization": f"Bearer {key}"}).status_code for key in wrong
    ]
    assert found == [401] * 4 + [429] * 2
    assert client.get("/read", headers=right).status_code == 429
    assert asker(app, "203.0.113.10").get("/read", headers=right).status_code == 200


def test_neighbours_in_ipv6_are_one_address(app: FastAPI) -> None:
    found = [asker(app, f"2001:db8:1:2::{n:x}").get("/read").status_code for n in range(1, 6)]
    assert found == [200] * 3 + [429] * 2


def test_without_limits_nothing_is_counted(sessions: Sessions, tmp_path: Path) -> None:
    app = make_app(sessions, tmp_path, **dict.fromkeys(LIMITS, ""))
    response = asker(app).get("/read")
    assert "ratelimit" not in response.headers


WORKER = """
import sys
from pathlib import Path
from models.settings import Settings
from services.load.rates import Bucket, Rates
rates = Rates(Settings(_env_file=None, var=Path(sys.argv[1]), workers=2, rate_per_key="500/day"))
bucket = Bucket("key", rates.by_key, "one key")
print(sum(rates.take(bucket, 1).has_room for _ in range(400)))
"""


def test_two_processes_count_as_one(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WORKER, str(tmp_path)]
    workers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    passed = [int(worker.communicate(timeout=300)[0]) for worker in workers]
    assert sum(passed) == 500


def test_a_window_that_is_over_is_forgotten(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, var=tmp_path, workers=2)
    storage: Any = Rates(settings).storage
    assert storage.incr("a", expiry=-1) == 1
    assert storage.get("a") == 0
    assert [storage.incr("a", expiry=60, amount=2), storage.get("a")] == [2, 2]
    assert storage.check()
    storage.clear("a")
    assert storage.get("a") == 0
    storage.incr("b", 60)
    assert storage.reset() == 1


def test_where_the_shared_counters_fail_a_process_counts_alone(tmp_path: Path) -> None:
    """As on a full disk: requests are answered, and limits hold for each process by itself."""
    rates = Rates(Settings(_env_file=None, var=tmp_path, workers=2, rate_per_key="3/minute"))
    bucket = Bucket("key", rates.by_key, "one key")  # type: ignore[arg-type]
    assert rates.take(bucket, 1).has_room
    with sqlite3.connect(tmp_path / "rates.db") as database:
        database.execute("DROP TABLE counted")
    database.close()
    assert [rates.take(bucket, 1).has_room for _ in range(4)] == [True, True, True, False]
    assert not rates.look(bucket).has_room


def test_a_folder_that_cannot_be_written_keeps_nobody_from_counting(tmp_path: Path) -> None:
    (tmp_path / "rates.db").mkdir()
    rates = Rates(Settings(_env_file=None, var=tmp_path, workers=2, rate_per_key="1/minute"))
    bucket = Bucket("key", rates.by_key, "one key")  # type: ignore[arg-type]
    assert [rates.take(bucket, 1).has_room for _ in range(2)] == [True, False]
