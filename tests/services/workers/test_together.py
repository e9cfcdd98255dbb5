"""Two real workers: what they count, do and share, and what becomes of it when one is killed."""

import os
import signal
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import orjson
import pytest

from models.database import Sessions, connect, sessions
from models.tables import DeliveryRow, WebhookRow
from services.access.keys import create_key
from services.events.kinds import EventKind
from services.ingest.upsert import ensure_tenant
from tests.matcher_fixtures import Published, published, settings_of
from tests.services.workers.served import PEERS, Served, served
from tests.waiting import PATIENCE, until

__all__ = ["published"]

TENANT = "tartu"
COUNTED = f'counterpart_requests_total{{method="POST",route="{PEERS}",status="200"}}'
IN_HAND = "counterpart_requests_in_hand"
FILES = "/v1/ingest/files?kind=places"
PLACES = b"id,name,kind,country\nx:tartu-new,New,city,EE\n"


@pytest.fixture(scope="module")
def both(published: Published, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Matcher and ingest service with two workers, on a catalogue of their own."""
    folder = tmp_path_factory.mktemp("workers")
    more = {"COUNTERPART_WEBHOOK_SECONDS": "1", "COUNTERPART_WEBHOOKS_ANYWHERE": "true"}
    with served(published.copied(folder / "var").settings, folder / "log", **more) as found:
        yield found


@pytest.fixture(scope="module")
def database(both: Served) -> Iterator[Sessions]:
    engine = connect(settings_of(both.var).url)
    yield sessions(engine)
    engine.dispose()


def metric(client: Any, name: str) -> float:
    lines = client.get("/metrics").text.splitlines()
    return next((float(line.split()[-1]) for line in lines if line.startswith(name)), 0.0)


def asked(client: Any, times: int) -> None:
    for _ in range(times):
        body = {"place_id": "gn:3128026", "limit": 1}
        assert client.post(PEERS, json=body).status_code == 200


def killed(both: Served, number: int) -> None:
    """Kill a worker and wait until another has its place."""
    before = both.workers()[number]
    os.kill(before, signal.SIGKILL)
    until(lambda: both.workers().get(number, before) != before and both.is_up(), "a new worker")


def counted(client: Any, times: float) -> None:
    """A request is counted once it is answered, which whoever asks next may not see at once."""
    until(lambda: metric(client, COUNTED) == times, f"{times} are counted")


def test_counters_add_up_whichever_worker_is_asked(both: Served) -> None:
    with both.only(0) as client:
        before = metric(client, COUNTED)
        asked(client, 3)
        counted(client, before + 3)
    with both.only(1) as client:
        asked(client, 4)
        counted(client, before + 7)
    with both.only(0) as client:
        assert metric(client, COUNTED) == before + 7
    killed(both, 1)
    with both.only(1) as client:
        assert metric(client, COUNTED) == before + 7
        asked(client, 1)
        # A worker that is stopped counts nothing: it is waited for here.
        counted(client, before + 8)
        until(lambda: metric(client, IN_HAND) == 0, "nothing in hand")
    with both.only(0) as client:
        assert metric(client, COUNTED) == before + 8
        until(lambda: metric(client, IN_HAND) == 0, "nothing in hand")


def test_what_a_killed_worker_had_in_hand_is_not_in_hand_for_ever(both: Served) -> None:
    """A worker dies in the middle of a request, whose gauge it will never take down."""
    with both.client() as client:
        until(lambda: metric(client, IN_HAND) == 0, "nothing in hand")
    with both.only(0) as client, _begun(both):
        until(lambda: metric(client, IN_HAND) == 1, "a request in hand")
        killed(both, 0)
    with both.client() as client:
        until(lambda: metric(client, IN_HAND) == 0, "nothing in hand")


def _begun(both: Served) -> socket.socket:
    """A file that does not come."""
    host, port = both.at.removeprefix("http://").split(":")
    connection = socket.create_connection((host, int(port)))
    kind = "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 9"
    connection.sendall(f"POST {FILES} HTTP/1.1\r\nHost: x\r\n{kind}\r\n\r\n".encode())
    return connection


def test_a_match_of_one_worker_is_found_by_the_other_at_once(both: Served) -> None:
    """Under load: no answer names a match that a worker then does not know."""
    wrong: list[str] = []

    def ask(number: int) -> None:
        with both.client() as asking:
            for limit in range(10 * number + 1, 10 * number + 11):  # each a match of its own
                given = asking.post(PEERS, json={"place_id": "gn:3128026", "limit": limit})
                path = f"/v1/matches/{given.json()['match_id']}"
                for _ in range(2):
                    with both.client() as client:  # a connection of its own: of either worker
                        found = client.get(path)
                    if found.content != given.content:
                        wrong.append(f"{found.status_code}: {found.text[:80]}")

    asking = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()
    assert wrong == []


def test_what_a_worker_does_not_come_to_write_is_to_be_asked_for_again(both: Served) -> None:
    with both.only(0) as client:
        given = client.post(PEERS, json={"place_id": "gn:3128026", "limit": 7})
        path = f"/v1/matches/{given.json()['match_id']}"
    # The first one stands still before it has written, or once it has; never is it not found.
    with both.only(1) as client:
        answer = client.get(path)
        assert answer.status_code in (200, 503), answer.text
        assert answer.status_code == 200 or answer.headers["Retry-After"]
        assert client.get("/v1/matches/m_of_nobody").status_code == 404
    with both.client() as client:
        until(lambda: client.get(path).status_code == 200, "it is on record")
        assert client.get(path).content == given.content


def test_jobs_are_done_one_by_one_whoever_is_asked_and_whoever_dies(
    both: Served, database: Sessions
) -> None:
    with database.begin() as session:
        ensure_tenant(session, TENANT)
        headers = {"Authorization": f"Bearer {create_key(session, TENANT, ['ingest'])}"}
    assert [_loaded(both, headers)["written"] for _ in range(3)] == [1, 0, 0]
    for number in (0, 1):  # one of the two has the turn
        killed(both, number)
        assert _loaded(both, headers)["unchanged"] == 1
    assert list((both.var / "uploads").iterdir()) == []


def _loaded(both: Served, headers: dict[str, str]) -> Any:
    """What became of the rows of a file that one of the workers was given."""
    with both.client() as client:
        sent = client.post(FILES, headers=headers, files={"file": ("a.csv", PLACES)})
        assert sent.status_code == 202, sent.text
    job, found = sent.json()["job_id"], dict[str, Any]()

    def is_over() -> bool:
        with both.client() as client:
            found.update(client.get(f"/v1/ingest/jobs/{job}", headers=headers).json())
        return found["state"] in ("done", "failed")

    until(is_over, f"job {job}")
    assert found["state"] == "done", found
    return found["rows"]


class _Receiver(BaseHTTPRequestHandler):
    got: list[str] = []  # noqa: RUF012 (one list for all requests is the point)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.got.append(self.headers["webhook-id"])
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.mark.usefixtures("both")
def test_each_event_is_sent_once(database: Sessions) -> None:
    with HTTPServer(("127.0.0.1", 0), _Receiver) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with database.begin() as session:
            ensure_tenant(session, TENANT)
            url = f"http://127.0.0.1:{server.server_port}/told"
            session.add(WebhookRow(tenant_id=TENANT, id="wh", url=url, events="job.finished"))
            session.flush()
            ids = [f"msg_{number}" for number in range(60)]
            event = EventKind.JOB_FINISHED
            for id in ids:
                session.add(
                    DeliveryRow(tenant_id=TENANT, id=id, webhook_id="wh", event=event, body="{}")
                )
        until(lambda: set(_Receiver.got) >= set(ids), "all are sent")
        server.shutdown()
    assert sorted(id for id in _Receiver.got if id in ids) == sorted(ids)


def test_its_log_is_one_event_a_line_and_its_greeting_is_said_once(both: Served) -> None:
    killed(both, 1)
    lines = both.log.read_text().splitlines()
    said = [line for line in lines if not line.startswith("{")]
    assert sum("answers at" in line for line in said) == 1
    assert sum("by 2 processes" in line for line in said) == 1
    events = [orjson.loads(line) for line in lines if line.startswith("{")]
    assert len(events) + 4 == len(lines)
    assert any(event["event"].startswith("worker died") for event in events)


@pytest.mark.parametrize(
    ("ending", "code"), [(signal.SIGTERM, -15), (signal.SIGINT, 130), (signal.SIGHUP, -1)]
)
def test_what_ends_the_parent_ends_all(
    published: Published, tmp_path: Path, ending: signal.Signals, code: int
) -> None:
    with served(published.copied(tmp_path / "var").settings, tmp_path / "log", "matcher") as found:
        workers = found.workers().values()
        found.parent.send_signal(ending)
        assert found.parent.wait(PATIENCE) == code
        assert not any(is_running(pid) for pid in workers)
        assert list((found.var / "metrics").iterdir()) == []


def test_workers_end_when_their_parent_is_killed(published: Published, tmp_path: Path) -> None:
    with served(published.copied(tmp_path / "var").settings, tmp_path / "log", "matcher") as found:
        workers = list(found.workers().values())
        found.parent.kill()
        until(lambda: not any(is_running(pid) for pid in workers), "the workers end")


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
