"""Check 16: a reply lost on its way, or with its server: sent again, the write acts once."""

import random
import socket
import struct
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from time import sleep
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from sqlalchemy import func, select

from models.database import Sessions, connect, sessions
from models.settings import Settings
from models.tables import MatchRow, ShareRow
from services.access.keys import create_key
from tests.matcher_fixtures import TENANT, Published, published
from tests.trust.mortals import Mortals
from tests.trust.report import Tried
from tests.trust.serving import served_by
from tests.trust.work import settings_in
from tests.waiting import PATIENCE, until

__all__ = ["published"]
PLACE = {"place_id": "gn:3128026", "limit": 3}
POINTS = ["idempotency-before-commit", "idempotency-after-commit"]
AT_ONCE_CLOSED = struct.pack("ii", 1, 0)


@dataclass
class Served:
    """A matcher in a process that may be killed."""

    mortals: Mortals
    settings: Settings
    headers: dict[str, str]
    opened: Sessions
    match_id: str = ""

    def on(self, what: str = "serving", point: str = "") -> AbstractContextManager[int]:
        return served_by(self.mortals, self.settings, what, point)

    def post(self, port: int, path: str, body: Any, **headers: str) -> httpx2.Response:
        url = f"http://127.0.0.1:{port}{path}"
        return httpx2.post(url, json=body, headers=self.headers | headers, timeout=PATIENCE)

    def share(self, port: int, key: str) -> httpx2.Response:
        """As a client does: again while the first is on its way."""
        path = f"/v1/matches/{self.match_id}/shares"
        while True:
            answer = self.post(port, path, {}, **{"Idempotency-Key": key})
            if answer.status_code != 409:
                return answer
            sleep(0.02)

    def cut(self, port: int, key: str, after: float, bytes_read: int) -> None:
        """Send it, and be gone before the reply has come, or in the middle of it."""
        head = "".join(f"{name}: {value}\r\n" for name, value in self.headers.items())
        text = (
            f"POST /v1/matches/{self.match_id}/shares HTTP/1.1\r\nHost: x\r\n{head}"
            f"Idempotency-Key: {key}\r\nContent-Type: application/json\r\n"
            "Content-Length: 2\r\n\r\n{}"
        )
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
            connection.sendall(text.encode())
            sleep(after)
            if bytes_read:
                connection.recv(bytes_read)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE_CLOSED)

    def is_on_file(self) -> bool:
        with self.opened() as session:
            return session.get(MatchRow, (TENANT, self.match_id)) is not None

    def effects(self) -> int:
        with self.opened() as session:
            return session.scalar(select(func.count()).select_from(ShareRow)) or 0


@pytest.fixture(scope="module")
def served(
    published: Published, mortals: Mortals, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served") / "var"
    engine = connect(published.copied(folder).settings.url)
    with sessions(engine).begin() as session:
        key = create_key(session, TENANT, ["match"])
    headers = {"Authorization": f"Bearer {key}"}
    found = Served(mortals, settings_in(folder), headers, sessions(engine))
    with found.on() as port:
        found.match_id = found.post(port, "/v1/matches/peers", PLACE).json()["match_id"]
        # The match is recorded beside its answer; only then may its server die.
        until(found.is_on_file, "it is recorded")
        assert found.share(port, str(uuid4())).status_code == 201
    yield found
    engine.dispose()


def acted_once(served: Served, port: int, key: str, before: int, tried: Tried) -> None:
    first, second = served.share(port, key), served.share(port, key)
    tried(first.status_code == 201 and first.content == second.content, first.text)
    tried(served.effects() == before + 1, f"{served.effects() - before} effects")


@pytest.mark.check(16, "A reply cut on its way, and the write sent again", few=10, full=200)
def test_a_lost_reply_is_had_again(
    served: Served, count: int, chance: random.Random, tried: Tried
) -> None:
    with served.on() as port:
        for _ in range(count):
            key, before = str(uuid4()), served.effects()
            served.cut(port, key, chance.uniform(0, 0.05), chance.choice([0, 0, 10]))
            acted_once(served, port, key, before, tried)
    tried.done()


def killed(served: Served, point: str, tried: Tried, what: str = "serving") -> None:
    """A server that dies around the commit, and the write sent again to the next one."""
    key, before = str(uuid4()), served.effects()
    with served.on(what, point) as port, pytest.raises(httpx2.TransportError):
        served.share(port, key)
    with served.on() as port:
        acted_once(served, port, key, before, tried)


@pytest.mark.check(
    16, "A server killed around the commit, and the write sent again", few=2, full=100
)
def test_a_server_that_dies_acts_once(served: Served, count: int, tried: Tried) -> None:
    for number in range(count):
        killed(served, POINTS[number % len(POINTS)], tried)
    tried.done()


@pytest.mark.planted(16, "the effect is committed before its key, and the server dies between")
def test_a_key_of_another_transaction_is_found(served: Served) -> None:
    tried = Tried()
    killed(served, POINTS[0], tried, "serving_forgetful")
    assert any("2 effects" in failure for failure in tried.failures)
