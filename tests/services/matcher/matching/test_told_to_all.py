"""What a collaboration tells everybody is said once a day and language, and looks at nobody."""

from datetime import date, timedelta
from typing import Any

import orjson

from models.taxonomy import Verdict
from services.matcher.judging import Door
from services.matcher.matching.told_to_all import summary, told_of, told_to_all
from services.matcher.wording import wording

DAY = date(2026, 1, 15)
NETWORK: dict[str, Any] = {
    "id": "net:a",
    "name": "A network",
    "type": "network",
    "country": "DE",
    "tenant": "public",
    "ends": "2026-01-31",
    "funders": ["A foundation"],
    "grant": {"up_to": {"amount": 1000, "currency": "EUR"}},
    "obligations": ["Report once a year"],
}


def read(part: Any) -> Any:
    """A part of an answer as its bytes say it."""
    return orjson.loads(orjson.dumps(part))


def test_it_is_said_once_for_all_who_ask_at_a_door() -> None:
    door = Door(NETWORK, DAY, wording("en"))
    told = told_to_all(door)
    assert told_to_all(door) is told
    assert read(told.collaboration) == summary(NETWORK)
    assert "tenant" not in read(told.collaboration)
    assert [one["code"] for one in read(told.cautions)] == ["ends", "single_funder", "fee_unknown"]
    assert read(told.terms)["obligations"] == NETWORK["obligations"]
    assert "1,000" in read(told.terms)["benefits"][0]["text"]


def test_another_day_or_language_is_another_door() -> None:
    told = read(told_to_all(Door(NETWORK, DAY, wording("en"))).cautions)
    later = read(told_to_all(Door(NETWORK, DAY + timedelta(days=60), wording("en"))).cautions)
    assert [one["code"] for one in later] == ["single_funder", "fee_unknown"]
    french = read(told_to_all(Door(NETWORK, DAY, wording("fr"))).cautions)
    assert [one["code"] for one in french] == [one["code"] for one in told]
    assert french[0]["text"] != told[0]["text"]


def test_a_judgement_is_told_with_its_rules_and_what_to_do_first() -> None:
    door = Door({**NETWORK, "intake": "invitation"}, DAY, wording("en"))
    judgement = door.judge({"kind": "city", "country": "DE"})
    told = told_of(door, judgement)
    assert told_of(door, judgement) is told
    assert told.verdict is judgement.verdict is Verdict.UNDETERMINED
    assert [rule["rule_id"] for rule in read(told.rules)] == ["entry-rules", "intake"]
    assert [step["code"] for step in read(told.next_steps)] == ["entry-rules", "intake"]
    assert told.missing is None
