"""What doors say to places that are alike is found once, and is what each says by itself."""

from datetime import date
from typing import Any

import pytest

from models.taxonomy import Verdict
from services.matcher.doors import Doors, Remembered
from services.matcher.eligibility import Judgement
from services.matcher.judging import Door
from services.matcher.wording import wording

DAY = date(2020, 6, 1)
OPEN: dict[str, Any] = {
    "id": "x:n", "name": "A network", "type": "managed_network", "theme": "dedicated",
    "entry_rules_known": True, "intake": "open",
}  # fmt: skip
CITY: dict[str, Any] = {"name": "A city", "kind": "city", "country": "DE", "population": 90_000}


def rule(field: str, operator: str, value: Any) -> dict[str, Any]:
    return {"id": field, "field": field, "operator": operator, "value": value, "text": "So it is."}


RECORDS: list[dict[str, Any]] = [
    {},
    {"domestic": True, "country": "DE"},
    {"fee": {"amount": 9, "currency": "EUR"}},
    {"rules": [rule("continent", "eq", "Europe")]},
    {"rules": [rule("country_group", "has", "eu"), rule("kind", "in", ["region"])]},
    {"rules": [rule("population", "gt", 100_000)]},
    {"rules": [rule("size_class", "in", ["large"]), rule("kind", "in", ["city"])]},
    {"rules": [rule("officer_days", "ge", 5)]},
    {"rules": [rule("city_state", "eq", True)]},
    {"rules": [rule("member_of", "has", "x:other")]},
    {"required_roles": ["chief_smart_city_officer"]},
]
PLACES: list[dict[str, Any]] = [
    CITY,
    {**CITY, "name": "Another"},
    {**CITY, "population": 900_000, "provenance": {"*": {"status": "verified"}}},
    {**CITY, "provenance": {"kind": {"status": "verified"}}},
    {**CITY, "country": "BR"},
    {**CITY, "kind": "region", "city_state": True},
    {**CITY, "capacity": {"officer_days": 9, "budget": {"amount": 5, "currency": "EUR"}}},
    {**CITY, "roles": ["chief_smart_city_officer"]},
    {**CITY, "commitments": [{"collaboration": "x:other"}]},
    {"name": "Unknown", "kind": "city", "country": "DE"},
]


def told(judgement: Judgement) -> list[Any]:
    return [outcome.as_json() for outcome in judgement.outcomes]


@pytest.fixture
def doors() -> Doors:
    return Doors([{**OPEN, **record} for record in RECORDS], DAY, wording("en"), {})


@pytest.mark.parametrize("proven", [False, True])
def test_every_door_says_what_it_says_by_itself(doors: Doors, proven: bool) -> None:
    for place in [*PLACES, *PLACES]:
        heard = doors.judge(place, proven)
        alone = {
            row: Door({**OPEN, **record}, DAY, wording("en")).judge(place, proven)
            for row, record in enumerate(RECORDS)
        }
        assert [told(heard[row]) for row in alone] == [told(one) for one in alone.values()]
        refused = {row for row, one in alone.items() if one.verdict is Verdict.REFUSED}
        assert heard.refused == refused
        open_questions = {
            row for row, one in alone.items()
            if one.verdict is Verdict.UNDETERMINED and one.missing
        }  # fmt: skip
        assert heard.unsettled == open_questions


def test_places_alike_in_what_is_looked_at_share_a_judgement(doors: Doors) -> None:
    first, alike, other = (doors.judge(place) for place in (*PLACES[:2], PLACES[4]))
    assert first[3] is alike[3]
    assert first[3] is not other[3]
    assert first[5] is not alike[5]
    assert first[0] is other[0]


def test_what_is_kept_has_a_bound(doors: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.matcher.doors.MOST_ALIKE", 2)
    for country in ("DE", "FR", "ES", "DE"):
        assert doors.judge({**CITY, "country": country}).refused
        assert len(doors._alike) <= 2


def test_days_and_languages_are_told_apart() -> None:
    records = [{**OPEN, "domestic": True, "country": "FR", "ends": "2020-06-01"}]
    alike: Remembered = {}
    today = Doors(records, DAY, wording("en"), alike).judge(CITY)
    later = Doors(records, DAY.replace(day=2), wording("en"), alike).judge(CITY)
    french = Doors(records, DAY, wording("fr"), alike).judge(CITY)
    assert [len(heard[0].outcomes) for heard in (today, later, french)] == [1, 2, 1]
    assert today[0].outcomes[0].text != french[0].outcomes[0].text
