"""What a collaboration tells everybody is said once a day and language, and looks at nobody."""

from datetime import date, timedelta
from typing import Any

import orjson

from models.taxonomy import Verdict
from services.matcher.judging import Door
from services.matcher.matching.told_to_all import summary, told_of, told_to_all, with_own
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


def read(*parts: bytes) -> Any:
    """Parts of a result as they stand after others."""
    return orjson.loads(b'{"before":1%s}' % b"".join(parts))


def codes(door: Door) -> list[str]:
    return [one["code"] for one in orjson.loads(b"[%s]" % told_to_all(door).cautions)]


def test_it_is_said_once_for_all_who_ask_at_a_door() -> None:
    door = Door(NETWORK, DAY, wording("en"))
    told = told_to_all(door)
    assert told_to_all(door) is told
    assert orjson.loads(told.collaboration + b"}") == {"collaboration": summary(NETWORK)}
    assert "tenant" not in summary(NETWORK)
    assert codes(door) == ["ends", "single_funder", "fee_unknown"]
    terms = read(told.terms)
    assert terms["obligations"] == NETWORK["obligations"]
    assert "1,000" in terms["benefits"][0]["text"]


def test_another_day_or_language_is_another_door() -> None:
    english, french = (Door(NETWORK, DAY, wording(language)) for language in ("en", "fr"))
    later = Door(NETWORK, DAY + timedelta(days=60), wording("en"))
    assert codes(later) == ["single_funder", "fee_unknown"]
    assert codes(french) == codes(english)
    assert told_to_all(french).cautions != told_to_all(english).cautions


def test_a_judgement_is_told_with_its_rules_and_what_to_do_first() -> None:
    door = Door({**NETWORK, "intake": "invitation"}, DAY, wording("en"))
    judgement = door.judge({"kind": "city", "country": "DE"})
    told = told_of(door, judgement)
    assert told_of(door, judgement) is told
    assert told_of(door, judgement, (1,)) is not told
    assert with_own(told_of(door, judgement, (1,)).judged, judgement.outcomes[1:]) == told.judged[0]
    found = read(*told.judged, b',"cautions":[', told.after, told.next_steps)
    assert found["verdict"] == judgement.verdict == Verdict.UNDETERMINED
    assert [rule["rule_id"] for rule in found["rules"]] == ["entry-rules", "intake"]
    assert [step["code"] for step in found["next_steps"]] == ["entry-rules", "intake"]
    assert len(found["cautions"]) == 3
    assert "missing" not in found
