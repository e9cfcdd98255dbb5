"""Well-formed questions take a shorter way than the framework's, and are answered alike."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.services.matcher.asking import BILBAO

# Both are JSON; only the first is what clients send, and only it takes the shorter way.
SHORT, LONG = "application/json", 'application/json; charset="utf-8"'
QUESTIONS = [
    ("peers", b'{"place_id": "%s", "mode": "look_up"}', 200),
    ("peers", b'{"place_id": "%s", "filters": {"population": {"min": 500000}}}', 200),
    ("collaborations", b'{"place_id": "%s", "limit": 3}', 200),
    ("peers", b'{"place_id": "gn:none", "text": "%s"}', 404),
    ("peers", b'{"place_id": "%s", "limit": 0, "colour": 1}', 422),
    ("collaborations", b'{"place_id": "%s", "limit": 1e30}', 422),
    ("peers", b'["%s"]', 422),
    ("peers", b'{"place_id": "%s"', 422),
]


@pytest.mark.parametrize(("kind", "body", "status"), QUESTIONS)
def test_both_ways_answer_the_same(client: TestClient, kind: str, body: bytes, status: int) -> None:
    told: list[Any] = []
    for content_type in (SHORT, LONG, SHORT):
        answer = client.post(
            f"/v1/matches/{kind}",
            content=body % BILBAO.encode(),
            headers={"Content-Type": content_type, "Accept-Language": "es", "X-Request-Id": "a"},
        )
        told.append((answer.status_code, answer.content, sorted(answer.headers.items())))
    assert told[0][0] == status
    assert told[0] == told[1] == told[2]


def test_a_wrong_key_is_refused_before_the_question_is_looked_at(client: TestClient) -> None:
    for body in (b"{}", b'{"place_id": "%s"}' % BILBAO.encode()):
        answer = client.post(
            "/v1/matches/peers",
            content=body,
            headers={"Content-Type": SHORT, "Authorization": "Bearer cp_wrong"},
        )
        assert answer.status_code == 401
