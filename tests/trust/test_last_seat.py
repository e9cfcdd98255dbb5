"""Check 13: two officers give the last seat of a capped roster away at once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from tests.trust.report import Tried
from tests.trust.whole_app import CONVENED, Whole, published, whole

__all__ = ["published", "whole"]
PATH = f"/v1/collaborations/{CONVENED}/roster"
CAP = {"attribute": "country", "max": 2}
IN = [{"id": "x:in", "name": "In", "kind": "region", "country": "ES"}]
RIVALS = [
    {"id": f"x:{name}", "name": name, "kind": "region", "country": "ES"} for name in ("one", "two")
]


def put(whole: Whole, members: list[Any], **headers: str) -> Any:
    sent = {**whole.headers["convene"], **headers}
    return whole.away.put(PATH, json={"members": members, "caps": [CAP]}, headers=sent)


def read(whole: Whole) -> dict[str, Any]:
    return dict(whole.away.get(PATH, headers=whole.headers["convene"]).json())


def at_once(whole: Whole, **headers: str) -> list[Any]:
    """Both read the same roster, and each writes it with a member more."""
    start = Barrier(len(RIVALS))

    def admit(rival: dict[str, str]) -> Any:
        start.wait()
        return put(whole, [*IN, rival], **headers)

    with ThreadPoolExecutor(len(RIVALS)) as both:
        return [one.result() for one in [both.submit(admit, rival) for rival in RIVALS]]


@pytest.mark.check(13, "Of two officers with the last seat one is told", few=5, full=200)
def test_one_wins_and_the_other_is_told(whole: Whole, count: int, tried: Tried) -> None:
    for _ in range(count):
        before = put(whole, IN)
        assert before.status_code == 200, before.text
        answers = at_once(whole, **{"If-Match": before.headers["etag"]})
        tried(sorted(a.status_code for a in answers) == [200, 412], [a.text for a in answers])
        won = next(a.json() for a in answers if a.status_code == 200)
        kept = read(whole)
        tried(kept["version"] == won["version"], "a lost update")
        seats = [c for c in kept["caps"] if (c["attribute"], c["value"]) == ("country", "ES")]
        tried({c["status"] for c in seats} == {"full"}, seats)
    tried.done()


@pytest.mark.planted(13, "what is written is not compared with what was read")
def test_writing_over_each_other_is_found(whole: Whole) -> None:
    put(whole, IN)
    answers = at_once(whole)
    assert [a.status_code for a in answers] == [200, 200], "the check would have seen it"
    versions = {a.json()["version"] for a in answers}
    assert len(versions) == 2


def test_a_version_of_before_is_refused(whole: Whole) -> None:
    began = put(whole, IN)
    assert began.status_code == 200, began.text
    first = began.headers["etag"]
    assert put(whole, [*IN, RIVALS[0]], **{"If-Match": first}).status_code == 200
    answer = put(whole, [*IN, RIVALS[1]], **{"If-Match": first})
    assert (answer.status_code, answer.json()["type"]) == (412, "/problems/precondition-failed")
