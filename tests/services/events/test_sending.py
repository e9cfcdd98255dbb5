"""Events are queued with what happened, signed, sent, sent again, given up, and replayed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import select
from standardwebhooks import Webhook, WebhookVerificationError

from models.database import Sessions
from models.file_lock import FileLock
from models.tables import DeliveryRow, Job, Tenant, WebhookRow
from services.events.kinds import EventKind, tell_tenant
from services.events.reaching import NotReachable, Reaching
from services.events.sending import BACK_OFF, LEASE, Rounds, Sender, forget_old
from services.events.signing import Signer
from services.ingest.jobs import Jobs, Report
from tests.waiting import until

SECRET = b"of the tests"
URL = "https://apps.example.org/told"


@dataclass(frozen=True)
class Receiver(Reaching):
    """Stands where a tenant's server would; answers what it is told to."""

    answers: list[int | str] = field(default_factory=list)
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        assert url == URL
        self.got.append((dict(headers), body))
        said = self.answers.pop(0) if self.answers else 200
        if isinstance(said, str):
            raise NotReachable(said)
        return said


def webhook(sessions: Sessions, tenant: str = "a", *events: str) -> str:
    with sessions.begin() as session:
        session.add(
            WebhookRow(
                tenant_id=tenant,
                id=f"wh_{tenant}",
                url=URL,
                events=" ".join(events or (EventKind.JOB_FINISHED,)),
            )
        )
    return f"wh_{tenant}"


def happened(sessions: Sessions, tenant: str | None = "a", **data: Any) -> int:
    with sessions.begin() as session:
        return tell_tenant(session, tenant, EventKind.JOB_FINISHED, data)


def deliveries(sessions: Sessions) -> list[DeliveryRow]:
    with sessions() as session:
        return list(session.scalars(select(DeliveryRow).order_by(DeliveryRow.created_at)))


