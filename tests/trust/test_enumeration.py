"""Check 31: nobody finds what is another's by guessing, by statuses or by how long it takes."""

import random
import secrets
from collections.abc import Callable
from statistics import median
from time import perf_counter
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from scipy.stats import mannwhitneyu  # type: ignore[import-untyped]

from services.cli import create_app
from tests.trust.conftest import FULL
from tests.trust.report import Tried
from tests.trust.whole_app import AWAY, Whole, published, whole

__all__ = ["published", "whole"]
RANDOM_DIGITS = 30  # of 16: at least 120 bits, and of a UUID 122 of 128
MILLISECOND = 0.001
GUESSED: dict[str, tuple[str, str, Callable[[random.Random], str]]] = {
    "match": ("GET", "/v1/matches/{}", lambda c: f"m_{c.getrandbits(128):032x}"),
    "share": ("GET", "/v1/shares/{}", lambda c: f"s_{c.getrandbits(128):032x}"),
    "webhook": ("DELETE", "/v1/webhooks/{}", lambda c: f"wh_{c.getrandbits(128):032x}"),
    "job": ("GET", "/v1/ingest/jobs/{}", lambda c: f"{c.getrandbits(128):032x}"),
    "place": ("GET", "/v1/places/{}", lambda c: f"x:{c.choice(['city', 'strong', 'rival'])}-"
              f"{c.randrange(10**6)}"),
}  # fmt: skip


@pytest.mark.check(31, "Guesses of what another tenant has", few=100, full=10_000)
def test_no_guess_finds_anything(
    whole: Whole, count: int, chance: random.Random, tried: Tried
) -> None:
    for number in range(count):
        kind = list(GUESSED)[number % len(GUESSED)]
        method, path, guess = GUESSED[kind]
        answer = whole.ask(method, path.format(guess(chance)), "admin")
        tried(answer.status_code == 404, f"{kind}: {answer.status_code} {answer.text[:200]}")
    for kind in ("match", "share", "webhook", "job"):
        digits = whole.theirs[kind].rpartition("_")[2]
        tried(len(digits) >= RANDOM_DIGITS, f"the id of a {kind} is {digits}")
    tried.done()


@pytest.mark.check(31, "Guesses of keys until the address is refused", few=1, full=1)
@pytest.mark.usefixtures("count")
def test_guesses_of_keys_come_to_an_end(whole: Whole, tried: Tried) -> None:
    settings = whole.app.state.settings.model_copy(update={"rate_of_wrong_keys": "20/day"})
    app: FastAPI = create_app(settings)
    with TestClient(app, client=AWAY) as client:
        for number in range(40):
            key = {"Authorization": f"Bearer cp_{secrets.token_hex(30)}"}
            more = {"X-Forwarded-For": f"198.51.100.{number}", "Forwarded": f"for={number}"}
            answer = client.get("/v1/places", headers=key | more)
            expected = 401 if number < 20 else 429
            tried(answer.status_code == expected, f"guess {number}: {answer.status_code}")
        tried("retry-after" in answer.headers, "nobody says when to come again")
    tried.done()


def times(ask: dict[str, Callable[[], Any]], count: int) -> dict[str, list[float]]:
    """How long each takes, in turns, so that the machine's moods meet all alike."""
    taken: dict[str, list[float]] = {name: [] for name in ask}
    for number in range(count):
        for name in sorted(ask, key=lambda name: hash((number, name))):
            began = perf_counter()
            ask[name]()
            taken[name].append(perf_counter() - began)
    return taken


def told_apart(one: list[float], other: list[float]) -> bool:
    """Whether times tell two cases apart, by more than a network would blur."""
    differ = abs(median(one) - median(other)) >= MILLISECOND
    return differ or float(mannwhitneyu(one, other).pvalue) < 0.01


@pytest.mark.skipif(not FULL, reason="with TRUST=full: times need a machine without other work")
@pytest.mark.check(31, "Times of what is another's and of what does not exist", few=1, full=2_000)
def test_times_tell_nothing(whole: Whole, count: int, chance: random.Random, tried: Tried) -> None:
    for kind in ("match", "share", "job"):
        method, path, guess = GUESSED[kind]
        theirs, absent = path.format(whole.theirs[kind]), path.format(guess(chance))
        taken = times(
            {
                "theirs": lambda m=method, p=theirs: whole.ask(m, p, "admin"),  # type: ignore[misc]
                "absent": lambda m=method, p=absent: whole.ask(m, p, "admin"),  # type: ignore[misc]
            },
            count,
        )
        apart = told_apart(taken["theirs"], taken["absent"])
        difference = median(taken["theirs"]) - median(taken["absent"])
        tried(not apart, f"{kind}: {difference * 1000:.3f} ms")
        tried.note(f"{kind}: medians differ by {abs(difference) * 1000:.3f} ms")
    tried.done()


@pytest.mark.planted(31, "403 for what is another's, and a look at the database more")
def test_times_that_differ_are_found(chance: random.Random) -> None:
    plain = [0.005 + chance.gauss(0, 0.001) for _ in range(500)]
    slower = [0.0055 + chance.gauss(0, 0.001) for _ in range(500)]
    same = [0.005 + chance.gauss(0, 0.001) for _ in range(500)]
    assert told_apart(plain, slower)
    assert not told_apart(plain, same)
