"""Check 35: what callers send stands in no log, no metric and no answer to somebody's secret."""

import json
import re
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
import structlog
from fastapi.testclient import TestClient

from services import logs
from services.ingest import state
from services.matcher.routes import matches
from tests.trust.report import Tried
from tests.trust.test_authorisation import MATRIX, filled
from tests.trust.whole_app import Whole, published, whole

__all__ = ["published", "whole"]
CANARY = re.compile(r"canary-?\d+|canary@")
INJECTED = [
    "a\\nb canary{n}", '{{"level":"error","event":"forged canary{n}"}}', "a\\x1b[31mcanary{n}",
    "a%0a%0dcanary{n}", "${{jndi:ldap://canary{n}}}", "a\\u2028canary{n}", "canary{n}'; DROP TABLE",
]  # fmt: skip


def headers_of(n: int) -> dict[str, str]:
    """Secrets and personal data wherever a header may hold some."""
    injected = INJECTED[n % len(INJECTED)].format(n=n)
    return {
        "Authorization": f"Bearer cp_canary{n}",
        "Cookie": f"counterpart_session=canary{n}; __Host-counterpart=canary{n}",
        "X-Csrf-Token": f"canary{n}",
        "X-Request-Id": injected.encode("ascii", "replace").decode(),
        "User-Agent": injected.encode("ascii", "replace").decode(),
        "X-Forwarded-For": f"canary{n}",
        "Idempotency-Key": f"canary{n}",
        "If-Match": f'"canary{n}"',
    }


def body_of(n: int) -> dict[str, Any]:
    injected = INJECTED[n % len(INJECTED)].format(n=n)
    return {
        "place": {"name": f"canary{n}", "kind": "city", "contact_office": injected},
        "text": f"canary{n}@example.org", "why": f"canary{n}", "limit": f"canary{n}",
    }  # fmt: skip


def asked_for_everything(client: TestClient, keys: list[dict[str, str]], tried: Tried) -> int:
    """Each operation with canaries in every part of the request; counts the requests."""
    count = 0
    for operation in MATRIX:
        method, path = operation.split(" ")
        # A parameter that an operation does not have is refused before a scope that is lacking.
        for key, query in product(keys, ("q", None)):
            count += 1
            given = headers_of(count) | key
            names = dict.fromkeys(re.findall(r"{(\w+)}", path), f"canary{count}")
            answer = client.request(
                method, filled(path, **names), headers=given, json=body_of(count),
                params={query: f"canary{count}"} if query else None,
            )  # fmt: skip
            told = answer.text + str(dict(answer.headers))
            tried(f"Bearer cp_canary{count}" not in told, f"{operation} tells a key")
            tried("x-request-id" in answer.headers, f"{operation} has no request id")
    return count


def found_in(written: str, tried: Tried) -> list[dict[str, Any]]:
    """The events of a log, each on a line of its own and without a canary."""
    events = []
    for line in written.splitlines():
        tried(not CANARY.search(line), f"logged: {line[:300]}")
        try:
            events.append(json.loads(line))
        except ValueError:
            tried(False, f"no event: {line[:200]}")
    return events


@pytest.fixture
def logged() -> Iterator[None]:
    logs.configure()
    yield
    structlog.reset_defaults()


@pytest.mark.usefixtures("logged")
@pytest.mark.check(35, "Every operation with secrets in each part of the request", few=1, full=5)
def test_nothing_that_was_sent_is_logged(
    whole: Whole, count: int, tried: Tried, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    keys = [{}, whole.headers["match"], whole.headers["admin"]]
    sent = sum(asked_for_everything(whole.away, keys, tried) for _ in range(count))
    events = [e for e in found_in(capsys.readouterr().err, tried) if e["event"] == "request"]
    tried(len(events) == sent, f"{len(events)} events of {sent} requests")
    for event in events:
        tried(bool(event.get("request_id")), f"no request id: {event}")
    refused = {event["status"] for event in events} & {401, 403}
    tried(refused == {401, 403}, f"refusals are not logged: {refused}")
    tried(not CANARY.search(whole.near.get("/metrics").text), "a metric")
    tried.done()


def failed_with(whole: Whole, monkeypatch: pytest.MonkeyPatch) -> None:
    """A request and a job that fail in a way nobody foresaw, with what they read in the error."""

    def fails(*_: Any, **__: Any) -> Any:
        secret = "canary1"
        raise RuntimeError(f"cannot read {secret}")

    monkeypatch.setattr(matches, "answering", fails)
    monkeypatch.setattr(state, "load", fails)
    body = {"place_id": "gn:3128026"}
    assert whole.ask("POST", "/v1/matches/peers", "match", json=body).status_code == 500
    file = {"file": ("canary2.csv", b"id,name\nx:1,canary3\n")}
    sent = whole.ask("POST", "/v1/ingest/files?kind=places", "ingest", files=file)
    path = f"/v1/ingest/jobs/{sent.json()['job_id']}"
    while whole.ask("GET", path, "ingest").json()["state"] != "failed":
        pass


@pytest.mark.usefixtures("logged")
@pytest.mark.check(35, "Failures that nobody foresaw", few=1, full=1)
@pytest.mark.usefixtures("count")
def test_a_failure_is_told_without_what_it_read(
    whole: Whole, tried: Tried, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    capsys.readouterr()
    failed_with(whole, monkeypatch)
    events = found_in(capsys.readouterr().err, tried)
    told = [event for event in events if event.get("exception") == "RuntimeError"]
    tried(all("fails" in event["raised_at"][-1] for event in told), told)
    known = [bool(event.get("request_id") or event.get("job_id")) for event in told]
    tried(len(told) >= 2 and any(known), f"nobody can tell which request failed: {events}")
    tried.done()


@pytest.mark.usefixtures("logged")
@pytest.mark.planted(35, "tracebacks with the values of variables")
def test_values_in_tracebacks_are_found(
    whole: Whole, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(logs, "_what_failed", structlog.processors.dict_tracebacks)
    logs.configure()
    capsys.readouterr()
    failed_with(whole, monkeypatch)
    tried = Tried()
    found_in(capsys.readouterr().err, tried)
    assert any("canary" in failure for failure in tried.failures)