def test_a_receiver_can_check_who_sent_it(sessions: Sessions) -> None:
    webhook(sessions)
    happened(sessions, job_id="j1")
    receiver = Receiver()
    assert Sender(sessions, SECRET, receiver).round() == 1
    (headers, body), checking = receiver.got[0], Webhook(Signer.of(SECRET, "a", "wh_a").secret)
    told = checking.verify(body, headers)
    assert (told["type"], told["data"]) == ("job.finished", {"job_id": "j1"})
    with pytest.raises(WebhookVerificationError):
        checking.verify(body.replace(b"j1", b"j2"), headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(Signer.of(SECRET, "b", "wh_a").secret).verify(body, headers)
    assert [(row.state, row.told) for row in deliveries(sessions)] == [("delivered", "200")]
    assert Sender(sessions, SECRET, receiver).round() == 0


def test_the_receiver_of_the_documentation_reads_it(sessions: Sessions) -> None:
    document = (Path(__file__).parents[3] / "docs" / "events.md").read_text(encoding="utf-8")
    program = document.partition("```python\n")[2].partition("```")[0]
    webhook(sessions)
    happened(sessions, job_id="j1")
    receiver = Receiver()
    Sender(sessions, SECRET, receiver).round()
    headers, body = receiver.got[0]
    secret = Signer.of(SECRET, "a", "wh_a").secret
    names: dict[str, Any] = {"secret": secret, "body": body, "headers": headers}
    exec(program, names)
    assert names["event"]["data"] == {"job_id": "j1"}


def test_only_who_asked_is_told(sessions: Sessions) -> None:
    webhook(sessions, "a")
    webhook(sessions, "b", EventKind.SNAPSHOT_PUBLISHED)
    webhook(sessions, "c", EventKind.JOB_FINISHED, EventKind.SNAPSHOT_PUBLISHED)
    assert happened(sessions, "a") == 1
    assert happened(sessions, "b") == 0
    with sessions.begin() as session:
        assert tell_tenant(session, None, EventKind.SNAPSHOT_PUBLISHED, {}) == 2
    assert sorted(row.tenant_id for row in deliveries(sessions)) == ["a", "b", "c"]


def test_what_fails_is_sent_again_later_with_the_same_id(sessions: Sessions) -> None:
    webhook(sessions)
    happened(sessions)
    receiver = Receiver(answers=[500, "it does not answer", 302, 204])
    sender, at = Sender(sessions, SECRET, receiver), datetime.now(UTC) + timedelta(seconds=1)
    for expected in BACK_OFF[:3]:
        assert sender.round(at) == 1
        assert sender.round(at) == 0
        at += timedelta(minutes=expected)
    assert sender.round(at) == 1
    row = deliveries(sessions)[0]
    assert (row.state, row.attempts, row.told) == ("delivered", 4, "204")
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1
    assert len({headers["webhook-timestamp"] for headers, _ in receiver.got}) == 4


def test_it_is_given_up_after_days_or_when_nobody_is_there(sessions: Sessions) -> None:
    webhook(sessions)
    happened(sessions)
    sender = Sender(sessions, SECRET, Receiver(answers=[500] * 20))
    at, tries = datetime.now(UTC), 0
    while deliveries(sessions)[0].state == "waiting":
        at += timedelta(days=2)
        tries += sender.round(at)
    assert tries == len(BACK_OFF) + 1
    happened(sessions)
    gone = Sender(sessions, SECRET, Receiver(answers=[410]))
    gone.round(datetime.now(UTC) + timedelta(seconds=1))
    assert [row.state for row in deliveries(sessions)] == ["failed", "failed"]
    with sessions.begin() as session:
        forget_old(session, datetime.now(UTC) + timedelta(days=60))
    assert deliveries(sessions) == []


def test_a_job_that_ends_is_told_with_its_end(sessions: Sessions) -> None:
    with sessions.begin() as session:
        session.add(Tenant(id="a", name="a"))
    webhook(sessions)
    jobs = Jobs(sessions)

    def fail(_: Report) -> str | None:
        raise RuntimeError("on purpose")

    done, failed = jobs.submit("a", "publish", lambda _: "rev"), jobs.submit("a", "places", fail)
    jobs._thread.shutdown(wait=True)
    told = [orjson.loads(row.body)["data"] for row in deliveries(sessions)]
    assert {t["job_id"]: (t["state"], t["revision"]) for t in told} == {
        done: ("done", "rev"),
        failed: ("failed", None),
    }
    with sessions() as session:
        assert session.get_one(Job, failed).state == "failed"


def test_what_took_so_long_that_another_took_it_is_left_to_that_one(sessions: Sessions) -> None:
    """A receiver keeps the sender waiting until the rest of its round is another's."""
    webhook(sessions)
    for number in range(3):
        happened(sessions, number=number)
    at = datetime.now(UTC) + timedelta(seconds=1)
    slow, quick = Receiver(), Receiver()
    other = Sender(sessions, SECRET, quick)

    @dataclass(frozen=True)
    class Slow(Receiver):
        def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
            if not slow.got:
                other.round(at + LEASE)
            return slow.post(url, headers, body)

    assert Sender(sessions, SECRET, Slow()).round(at) == 3
    sent = [headers["webhook-id"] for headers, _ in (*slow.got, *quick.got)]
    assert (len(slow.got), len(quick.got)) == (1, 2)
    assert sorted(sent) == sorted(row.id for row in deliveries(sessions))


def test_of_two_that_share_a_data_directory_one_does_the_rounds(tmp_path: Path) -> None:
    did: list[str] = []
    rounds = [
        Rounds((partial(did.append, name),), 0.01, FileLock(tmp_path / "rounds.lock"))
        for name in ("one", "other")
    ]
    rounds[0].start()
    until(lambda: "one" in did, "the first does a round")
    rounds[1].start()
    before = len(did)
    until(lambda: len(did) > before + 10, "more rounds")
    assert set(did) == {"one"}
    rounds[0].stop()
    until(lambda: "other" in did, "the other takes over")
    rounds[1].stop()
