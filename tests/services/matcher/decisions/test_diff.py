"""What moved between two answers, in words."""

import zlib
from datetime import date
from typing import Any

import orjson
import pytest

from models.errors import InvalidInput
from models.tables import MatchRow
from services.matcher.decisions.diff import difference, side_of
from services.matcher.wording.officer import officer_wording

Json = dict[str, Any]


def a_result(name: str, *fields: str) -> Json:
    evidence = [{"field": f, "side": "theirs", "value": 1} for f in fields]
    reason = {"feature": "similar_size", "value": 1, "evidence": evidence}
    return {"place": {"id": name, "name": name.title()}, "reasons": [reason]}


def a_match(results: list[Json], refused: list[Json] | None = None, **more: Any) -> MatchRow:
    answer = {"mode": "cohort", "results": results, "refused": refused or []}
    values: Json = {
        "tenant_id": "a", "id": "m_1", "kind": "peers", "request": "{}",
        "as_of": date(2026, 1, 1), "language": "en", "snapshot_id": "s", "weights": "{}",
        "answer": zlib.compress(orjson.dumps(answer)), "answer_hash": "", "software": "",
    }  # fmt: skip
    return MatchRow(**values | more)


def a_refusal(name: str, rule: str) -> Json:
    rules = [{"rule_id": rule, "outcome": "fail"}]
    return {"place": {"id": name, "name": name.title()}, "verdict": "refused", "rules": rules}


def tell(before: MatchRow, after: MatchRow, language: str = "en") -> Json:
    return difference(side_of(before), side_of(after), officer_wording(language))


def test_seventh_to_third_with_both_causes() -> None:
    names = ["a", "b", "c", "d", "e", "f"]
    before = a_match([*(a_result(n) for n in names), a_result("bilbao")])
    after = a_match(
        [
            *(a_result(n) for n in "ab"),
            a_result("bilbao", "metro_population"),
            *(a_result(n) for n in "ef"),
        ],
        [a_refusal("c", "intake"), a_refusal("d", "intake")],
    )
    told = tell(before, after)
    (moved,) = [item for item in told["moved"] if item["id"] == "bilbao"]
    assert (moved["before"], moved["after"]) == (7, 3)
    assert moved["text"].startswith("Bilbao, 7th to 3rd: metropolitan population now known; ")
    assert "intake closed for 2 above" in moved["text"]
    assert {item["id"] for item in told["left"]} == {"c", "d"}
    assert all("intake closed" in item["text"] for item in told["left"])


def test_the_same_answer_has_no_differences() -> None:
    match = a_match([a_result("a"), a_result("b")])
    assert tell(match, match)["same"]


def test_what_was_asked_differently_is_said_first() -> None:
    before = a_match([a_result("a")], weights='{"similar_size":2.5}')
    after = a_match([a_result("a")], weights='{"similar_size":1}', as_of=date(2026, 2, 1))
    told = tell(before, after)
    assert [item["field"] for item in told["question"]] == ["as_of", "similar_size"]
    assert told["text"][1] == "Weight of similar_size: 2.5 before, 1 now"


@pytest.mark.parametrize(
    ("language", "wanted"),
    [("en", "B, 2nd to 1st"), ("es", "B, del 2.º al 1.º"), ("fr", "B, 2e puis 1er")],
)
def test_places_in_an_order_are_written_as_the_language_does(language: str, wanted: str) -> None:
    before = a_match([a_result("a"), a_result("b")])
    after = a_match([a_result("b"), a_result("a")])
    told = tell(before, after, language)
    assert next(i for i in told["moved"] if i["id"] == "b")["text"].startswith(wanted)


def test_peers_and_collaborations_are_not_compared() -> None:
    with pytest.raises(InvalidInput):
        tell(a_match([]), a_match([], kind="collaborations"))


def test_two_descriptions_of_a_place_differ_where_they_do() -> None:
    """Not the whole place twice, and the day once."""
    place = {"name": "Anywhere", "country": "DE", "needs": [{"sector": "water"}]}
    requests = [
        orjson.dumps({"place": place, "as_of": "2026-01-01"}).decode(),
        orjson.dumps({"place": place | {"needs": []}, "as_of": "2026-02-01"}).decode(),
    ]
    before = a_match([a_result("a")], request=requests[0])
    after = a_match([a_result("a")], request=requests[1], as_of=date(2026, 2, 1))
    assert tell(before, after)["text"] == [
        "Asked with another day: 1 January 2026 before, 1 February 2026 now",
        "Asked with another description of the place; it differs in: needs",
    ]


def test_a_verdict_that_changes_in_place_is_said_in_words() -> None:
    one, other = ({**a_result("a"), "verdict": v} for v in ("conditional", "eligible"))
    told = tell(a_match([one]), a_match([other]))
    assert told["text"] == ["A, still 1st: was: may join on a condition; now: may join"]
