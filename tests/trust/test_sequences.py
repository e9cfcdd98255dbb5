"""Check 15: things made, read, removed and used again, in any order, by their owner and others."""

import random
from dataclasses import dataclass, field
from typing import Any

import pytest

from models.tenancy import TenantSession
from tests.trust.report import Tried
from tests.trust.whole_app import PLACE, Whole, published, whole

__all__ = ["published", "whole"]
OWNERS = ("admin", "other")
AT_MOST = 5
EVENTS = ["job.finished"]


@dataclass
class Model:
    """What must be there: the ids of each owner's things, and those that are gone."""

    whole: Whole
    tried: Tried
    there: dict[str, set[str]] = field(default_factory=lambda: {who: set() for who in OWNERS})
    gone: set[str] = field(default_factory=set)

    def _ask(self, who: str, method: str, path: str, status: int, **more: Any) -> Any:
        answer = self.whole.ask(method, path, who, **more)
        told = f"{who} {method} {path}: {answer.status_code} {answer.text[:200]}"
        self.tried(answer.status_code == status, f"{told}, not {status}")
        return answer

    def make(self, who: str, chance: random.Random) -> None:
        """A webhook, or one that is refused and must leave nothing."""
        if chance.random() < 0.3:
            url = chance.choice(["ftp://example.org", "https://", "https://u@example.org"])
            body: dict[str, Any] = {"url": url, "events": EVENTS}
            self._ask(who, "POST", "/v1/webhooks", 422, json=body)
        elif len(self.there[who]) < AT_MOST:
            body = {"url": f"https://example.org/{chance.random()}", "events": EVENTS}
            made = self._ask(who, "POST", "/v1/webhooks", 201, json=body)
            self.there[who].add(made.json()["id"])

    def remove(self, who: str, chance: random.Random) -> None:
        if self.there[who]:
            id = chance.choice(sorted(self.there[who]))
            self._ask(who, "DELETE", f"/v1/webhooks/{id}", 204)
            self.there[who].remove(id)
            self.gone.add(id)

    def use(self, who: str, chance: random.Random) -> None:
        """What is one's own is there; what is gone or another's does not exist."""
        mine = self.there[who]
        theirs = set().union(*self.there.values()) - mine
        for id in chance.sample(sorted(mine | theirs | self.gone), min(3, len(mine | theirs))):
            status = 200 if id in mine else 404
            self._ask(who, "GET", f"/v1/webhooks/{id}/deliveries", status)
            if id not in mine:
                self._ask(who, "DELETE", f"/v1/webhooks/{id}", 404)

    def share(self, who: str, chance: random.Random) -> None:
        """Offer, accept by a stranger's code, end, and use what has ended."""
        match = self.whole.ask("POST", "/v1/matches/peers", who, json={"place_id": PLACE}).json()
        path = f"/v1/matches/{match['match_id']}/shares"
        made = self._ask(who, "POST", path, 201, json={}).json()
        id, other = made["id"], OWNERS[1 - OWNERS.index(who)]
        self._ask(other, "GET", f"/v1/shares/{id}", 404)
        if chance.random() < 0.5:
            self._ask(other, "POST", "/v1/shares/accept", 200, json={"code": made["code"]})
            self._ask(other, "GET", f"/v1/shares/{id}", 200)
            self._ask(other, "POST", "/v1/shares/accept", 409, json={"code": made["code"]})
        self._ask(who, "DELETE", f"/v1/shares/{id}", 204)
        for one in OWNERS:
            self._ask(one, "GET", f"/v1/shares/{id}", 404)
        self._ask(other, "POST", "/v1/shares/accept", 404, json={"code": made["code"]})

    def compare(self) -> None:
        for who in OWNERS:
            listed = self._ask(who, "GET", "/v1/webhooks", 200).json()["items"]
            self.tried({item["id"] for item in listed} == self.there[who], f"{who} has {listed}")


def walked(whole: Whole, count: int, chance: random.Random, tried: Tried) -> None:
    """So many sequences of a few steps each, on what the ones before left."""
    model = Model(whole, tried)
    for who in OWNERS:
        for item in whole.ask("GET", "/v1/webhooks", who).json()["items"]:
            model.there[who].add(item["id"])
    for _ in range(count):
        for _ in range(chance.randint(2, 5)):
            step = chance.choice([model.make, model.remove, model.use, model.use])
            step(chance.choice(OWNERS), chance)
        if chance.random() < 0.2:
            model.share(chance.choice(OWNERS), chance)
        model.compare()


@pytest.mark.check(15, "Things made, used, removed and used again", few=15, full=2_000)
def test_no_sequence_finds_what_should_not_be_there(
    whole: Whole, count: int, chance: random.Random, tried: Tried
) -> None:
    walked(whole, count, chance, tried)
    tried.note(f"{count} sequences")
    tried.done()


@pytest.mark.planted(15, "a removal that leaves the thing to be read")
def test_a_soft_removal_is_found(
    whole: Whole, chance: random.Random, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TenantSession, "delete", lambda *_: None)
    tried = Tried()
    walked(whole, 6, chance, tried)
    assert tried.failures
