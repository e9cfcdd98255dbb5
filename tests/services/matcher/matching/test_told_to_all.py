"""What a collaboration tells everybody is said once a day and language, and looks at nobody."""

from datetime import date, timedelta
from typing import Any

from services.matcher.judging import Door
from services.matcher.matching.told_to_all import summary, told_to_all
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


def test_it_is_said_once_for_all_who_ask_at_a_door() -> None:
    door = Door(NETWORK, DAY, wording("en"))
    told = told_to_all(door)
    assert told_to_all(door) is told
    assert told.collaboration == summary(NETWORK)
    assert "tenant" not in told.collaboration
    assert [one["code"] for one in told.cautions] == ["ends", "single_funder", "fee_unknown"]
    assert told.terms["obligations"] == NETWORK["obligations"]
    assert "1,000" in told.terms["benefits"][0]["text"]


def test_another_day_or_language_is_another_door() -> None:
    told = told_to_all(Door(NETWORK, DAY, wording("en")))
    later = told_to_all(Door(NETWORK, DAY + timedelta(days=60), wording("en")))
    assert [one["code"] for one in later.cautions] == ["single_funder", "fee_unknown"]
    french = told_to_all(Door(NETWORK, DAY, wording("fr")))
    assert [one["code"] for one in french.cautions] == [one["code"] for one in told.cautions]
    assert french.cautions[0]["text"] != told.cautions[0]["text"]
